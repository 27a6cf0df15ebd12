// Polygons filled and masks traced. Bytes are corners, two bits of a byte how far they
// are; the first two bytes are the image's size and the third how many rings.
#include "formats/mask/mask_shape.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mask_claims.h"

enum { RINGS = 4, POINTS = 64 };

static double place_of(uint8_t byte, uint8_t how)
{
    static const double scale[] = {0.25, 0.37, 3.0, 4e6};
    return (byte - 40.0) * scale[how & 3];
}

static void claim_rings(const struct lf_mask *m, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_ring *ring;
    double *xy;
    uint32_t rings, points, sum = 0;
    LF_CLAIM(lf_trace(m, 2, a, &xy, &ring, &rings, &points, &err));
    for (uint32_t r = 0; r < rings; r++) {
        LF_CLAIM(ring[r].points > 1 && ring[r].part == r);
        sum += ring[r].points;
    }
    LF_CLAIM(sum == points);
    for (uint32_t i = 0; i < points; i++) {
        LF_CLAIM(xy[2 * i] >= m->left && xy[2 * i] < m->left + m->width);
        LF_CLAIM(xy[2 * i + 1] >= m->top && xy[2 * i + 1] < m->top + m->height);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    struct lf_ring ring[RINGS] = {{0, 0}};
    double xy[2 * POINTS];
    uint32_t rings = size > 2 ? 1 + data[2] % RINGS : 0, n = 0;
    if (!rings || !data[0] || !data[1])
        return 0;
    size_t points = size / 3 - 1 < POINTS ? size / 3 - 1 : POINTS;
    for (size_t i = 3; n < points; i += 3, n++) {
        xy[2 * n] = place_of(data[i], data[i + 2]);
        xy[2 * n + 1] = place_of(data[i + 1], data[i + 2] >> 2);
        ring[n * rings / points].points++;
    }
    for (int instance = 0; instance < 2; instance++) {
        bool ok = (instance ? lf_fill_instance : lf_fill_rings)(
            xy, ring, rings, data[0], data[1], &a, &m, &err);
        LF_CLAIM(ok || (instance && err.code == LF_E_LIMIT_COUNT));
        if (!ok)
            break;
        claim_canonical(&m);
        LF_CLAIM(m.left + m.width <= data[0] && m.top + m.height <= data[1]);
        claim_rings(&m, &a);
    }
    lf_arena_done(&a);
    return 0;
}
