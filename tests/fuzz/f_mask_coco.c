// COCO's counts. The first line says the image: width height packed (0 or 1). What
// reads is canonical and comes back the same through both forms.
#include "formats/mask/mask_rle.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

static void through(const struct lf_mask *m, const uint32_t image[3], bool packed,
                    struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask back;
    LF_CLAIM(lf_mask_write_coco(m, packed, image[0], image[1], a, &out, &err));
    LF_CLAIM(lf_mask_read_coco(lf_buf_view(&out), packed, image[0], image[1], a, &back,
                               &err));
    LF_CLAIM(lf_mask_eq(m, &back));
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    uint32_t image[3];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    // A few bytes can be stripes with as many spans as pixels: keep one input quick.
    if (first_numbers(&text, image, 3) && (uint64_t)image[0] * image[1] <= 1 << 22 &&
        lf_mask_read_coco(text, image[2], image[0], image[1], &a, &m, &err)) {
        claim_canonical(&m);
        LF_CLAIM((uint64_t)m.left + m.width <= image[0]);
        LF_CLAIM((uint64_t)m.top + m.height <= image[1]);
        through(&m, image, false, &a);
        through(&m, image, true, &a);
    }
    lf_arena_done(&a);
    return 0;
}
