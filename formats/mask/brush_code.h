// The brush code of Label Studio as it is: runs of equal values in a list of bytes.
// What the values mean is mask_brush.c's; only tests and the files of this folder look
// here.
//
// The list is one string of bits, most significant first: 32 bits with the number of
// values, 5 with the bits of a value, 4 x 4 with the bits of four kinds of length (each
// less 1), then blocks until all values are out: a bit (1: one value for all, 0: a
// value each), two that say which kind of length, the length less 1, the value or
// values. Source: label-studio-sdk 2.1.2, converter/brush.py.
#ifndef LF_BRUSH_CODE_H
#define LF_BRUSH_CODE_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

enum { LF_BRUSH_KINDS = 4, LF_BRUSH_HEAD = 53 }; // kinds of length; bits of the head

struct lf_brush_run {
    uint32_t length;
    uint8_t value;
};

struct lf_brush_in {
    const unsigned char *bytes; // 8 bytes of 0 lie behind the last one
    uint64_t bit, bits;         // read so far, and how many there are
    uint32_t count, at;         // values, and those that were told
    uint32_t apart;             // values to come in a block that has one for each
    uint8_t word, size[LF_BRUSH_KINDS]; // bits of a value, of a length
    bool early, beyond;                 // what was wrong, if anything
};

// A JSON array that lf_json_check has passed. LF_E_MASK: no array, an entry that is not
// a whole number from 0 to 255, none at all, no head, or values of more than 8 bits. No
// more memory is taken than the text is long, whatever `count` says.
LF_MUST_USE bool lf_brush_open(struct lf_slice json, struct lf_arena *a,
                               struct lf_brush_in *in, struct lf_error *err);

static inline uint64_t lf_brush_bits(const struct lf_brush_in *in) // 57 of them count
{
    const unsigned char *p = in->bytes + (in->bit >> 3);
    uint64_t w = 0;
    for (unsigned i = 0; i < 8; i++) // one load and a turn
        w = w << 8 | p[i];
    return w << (in->bit & 7);
}

// The next values. false: that was all, or it is damaged, as lf_brush_end says.
static inline bool lf_brush_next(struct lf_brush_in *in, struct lf_brush_run *run)
{
    if (in->at == in->count)
        return false;
    uint64_t w = lf_brush_bits(in);
    unsigned used = in->word;
    uint32_t n = 1;
    if (!in->apart) {
        const unsigned size = in->size[w >> 61 & 3];
        const bool same = w >> 63;
        n = (uint32_t)(w << 3 >> (64 - size)) + 1;
        used = 3 + size + (same ? in->word : 0);
        if (used > in->bits - in->bit || n > in->count - in->at) {
            in->early = used > in->bits - in->bit;
            in->beyond = !in->early;
            return false;
        }
        w <<= 3 + size;
        if (!same) {
            in->apart = n;
            in->bit += used;
            w = lf_brush_bits(in);
            used = in->word;
            n = 1;
        }
    }
    if (used > in->bits - in->bit) {
        in->early = true;
        return false;
    }
    in->apart -= in->apart != 0;
    in->bit += used;
    in->at += n;
    *run = (struct lf_brush_run){n, (uint8_t)(w >> (64 - in->word))};
    return true;
}

// LF_E_MASK when not all values were there, or more than all. What follows the last
// value is not looked at, as the tool does not: its encoders leave up to a byte of 0.
LF_MUST_USE bool lf_brush_end(const struct lf_brush_in *in, struct lf_error *err);

// Values into a code, the bytes as the tool's own Python encoder makes them.
struct lf_brush_out {
    struct lf_buf *out;
    uint64_t held; // the low `bits` of it are still to be written
    unsigned bits;
    uint8_t value;   // the last one, which may go on ..
    uint64_t length; // .. and how often it came; 0: none yet
};

// `count` is how many values will be put; the JSON array goes behind what is in `out`.
void lf_brush_begin(struct lf_brush_out *o, uint32_t count, struct lf_buf *out);
void lf_brush_put(struct lf_brush_out *o, uint8_t value, uint64_t length);
void lf_brush_close(struct lf_brush_out *o);

#endif
