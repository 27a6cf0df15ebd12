#ifndef LF_CMD_MERGE_H
#define LF_CMD_MERGE_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_merge;

#endif
