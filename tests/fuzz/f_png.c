// PNG files. If the first byte is odd, the checksums of its chunks are mended, so that
// what lies behind them is reached.
#include <zlib.h>

#include "tests/fuzz/array_claims.h"

static uint32_t number(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void mend(unsigned char *png, size_t size)
{
    size_t at = 8;
    while (size >= 12 && at <= size - 12) {
        size_t len = number(png + at);
        if (len > size - 12 - at)
            return;
        uint32_t crc = (uint32_t)crc32(0, png + at + 4, (uInt)len + 4);
        for (int i = 0; i < 4; i++)
            png[at + 8 + len + (size_t)i] = (unsigned char)(crc >> (24 - 8 * i));
        at += len + 12;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct at_hand h;
    if (size == 0)
        return 0;
    unsigned char *png = malloc(size);
    LF_CLAIM(png);
    memcpy(png, data + 1, size - 1);
    if (data[0] % 2)
        mend(png, size - 1);
    at_hand_take(&h);
    claim_all(&h, &(struct lf_pixels){{(const char *)png, size - 1}, true});
    at_hand_drop(&h);
    free(png);
    return 0;
}
