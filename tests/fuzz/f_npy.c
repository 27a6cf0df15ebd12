// The first byte says what follows: the bytes of a .npy file, of its zlib stream, or
// base64 text. What comes before the fuzzer's layer is put around it here.
#include <zlib.h>

#include "formats/mask/base64.h"
#include "formats/mask/npy.h"
#include "tests/fuzz/array_claims.h"

static void header(const uint8_t *data, size_t size)
{
    struct lf_error err = {0};
    struct lf_npy n;
    size_t head = 0;
    if (size < LF_NPY_MAGIC || !lf_npy_head(data, &head, &err) || head > size)
        return;
    if (!lf_npy_read((struct lf_slice){(const char *)data, head}, &n, &err))
        return;
    struct lf_buf out = {0};
    struct lf_npy back;
    lf_npy_write(&n, &out);
    LF_CLAIM(out.len % 64 == 0);
    LF_CLAIM(lf_npy_head((const unsigned char *)out.at, &head, &err));
    LF_CLAIM(head == out.len && lf_npy_read(lf_buf_view(&out), &back, &err));
    LF_CLAIM(back.width == n.width && back.height == n.height &&
             back.channels == n.channels && !back.fortran);
    LF_CLAIM(memcmp(&back.element, &n.element, sizeof n.element) == 0);
    lf_buf_done(&out);
}

static void pack(const uint8_t *data, size_t size, struct lf_buf *text)
{
    uLongf n = compressBound(size);
    unsigned char *packed = malloc(n);
    LF_CLAIM(packed && compress2(packed, &n, data, size, 1) == Z_OK);
    lf_base64_write(packed, n, text);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct at_hand h;
    struct lf_buf text = {0};
    if (size == 0)
        return 0;
    if (data[0] % 3 == 0) {
        header(data + 1, size - 1);
        pack(data + 1, size - 1, &text);
    } else if (data[0] % 3 == 1) {
        lf_base64_write(data + 1, size - 1, &text);
    } else {
        lf_buf_add(&text, data + 1, size - 1);
    }
    at_hand_take(&h);
    claim_all(&h, &(struct lf_pixels){.bytes = lf_buf_view(&text)});
    at_hand_drop(&h);
    lf_buf_done(&text);
    return 0;
}
