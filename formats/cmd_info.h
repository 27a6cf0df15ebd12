#ifndef LF_CMD_INFO_H
#define LF_CMD_INFO_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_info, lf_cmd_limits;

#endif
