#ifndef LF_CMD_VERIFY_H
#define LF_CMD_VERIFY_H

#include "formats/base/cli.h"

extern const struct lf_command lf_cmd_verify;

#endif
