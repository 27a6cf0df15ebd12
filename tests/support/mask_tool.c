// Answers the lines of mask_line.h. What fails answers "error: ..".
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/mask_line.h"

static bool read_all(struct lf_buf *in)
{
    size_t n;
    do {
        char *room = lf_buf_room(in, 1 << 16);
        n = room ? fread(room, 1, 1 << 16, stdin) : 0;
        in->len += n;
    } while (n);
    return !in->failed && !ferror(stdin);
}

int main(void)
{
    struct lf_buf in = {0}, out = {0};
    struct lf_arena a = {0};
    bool ok = read_all(&in);
    const char *p = in.at, *end = in.len ? in.at + in.len : in.at;
    while (ok && p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        struct lf_error err = {0};
        lf_buf_clear(&out);
        stop = stop ? stop : end;
        if (!mask_line((struct line){p, stop}, &a, &out, &err))
            lf_buf_printf(&out, "error: %s", err.what);
        lf_buf_char(&out, '\n');
        ok = !out.failed && fwrite(out.at, 1, out.len, stdout) == out.len;
        lf_arena_reset(&a);
        p = stop + (stop < end);
    }
    lf_buf_done(&in);
    lf_buf_done(&out);
    lf_arena_done(&a);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
