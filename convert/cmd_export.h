#ifndef LF_CMD_EXPORT_H
#define LF_CMD_EXPORT_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_export;

#endif
