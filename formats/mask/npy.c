#include "formats/mask/npy.h"

#include "formats/base/limits.h"

#define MAGIC "\x93NUMPY"

enum {
    ALIGN = 64,
    GROW = 21, // numpy leaves blanks so that the first dimension may grow to 21 digits
    DIMENSIONS = 3
};

bool lf_npy_head(const unsigned char start[LF_NPY_MAGIC], size_t *bytes,
                 struct lf_error *err)
{
    *bytes = 0;
    if (memcmp(start, MAGIC, 6) != 0)
        return lf_fail(err, LF_E_MASK, "the array is no numpy file");
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return lf_fail(err, LF_E_MASK, "a numpy file of version %u.%u", start[6],
                       start[7]);
    uint32_t len = (uint32_t)start[8] | (uint32_t)start[9] << 8;
    if (start[6] > 1)
        len |= (uint32_t)start[10] << 16 | (uint32_t)start[11] << 24;
    size_t before = start[6] > 1 ? 12 : 10;
    if (len > LF_NPY_HEAD - LF_NPY_MAGIC)
        return lf_fail(err, LF_E_MASK, "a numpy header of %lu bytes",
                       (unsigned long)len);
    *bytes = before + len;
    return *bytes >= LF_NPY_MAGIC ||
           lf_fail(err, LF_E_MASK, "a numpy header of %lu bytes", (unsigned long)len);
}

// The header is a dict in Python's spelling; only what numpy puts there is understood.
struct words {
    const char *at, *end;
};

static void blanks(struct words *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' ||
                              *w->at == '\r' || *w->at == '\f'))
        w->at++;
}

static bool sign(struct words *w, char c)
{
    blanks(w);
    if (w->at == w->end || *w->at != c)
        return false;
    w->at++;
    return true;
}

static bool text(struct words *w, struct lf_slice *out)
{
    blanks(w);
    if (w->at == w->end || (*w->at != '\'' && *w->at != '"'))
        return false;
    char quote = *w->at++;
    const char *begin = w->at;
    while (w->at < w->end && *w->at != quote && *w->at != '\\' && *w->at != '\n')
        w->at++;
    if (w->at == w->end || *w->at != quote)
        return false;
    *out = lf_slice_between(begin, w->at++);
    return true;
}

static bool word(struct words *w, const char *name)
{
    struct lf_slice rest = lf_slice_between(w->at, w->end);
    if (!lf_slice_starts(rest, lf_slice_of(name)))
        return false;
    w->at += strlen(name);
    return true;
}

static bool truth(struct words *w, bool *value)
{
    blanks(w);
    *value = word(w, "True");
    return *value || word(w, "False");
}

// Python 2 wrote an L behind long numbers.
static bool size(struct words *w, uint64_t *value)
{
    blanks(w);
    const char *begin = w->at;
    *value = 0;
    for (; w->at < w->end && *w->at >= '0' && *w->at <= '9'; w->at++) {
        if (*value > UINT32_MAX)
            return false;
        *value = *value * 10 + (uint64_t)(*w->at - '0');
    }
    if (w->at == begin)
        return false;
    (void)word(w, "L");
    return true;
}

struct shape {
    uint64_t side[DIMENSIONS];
    unsigned count;
};

static bool sizes(struct words *w, struct shape *s)
{
    if (!sign(w, '('))
        return false;
    while (!sign(w, ')')) {
        uint64_t side = 0;
        if (!size(w, &side))
            return false;
        if (s->count < DIMENSIONS)
            s->side[s->count] = side;
        s->count += s->count <= DIMENSIONS;
        if (sign(w, ','))
            continue;
        // (3) is a number and no shape
        return s->count > 1 && sign(w, ')');
    }
    return true;
}

struct dict {
    struct lf_slice descr;
    struct shape shape;
    bool fortran;
    unsigned seen; // bits: descr, fortran_order, shape
};

