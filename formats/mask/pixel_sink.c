#include "formats/mask/pixel_sink.h"

#include "formats/mask/base64.h"

enum { ROOM = 1 << 14 };

static bool deflate_start(struct lf_pixel_tool *t, struct lf_error *err)
{
    lf_buf_clear(&t->stream);
    t->stream.failed = false;
    if (t->out_ready)
        return deflateReset(&t->out) == Z_OK ||
               lf_fail(err, LF_E_BUG, "zlib lost its state");
    // As Python's zlib.compress, so that a new mask looks like one of FiftyOne's own.
    t->out_ready = deflateInit(&t->out, Z_DEFAULT_COMPRESSION) == Z_OK;
    return t->out_ready || lf_fail(err, LF_E_NOMEM, "no memory to deflate");
}

static bool deflate_bytes(struct lf_pixel_tool *t, const unsigned char *at, size_t n,
                          int flush, struct lf_error *err)
{
    t->out.next_in = (Bytef *)at; // zlib does not write there
    t->out.avail_in = (uInt)n;    // a row, and that is below the limit mask-file
    do {
        char *room = lf_buf_room(&t->stream, ROOM);
        if (!room)
            return lf_buf_ok(&t->stream, err);
        t->out.next_out = (Bytef *)room;
        t->out.avail_out = ROOM;
        if (deflate(&t->out, flush) == Z_STREAM_ERROR)
            return lf_fail(err, LF_E_BUG, "zlib lost its state");
        t->stream.len += ROOM - t->out.avail_out;
    } while (t->out.avail_out == 0);
    return true;
}

static bool open_npy(struct lf_sink *s, const struct lf_npy *shape,
                     struct lf_error *err)
{
    struct lf_buf head = {0};
    lf_npy_write(shape, &head);
    bool ok = lf_buf_ok(&head, err) && deflate_start(s->tool, err) &&
              deflate_bytes(s->tool, (const unsigned char *)head.at, head.len,
                            Z_NO_FLUSH, err);
    lf_buf_done(&head);
    return ok;
}

bool lf_sink_open(struct lf_pixel_tool *t, const struct lf_npy *shape, bool png,
                  struct lf_buf *out, struct lf_sink *s, struct lf_error *err)
{
    *s = (struct lf_sink){.tool = t, .out = out};
    s->row_bytes = (size_t)shape->width * shape->channels * shape->element.size;
    if (!png)
        return open_npy(s, shape, err);
    struct lf_png_form form = {.width = shape->width,
                               .height = shape->height,
                               .channels = shape->channels,
                               .bits = shape->element.size * 8U};
    s->png = lf_png_out_open(&form, out, err);
    return s->png != NULL;
}

bool lf_sink_row(struct lf_sink *s, const unsigned char *row, struct lf_error *err)
{
    if (s->png)
        return lf_png_out_row(s->png, row, err);
    return deflate_bytes(s->tool, row, s->row_bytes, Z_NO_FLUSH, err);
}

bool lf_sink_end(struct lf_sink *s, struct lf_error *err)
{
    if (s->png)
        return true;
    struct lf_buf *stream = &s->tool->stream;
    if (!deflate_bytes(s->tool, (const unsigned char *)"", 0, Z_FINISH, err))
        return false;
    lf_base64_write((const unsigned char *)stream->at, stream->len, s->out);
    return lf_buf_ok(s->out, err);
}

void lf_sink_done(struct lf_sink *s)
{
    lf_png_out_free(&s->png);
    *s = (struct lf_sink){0};
}
