// Named limits: what a hostile input may make us do, and no more. `labelferry limits`
// prints them; an error about one names it.
#ifndef LF_LIMITS_H
#define LF_LIMITS_H

#include <stddef.h>
#include <stdint.h>

enum {
    LF_ZIP_MEMBERS = 1000000,
    LF_ZIP_DEPTH = 2,
    LF_ZIP_RATIO = 200,           // times, once a member passed LF_ZIP_RATIO_FROM
    LF_ZIP_RATIO_FROM = 16777216, // bytes
    LF_NAME_BYTES = 1024,
    LF_NAME_LEVELS = 32,
    LF_XML_DEPTH = 32,
    LF_XML_ATTRIBUTE = 9500000,
    LF_JSON_DEPTH = 128,
    LF_JSON_STRING_MAX = 67108864,
    LF_JSON_SLICE = 268435456,
    LF_NUMBER_BYTES = 64,
    LF_LABELS_SAMPLE = 1000000,
    LF_CLASSES = 65535,
    LF_FIELD_ATTRIBUTES = 256,
    LF_CLASS_BYTES = 1024,
    LF_ID_BYTES = 64,
    LF_PAIRS = 268435456,
    LF_COORDINATE = 1000000000,
    LF_SPOOL_MEMORY = 8388608,
    LF_MASK_PIXELS = 1073741824,
    LF_MASK_RUNS = 67108864,
    LF_MASK_FILE = 268435456,
    LF_MEDIA_EMBEDDED = 50331000 // as base64 it must fit a JSON string
};
#define LF_ZIP_TOTAL UINT64_C(68719476736) // bytes out of one archive

struct lf_limit {
    const char *name, *unit, *about;
    uint64_t value;
};

// Row `i`, NULL past the end.
const struct lf_limit *lf_limit_at(size_t i);

#endif
