// Compiler attributes, the only place they are spelled.
#ifndef LF_ATTR_H
#define LF_ATTR_H

#if defined(__GNUC__)
#define LF_MUST_USE __attribute__((warn_unused_result))
#define LF_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define LF_MUST_USE
#define LF_PRINTF(fmt, first)
#endif

#endif
