// What reading and writing arrays share: buffers that are kept from one to the next.
// For the files of this folder.
#ifndef LF_PIXEL_TOOL_H
#define LF_PIXEL_TOOL_H

#include <libdeflate.h>
#include <zlib.h>

#include "formats/mask/pixels.h"

struct lf_scratch { // bytes; what was in it is lost when it grows
    unsigned char *at;
    size_t cap;
};
LF_MUST_USE bool lf_scratch_room(struct lf_scratch *s, size_t n, struct lf_error *err);

struct lf_pixel_tool {
    struct lf_scratch packed;      // zlib stream
    struct lf_scratch flat;        // .npy file, or as much of it as there is room for
    struct lf_scratch rows;        // of an array in columns, or of a PNG: rows
    struct lf_scratch line;        // a row in another form
    struct lf_scratch fresh;       // a row that is to be written
    struct lf_scratch here, there; // values of a row, before and after
    struct lf_arena arena;         // spans
    struct lf_buf stream;          // zlib stream that is being made
    void *list;                    // runs of a row; the type is its user's
    size_t list_room;
    void *runs; // of all classes
    size_t runs_room;
    void *slots; // table of classes
    size_t slots_room;
    struct libdeflate_decompressor *whole;
    z_stream in, out;
    bool in_ready, out_ready;
};

#endif
