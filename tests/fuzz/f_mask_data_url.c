// A mask as a picture in a text. The first line says the image, the threshold and
// whether what follows is a PNG itself (1) or the text: width height threshold png.
#include "formats/mask/base64.h"
#include "formats/mask/mask_data_url.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

static void through(const struct lf_mask *m, const uint32_t image[4],
                    struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask back;
    bool soft = true;
    LF_CLAIM(lf_mask_write_data_url(m, image[0], image[1], &out, &err));
    LF_CLAIM(lf_mask_read_data_url(lf_buf_view(&out), image[0], image[1], 1, a, &back,
                                   &soft, &err));
    LF_CLAIM(lf_mask_eq(m, &back) && !soft);
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    uint32_t image[4];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf url = {0};
    struct lf_mask m;
    // A few bytes can be a large black picture: keep one input quick.
    if (!first_numbers(&text, image, 4) || (uint64_t)image[0] * image[1] > UINT64_C(1)
                                                                               << 20)
        return 0;
    if (image[3] == 1) {
        lf_buf_text(&url, "data:image/png;base64,");
        lf_base64_write((const unsigned char *)text.at, text.len, &url);
        text = lf_buf_view(&url);
    }
    if (lf_mask_read_data_url(text, image[0], image[1], image[2], &a, &m, NULL, &err)) {
        claim_canonical(&m);
        LF_CLAIM((uint64_t)m.left + m.width <= image[0]);
        LF_CLAIM((uint64_t)m.top + m.height <= image[1]);
        through(&m, image, &a);
    } else {
        LF_CLAIM(err.code != LF_OK);
    }
    lf_buf_done(&url);
    lf_arena_done(&a);
    return 0;
}
