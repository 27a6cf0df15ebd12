// CVAT's runs over a box. The first line is the box: left top width height. What reads
// is canonical, and writes a text that reads back to the same mask.
#include "formats/mask/mask_rle.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    uint32_t box[4];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask m, back;
    if (!first_numbers(&text, box, 4) ||
        !lf_mask_read_boxed(text, box[0], box[1], box[2], box[3], &a, &m, &err)) {
        lf_arena_done(&a);
        return 0;
    }
    claim_canonical(&m);
    LF_CLAIM(!m.runs || (m.left >= box[0] && m.left - box[0] + m.width <= box[2]));
    LF_CLAIM(!m.runs || (m.top >= box[1] && m.top - box[1] + m.height <= box[3]));
    lf_mask_write_boxed(&m, &out);
    if (m.runs) {
        LF_CLAIM(lf_mask_read_boxed(lf_buf_view(&out), m.left, m.top, m.width, m.height,
                                    &a, &back, &err));
        LF_CLAIM(lf_mask_eq(&m, &back));
    }
    lf_buf_done(&out);
    lf_arena_done(&a);
    return 0;
}
