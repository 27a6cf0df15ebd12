#include "formats/mask/brush_code.h"

#include <inttypes.h>

#include "formats/base/json.h"

enum { SLACK = 8, BYTE = 8 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// A number of up to three digits; what stands behind it is looked at by the caller. The
// array's bracket ends it, so nothing behind that is read.
static inline const char *read_byte(const char *p, unsigned *value)
{
    unsigned v = (unsigned char)*p - (unsigned)'0', d;
    if (v > 9)
        return NULL;
    for (int i = 0; i < 2 && (d = (unsigned char)*++p - (unsigned)'0') <= 9; i++) {
        v = v * 10 + d;
        if (i == 1)
            p++;
    }
    *value = v;
    return v > 255 ? NULL : p;
}

// `at` is behind the bracket, `end` is the other one. Returns how many bytes there are
// before the end or what is none.
static size_t read_bytes(const char *at, const char *end, unsigned char *to, bool *all)
{
    const unsigned char *from = to;
    unsigned v;
    *all = false;
    for (;;) {
        while (is_blank(*at))
            at++;
        at = read_byte(at, &v);
        if (!at)
            break;
        while (is_blank(*at))
            at++;
        *to = (unsigned char)v;
        if (*at != ',') {
            to += at == end;
            *all = at == end;
            break;
        }
        at++;
        to++;
    }
    return (size_t)(to - from);
}

static bool bytes_of(struct lf_slice json, struct lf_arena *a, struct lf_brush_in *in,
                     struct lf_error *err)
{
    bool all = false;
    json = lf_json_trim(json);
    if (json.len < 2 || json.at[0] != '[' || json.at[json.len - 1] != ']')
        return lf_fail(err, LF_E_MASK, "a brush code is a list of bytes, and this not");
    struct lf_slice first =
        lf_json_trim(lf_slice_between(json.at + 1, json.at + json.len - 1));
    if (!first.len)
        return lf_fail(err, LF_E_MASK, "the brush code is empty");
    // An entry and its comma are two characters or more.
    unsigned char *bytes = lf_arena_take(a, json.len / 2 + SLACK, 1, err);
    if (!bytes)
        return false;
    size_t n = read_bytes(json.at + 1, json.at + json.len - 1, bytes, &all);
    in->bytes = bytes;
    in->bits = (uint64_t)n * BYTE;
    return all ||
           lf_fail(err, LF_E_MASK,
                   "entry %zu of a brush code is no whole number from 0 to 255", n + 1);
}

static unsigned head(struct lf_brush_in *in, unsigned bits)
{
    unsigned v = (unsigned)(lf_brush_bits(in) >> (64 - bits));
    in->bit += bits;
    return v;
}

bool lf_brush_open(struct lf_slice json, struct lf_arena *a, struct lf_brush_in *in,
                   struct lf_error *err)
{
    *in = (struct lf_brush_in){0};
    if (!bytes_of(json, a, in, err))
        return false;
    if (in->bits < LF_BRUSH_HEAD)
        return lf_fail(err, LF_E_MASK, "the brush code ends within its head");
    in->count = head(in, 32);
    const unsigned word = head(in, 5) + 1;
    if (word > 8)
        return lf_fail(err, LF_E_MASK, "a brush code of values of %u bits", word);
    in->word = (uint8_t)word;
    for (unsigned i = 0; i < LF_BRUSH_KINDS; i++)
        in->size[i] = (uint8_t)(head(in, 4) + 1);
    return true;
}

bool lf_brush_end(const struct lf_brush_in *in, struct lf_error *err)
{
    if (in->early)
        return lf_fail(err, LF_E_MASK,
                       "the brush code ends at byte %" PRIu64 " with %" PRIu32
                       " of its %" PRIu32 " values",
                       in->bits / BYTE, in->at, in->count);
    return !in->beyond || lf_fail(err, LF_E_MASK,
                                  "a run at byte %" PRIu64
                                  " of a brush code goes beyond its %" PRIu32 " values",
                                  in->bit / BYTE + 1, in->count);
}

static char *put_byte(char *p, unsigned v)
{
    if (v >= 100)
        *p++ = (char)('0' + v / 100);
    if (v >= 10)
        *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    *p++ = ',';
    return p;
}

// Up to 40 bits beside the seven at most that are held.
static void put_bits(struct lf_brush_out *o, uint64_t v, unsigned n)
{
    enum { MOST = 32 }; // characters of that many bits
    struct lf_buf *b = o->out;
    char *from =
        !b->failed && b->cap - b->len >= MOST ? b->at + b->len : lf_buf_room(b, MOST);
    char *p = from;
    if (!p)
        return;
    o->held = o->held << n | v;
    o->bits += n;
    for (; o->bits >= BYTE; o->bits -= BYTE)
        p = put_byte(p, (unsigned)(o->held >> (o->bits - BYTE)) & 255);
    b->len += (size_t)(p - from);
}

// A block of up to 65536 values. `kind` is the kind of length, `size` its bits.
static void put_block(struct lf_brush_out *o, unsigned kind, unsigned size, uint64_t n)
{
    uint64_t start = 4 | kind;
    put_bits(o, (start << size | (n - 1)) << BYTE | o->value, 3 + size + BYTE);
}

static void put_run(struct lf_brush_out *o)
{
    uint64_t n = o->length;
    if (n == 1)
        put_bits(o, o->value, 6 + BYTE); // a block of one value on its own
    else if (n > 1 && n <= 8)
        put_block(o, 0, 3, n);
    else if (n > 8 && n <= 16)
        put_block(o, 1, 4, n);
    else if (n > 16 && n <= 256)
        put_block(o, 2, 8, n);
    else if (n) {
        for (; n > 65536; n -= 65536)
            put_block(o, 3, 16, 65536);
        put_block(o, 3, 16, n); // what is left has the long form, however short
    }
}

void lf_brush_begin(struct lf_brush_out *o, uint32_t count, struct lf_buf *out)
{
    *o = (struct lf_brush_out){.out = out};
    lf_buf_char(out, '[');
    put_bits(o, count, 32);
    put_bits(o, 7 << 16 | 2 << 12 | 3 << 8 | 7 << 4 | 15, LF_BRUSH_HEAD - 32);
}

void lf_brush_put(struct lf_brush_out *o, uint8_t value, uint64_t length)
{
    if (length && (value != o->value || !o->length)) {
        put_run(o);
        o->value = value;
        o->length = 0;
    }
    o->length += length;
}

void lf_brush_close(struct lf_brush_out *o)
{
    put_run(o);
    // Bits of 0 to the end of the byte, and eight of them where that is reached
    // already: so the tool's encoder does it.
    put_bits(o, 0, BYTE - o->bits);
    if (!o->out->failed)
        o->out->at[o->out->len - 1] = ']';
}