static bool entry(struct words *w, struct dict *d)
{
    struct lf_slice key = {0};
    unsigned bit = 0;
    bool ok = text(w, &key) && sign(w, ':');
    if (ok && lf_slice_is(key, "descr")) {
        bit = 1;
        ok = text(w, &d->descr);
    } else if (ok && lf_slice_is(key, "fortran_order")) {
        bit = 2;
        ok = truth(w, &d->fortran);
    } else if (ok && lf_slice_is(key, "shape")) {
        bit = 4;
        ok = sizes(w, &d->shape);
    }
    ok = ok && bit && !(d->seen & bit);
    d->seen |= bit;
    return ok;
}

static bool dict(struct words *w, struct dict *d)
{
    bool ok = sign(w, '{');
    bool more = ok;
    while (more && !sign(w, '}')) {
        ok = entry(w, d);
        more = ok && sign(w, ',');
        if (ok && !more)
            ok = sign(w, '}');
    }
    blanks(w);
    return ok && w->at == w->end && d->seen == 7;
}

static bool shaped(const struct shape *s, struct lf_npy *n, struct lf_error *err)
{
    uint64_t channels = s->count == 3 ? s->side[2] : 1;
    if (s->count < 2 || s->count > 3 ||
        (channels != 1 && channels != 3 && channels != 4))
        return lf_fail(err, LF_E_MASK,
                       "the array has neither height and width nor these and colours");
    uint64_t h = s->side[0];
    uint64_t w = s->side[1];
    if (h > LF_MASK_PIXELS || w > LF_MASK_PIXELS || h * w > LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "an array of %llu x %llu pixels (limit mask-pixels)",
                       (unsigned long long)w, (unsigned long long)h);
    n->width = (uint32_t)w;
    n->height = (uint32_t)h;
    n->channels = (unsigned)channels;
    return true;
}

bool lf_npy_read(struct lf_slice head, struct lf_npy *n, struct lf_error *err)
{
    *n = (struct lf_npy){0};
    struct dict d = {0};
    struct words w = {0};
    if (head.len >= LF_NPY_MAGIC)
        w = (struct words){head.at + (head.at[6] > 1 ? 12 : 10), head.at + head.len};
    if (!w.at || !dict(&w, &d))
        return lf_fail(err, LF_E_MASK, "the numpy header is not as numpy writes it");
    n->fortran = d.fortran;
    if (!lf_element_parse(d.descr, &n->element)) {
        char name[64];
        return lf_fail(err, LF_E_MASK, "an array of \"%s\"",
                       lf_escape(d.descr, name, sizeof name));
    }
    return shaped(&d.shape, n, err);
}

void lf_npy_write(const struct lf_npy *n, struct lf_buf *out)
{
    char descr[8];
    lf_element_print(n->element, descr);
    lf_buf_add(out, MAGIC "\1\0\0\0", 10);
    size_t length = out->len - 2;
    size_t begin = out->len - 10;
    lf_buf_printf(out, "{'descr': '%s', 'fortran_order': False, 'shape': (%lu, %lu",
                  descr, (unsigned long)n->height, (unsigned long)n->width);
    if (n->channels > 1)
        lf_buf_printf(out, ", %u", n->channels);
    lf_buf_text(out, "), }");
    unsigned digits = 1;
    for (uint32_t h = n->height; h >= 10; h /= 10)
        digits++;
    for (unsigned i = digits; i < GROW; i++)
        lf_buf_char(out, ' ');
    // Never a multiple of 64 already, where numpy would put 64 more.
    while (!out->failed && (out->len - begin + 1) % ALIGN != 0)
        lf_buf_char(out, ' ');
    lf_buf_char(out, '\n');
    if (!out->failed) {
        size_t len = out->len - begin - 10;
        out->at[length] = (char)(len & 255);
        out->at[length + 1] = (char)(len >> 8);
    }
}
