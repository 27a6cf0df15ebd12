// How fast Label Studio's brush codes go from their JSON text to runs, the check of the
// text included, and from runs to their text. Nothing else is timed.
//
// usage: brush_speed FILE [PASSES]   the pass of least CPU time of each (default: 5)
//        brush_speed FILE text       of each mask its runs, then its code, a line each
// FILE: a line a mask, "WIDTH HEIGHT [bytes]".
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "formats/base/in.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_rle.h"

struct code {
    struct lf_slice json;
    uint32_t width, height;
    struct lf_mask mask;
};

struct bench {
    struct lf_arena kept, arena;
    struct lf_buf file, out;
    struct code *at;
    size_t count, room;
    struct lf_error err;
};

static bool side(struct lf_slice *line, uint32_t *out)
{
    size_t n = 0;
    int64_t v = 0;
    while (n < line->len && line->at[n] != ' ')
        n++;
    const bool ok = n < line->len && lf_parse_int64((struct lf_slice){line->at, n}, &v);
    *line = (struct lf_slice){line->at + n, line->len - n};
    if (line->len)
        *line = (struct lf_slice){line->at + 1, line->len - 1};
    *out = (uint32_t)v;
    return ok && v > 0 && v <= UINT32_MAX;
}

static bool decode(struct bench *b, struct code *c, struct lf_arena *a)
{
    return lf_json_check(c->json, (struct lf_json_rules){0}, 0, &b->err) &&
           lf_mask_read_brush(c->json, c->width, c->height, LF_BRUSH_HALF, a, &c->mask,
                              NULL, &b->err);
}

static bool load(struct bench *b, const char *path)
{
    bool over = false;
    struct lf_in *in = lf_in_file(path, &b->err);
    bool ok = in && lf_in_rest(in, (size_t)1 << 30, &b->file, &over, &b->err);
    lf_in_free(&in);
    const char *p = b->file.at, *end = ok ? p + b->file.len : p;
    while (ok && p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        stop = stop ? stop : end;
        struct code c = {.json = lf_slice_between(p, stop)};
        ok = (side(&c.json, &c.width) && side(&c.json, &c.height)) ||
             lf_fail(&b->err, LF_E_JSON, "a line is not WIDTH HEIGHT [bytes]");
        ok = ok && decode(b, &c, &b->kept) &&
             lf_arena_grow(&b->kept, (void **)&b->at, &b->room, b->count + 1, sizeof c,
                           &b->err);
        if (ok)
            b->at[b->count++] = c;
        p = stop + (stop < end);
    }
    return ok;
}

static double cpu(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool pass(struct bench *b, bool encode, double *seconds, size_t *bytes)
{
    const double begin = cpu();
    *bytes = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct code c = b->at[i];
        lf_buf_clear(&b->out);
        if (encode ? !lf_mask_write_brush(&c.mask, c.width, c.height, &b->out, &b->err)
                   : !decode(b, &c, &b->arena))
            return false;
        *bytes += encode ? b->out.len : c.json.len;
        lf_arena_reset(&b->arena);
    }
    *seconds = cpu() - begin;
    return true;
}

static bool measure(struct bench *b, long passes)
{
    for (int encode = 0; encode < 2; encode++) {
        double least = 0, now = 0;
        size_t bytes = 0;
        for (long i = 0; i < passes; i++) {
            if (!pass(b, encode, &now, &bytes))
                return false;
            least = i == 0 || now < least ? now : least;
        }
        printf("%s %zu masks, %zu bytes of text, %.6f s CPU\n",
               encode ? "encode" : "decode", b->count, bytes, least);
    }
    return true;
}

static bool print_all(struct bench *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct code *c = &b->at[i];
        lf_buf_clear(&b->out);
        lf_mask_write_boxed(&c->mask, &b->out);
        lf_buf_char(&b->out, '\n');
        if (!lf_mask_write_brush(&c->mask, c->width, c->height, &b->out, &b->err))
            return false;
        printf("%u %u %u %u: %.*s\n", c->mask.left, c->mask.top, c->mask.width,
               c->mask.height, (int)b->out.len, b->out.at);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    const bool text = argc == 3 && strcmp(argv[2], "text") == 0;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: brush_speed FILE [PASSES | text]\n");
        return 2;
    }
    const bool ok =
        load(&b, argv[1]) &&
        (text ? print_all(&b) : measure(&b, argc == 3 ? strtol(argv[2], NULL, 10) : 5));
    if (!ok)
        fprintf(stderr, "brush_speed: %s\n", b.err.what);
    lf_buf_done(&b.file);
    lf_buf_done(&b.out);
    lf_arena_done(&b.kept);
    lf_arena_done(&b.arena);
    return ok ? 0 : 1;
}
