// How fast instance masks go from a dataset's text to a tool's: base64, inflate, .npy,
// nearest neighbour, runs, run lengths in text. Nothing else is timed.
//
// usage: mask_speed SAMPLES.JSON [PASSES]     the pass of least CPU time (default: 5)
//        mask_speed SAMPLES.JSON text         what was made: a line a mask
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "formats/base/json_stream.h"
#include "formats/base/number.h"
#include "formats/mask/mask_rle.h"
#include "formats/mask/pixels.h"

struct instance {
    struct lf_pixels pixels;
    double box[4]; // relative
    uint32_t width, height;
};

struct bench {
    struct lf_arena kept, arena;
    struct instance *at;
    size_t count, room;
    struct lf_buf out;
    struct lf_pixel_tool *tool;
    struct lf_error err;
};

static uint32_t side(struct lf_slice sample, const char *name)
{
    struct lf_slice metadata;
    struct lf_slice value;
    int64_t n = 0;
    bool ok = lf_json_get(sample, "metadata", &metadata) &&
              lf_json_get(metadata, name, &value) && lf_parse_int64(value, &n);
    return ok && n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

static bool box_of(struct lf_slice array, double box[4])
{
    struct lf_slice value;
    struct lf_json_walk w = lf_json_enter(array);
    for (int i = 0; i < 4; i++) {
        if (!lf_json_element(&w, &value) || !lf_parse_double(value, &box[i]))
            return false;
    }
    return true;
}

static bool collect(struct bench *b, struct lf_slice json, const struct instance *like)
{
    struct lf_slice key;
    struct lf_slice value;
    struct instance i = *like;
    if (lf_json_type(json) == LF_JSON_ARRAY) {
        for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);)
            if (!collect(b, value, like))
                return false;
    }
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return true;
    if (lf_json_get(json, "mask", &value) && lf_pixels_inline(value, &i.pixels) &&
        lf_json_get(json, "bounding_box", &value) && box_of(value, i.box)) {
        if (!lf_arena_grow(&b->kept, (void **)&b->at, &b->room, b->count + 1, sizeof i,
                           &b->err))
            return false;
        b->at[b->count++] = i;
        return true;
    }
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        if (!collect(b, value, like))
            return false;
    }
    return true;
}

static bool load(struct bench *b, const char *path)
{
    static const struct lf_json_rules rules = {.constants = true};
    struct lf_in *in = lf_in_file(path, &b->err);
    struct lf_json_stream *s =
        in ? lf_json_stream_new(in, "samples", rules, &b->err) : NULL;
    struct lf_slice gap;
    struct lf_slice raw;
    uint64_t at = 0;
    bool more = s != NULL;
    bool ok = more;
    while (ok && (ok = lf_json_stream_next(s, &gap, &raw, &at, &more, &b->err)) &&
           more) {
        struct lf_slice copy;
        ok = lf_arena_text(&b->kept, raw, &copy, &b->err);
        const struct instance like = {.width = side(copy, "width"),
                                      .height = side(copy, "height")};
        ok = ok && collect(b, copy, &like);
    }
    lf_json_stream_free(&s);
    lf_in_free(&in);
    return ok;
}

static bool make(struct bench *b, const struct instance *i, struct lf_mask *m)
{
    if (!lf_pixels_mask(b->tool, &i->pixels, i->box, i->width, i->height, &b->arena, m,
                        &b->err))
        return false;
    lf_mask_write_boxed(m, &b->out);
    return lf_buf_ok(&b->out, &b->err);
}

static double cpu(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool pass(struct bench *b, double *seconds, size_t *bytes)
{
    struct lf_mask m;
    double begin = cpu();
    *bytes = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (!make(b, &b->at[i], &m))
            return false;
        *bytes += b->out.len;
        lf_buf_clear(&b->out);
        lf_arena_reset(&b->arena);
    }
    *seconds = cpu() - begin;
    return true;
}

static bool print_all(struct bench *b)
{
    struct lf_mask m;
    for (size_t i = 0; i < b->count; i++) {
        lf_buf_clear(&b->out);
        lf_arena_reset(&b->arena);
        if (!make(b, &b->at[i], &m))
            return false;
        printf("%u %u %u %u: %.*s\n", m.left, m.top, m.width, m.height, (int)b->out.len,
               b->out.at);
    }
    return true;
}

static bool measure(struct bench *b, long passes)
{
    double least = 0;
    double now = 0;
    size_t bytes = 0;
    for (long i = 0; i < passes; i++) {
        if (!pass(b, &now, &bytes))
            return false;
        least = i == 0 || now < least ? now : least;
    }
    printf("%zu masks, %zu bytes of text, %.4f s CPU, %.0f masks/s\n", b->count, bytes,
           least, (double)b->count / least);
    return true;
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    bool text = argc == 3 && strcmp(argv[2], "text") == 0;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: mask_speed SAMPLES.JSON [PASSES | text]\n");
        return 2;
    }
    b.tool = lf_pixel_tool_new(&b.err);
    bool ok =
        b.tool && load(&b, argv[1]) &&
        (text ? print_all(&b) : measure(&b, argc == 3 ? strtol(argv[2], NULL, 10) : 5));
    if (!ok)
        fprintf(stderr, "mask_speed: %s\n", b.err.what);
    lf_pixel_tool_free(&b.tool);
    lf_buf_done(&b.out);
    lf_arena_done(&b.kept);
    lf_arena_done(&b.arena);
    return ok ? 0 : 1;
}
