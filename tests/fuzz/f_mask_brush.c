// The brush code of Label Studio. The first line says the image and the threshold:
// width height threshold. What reads is canonical and comes back the same.
#include "formats/base/json.h"
#include "formats/mask/mask_brush.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

static void through(const struct lf_mask *m, const uint32_t image[3],
                    struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask back;
    bool soft = true;
    LF_CLAIM(lf_mask_write_brush(m, image[0], image[1], &out, &err));
    LF_CLAIM(lf_json_check(lf_buf_view(&out), (struct lf_json_rules){0}, 0, &err));
    LF_CLAIM(lf_mask_read_brush(lf_buf_view(&out), image[0], image[1], 255, a, &back,
                                &soft, &err));
    LF_CLAIM(lf_mask_eq(m, &back) && !soft);
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    uint32_t image[3];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    bool soft = false;
    if (!first_numbers(&text, image, 3))
        return 0;
    // What was not checked is no reason to look behind its end either.
    if (!lf_mask_read_brush(text, image[0], image[1], image[2], &a, &m, &soft, &err))
        LF_CLAIM(err.code != LF_OK);
    if (lf_json_check(text, (struct lf_json_rules){0}, 0, &(struct lf_error){0}) &&
        err.code == LF_OK) {
        claim_canonical(&m);
        LF_CLAIM((uint64_t)m.left + m.width <= image[0]);
        LF_CLAIM((uint64_t)m.top + m.height <= image[1]);
        through(&m, image, &a);
    }
    lf_arena_done(&a);
    return 0;
}
