#ifndef LF_CMD_MASK_H
#define LF_CMD_MASK_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_mask;

#endif
