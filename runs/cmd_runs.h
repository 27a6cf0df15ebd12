#ifndef LF_CMD_RUNS_H
#define LF_CMD_RUNS_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_runs;

#endif
