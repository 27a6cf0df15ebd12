// cmocka with the headers it wants before it.
#ifndef LF_UNIT_H
#define LF_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
