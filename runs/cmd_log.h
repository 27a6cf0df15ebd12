// labelferry log and labelferry explain.
#ifndef LF_CMD_LOG_H
#define LF_CMD_LOG_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_log, lf_cmd_explain;

#endif
