// Codes of the command `mask`. The first line says which one, in the order of its
// table, and what was asked for: codec width height threshold. What reads comes back
// the same.
#include "formats/mask/mask_codec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

static void through(const struct lf_mask_codec *c, const struct lf_mask *m,
                    struct lf_mask_asked asked, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask back;
    LF_CLAIM(c->write(m, asked.width, asked.height, a, &out, &err));
    LF_CLAIM(c->read(lf_buf_view(&out), &asked, a, &back, &err));
    LF_CLAIM(lf_mask_eq(m, &back));
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    uint32_t said[4];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    // A few bytes can be stripes with as many spans as pixels: keep one input quick.
    if (!first_numbers(&text, said, 4) || !said[1] || !said[2] ||
        (uint64_t)said[1] * said[2] > 1 << 18)
        return 0;
    const struct lf_mask_codec *c = lf_mask_codec_at(said[0]);
    struct lf_mask_asked asked = {said[1], said[2], said[3] % 255 + 1};
    if (c && c->read(text, &asked, &a, &m, &err)) {
        claim_canonical(&m);
        LF_CLAIM(asked.width == said[1] && asked.height == said[2]);
        LF_CLAIM((uint64_t)m.left + m.width <= said[1]);
        LF_CLAIM((uint64_t)m.top + m.height <= said[2]);
        through(c, &m, asked, &a);
    } else {
        LF_CLAIM(!c || err.code != LF_OK);
    }
    lf_arena_done(&a);
    return 0;
}
