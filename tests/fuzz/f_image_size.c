// The first byte chooses how many bytes come at once; it must make no difference.
#include <string.h>

#include "formats/base/image_size.h"
#include "tests/fuzz/fuzz.h"

struct slow {
    const uint8_t *at;
    size_t left, step;
};

static bool slow_read(void *state, void *to, size_t cap, size_t *got,
                      struct lf_error *err)
{
    (void)err;
    struct slow *s = state;
    size_t n = s->step < cap ? s->step : cap;
    n = n < s->left ? n : s->left;
    if (n)
        memcpy(to, s->at, n);
    s->at += n;
    s->left -= n;
    *got = n;
    return true;
}

static void slow_close(void *state)
{
    (void)state;
}

struct found {
    uint32_t width, height;
    bool ok, turned;
    struct lf_error err;
};

static void find(const uint8_t *data, size_t size, size_t step, struct found *f)
{
    struct slow state = {data, size, step};
    struct lf_in *in = lf_in_make("image", &state, slow_read, slow_close, &f->err);
    LF_CLAIM(in);
    f->ok = lf_image_size(in, &f->width, &f->height, &f->turned, &f->err);
    lf_in_free(&in);
    LF_CLAIM(f->ok == (f->err.code == LF_OK));
    LF_CLAIM(f->ok || (f->err.code == LF_E_NO_SIZE && f->err.what[0]));
    LF_CLAIM(!f->ok || (f->width && f->height && f->width <= INT32_MAX &&
                        f->height <= INT32_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct found a;
    static struct found b;
    if (size == 0)
        return 0;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    find(data + 1, size - 1, data[0] ? data[0] : 1, &a);
    find(data + 1, size - 1, size, &b);
    LF_CLAIM(memcmp(&a, &b, sizeof a) == 0);
    return 0;
}
