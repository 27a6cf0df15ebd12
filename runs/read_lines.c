#include "runs/read_lines.h"

#include "formats/base/limits.h"

enum { PIECE = 65536, MOST = 2 * LF_JSON_SLICE };

bool lf_lines_open(struct lf_lines *l, const char *path, struct lf_error *err)
{
    *l = (struct lf_lines){.in = lf_in_file(path, err)};
    return l->in != NULL;
}

static bool read_more(struct lf_lines *l, struct lf_error *err)
{
    size_t got = 0, left = l->buf.len - l->at;
    if (l->at && left)
        memmove(l->buf.at, l->buf.at + l->at, left);
    l->at = 0;
    l->buf.len = left;
    char *room = lf_buf_room(&l->buf, PIECE);
    if (!room)
        return lf_buf_ok(&l->buf, err);
    if (left > MOST)
        return lf_fail(err, LF_E_LIMIT_COUNT, "a line is too long (limit json-slice)");
    if (!lf_in_read(l->in, room, PIECE, &got, err))
        return false;
    l->buf.len += got;
    l->end = got == 0;
    return true;
}

bool lf_lines_next(struct lf_lines *l, struct lf_slice *line, bool *more,
                   struct lf_error *err)
{
    size_t seen = 0;
    for (;;) {
        size_t left = l->buf.len - l->at;
        const char *from = left ? l->buf.at + l->at : "", *nl = NULL;
        if (left > seen)
            nl = memchr(from + seen, '\n', left - seen);
        *more = nl || (l->end && left);
        if (*more || l->end) {
            *line = (struct lf_slice){from, nl ? (size_t)(nl - from) : left};
            l->at += line->len + (nl != NULL);
            l->number++;
            return true;
        }
        seen = left;
        if (!read_more(l, err))
            return lf_fail_in_file(err, lf_in_name(l->in));
    }
}

void lf_lines_done(struct lf_lines *l)
{
    lf_in_free(&l->in);
    lf_buf_done(&l->buf);
    *l = (struct lf_lines){0};
}
