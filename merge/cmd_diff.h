#ifndef LF_CMD_DIFF_H
#define LF_CMD_DIFF_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_diff;

#endif
