#ifndef LF_CMD_UNDO_H
#define LF_CMD_UNDO_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_undo;

#endif
