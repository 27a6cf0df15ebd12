#include "formats/base/digest.h"
#include "formats/base/limits.h"
#include "formats/base/names.h"
#include "formats/verify_parts.h"

enum { HEX = LF_DIGEST_HEX - 1 };

struct sums {
    struct lf_names names;
    struct lf_buf text;
    struct lf_arena arena;
    struct lf_slice *hex; // by the number of the name
    bool *seen;
    size_t hex_room;
    const char *folder;
};

static bool tell(const struct sums *s, struct lf_slice name, const char *what,
                 struct lf_events *ev, struct lf_error *err)
{
    struct lf_event e = {.code = LF_E_SUMS,
                         .file = lf_slice_of(s->folder),
                         .item = name,
                         .text = lf_slice_of(what)};
    return lf_events_add(ev, &e, err);
}

static bool is_hex(struct lf_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.at[i], 16))
            return false;
    return text.len == HEX;
}

// "<hex>  <name>", or '*' for the second blank as sha256sum -b writes it.
static bool take_line(struct sums *s, struct lf_slice line, struct lf_events *ev,
                      struct lf_error *err)
{
    uint32_t number;
    void *rows = s->hex;
    bool good = line.len > HEX + 2 && is_hex((struct lf_slice){line.at, HEX}) &&
                line.at[HEX] == ' ' &&
                (line.at[HEX + 1] == ' ' || line.at[HEX + 1] == '*');
    if (!good)
        return tell(s, LF_S(LF_SUMS), "a line is no digest and name", ev, err);
    struct lf_slice name = {line.at + HEX + 2, line.len - HEX - 2};
    if (!lf_names_add(&s->names, name, &number, NULL, err) ||
        !lf_arena_grow(&s->arena, &rows, &s->hex_room, s->names.count, sizeof *s->hex,
                       err))
        return false;
    s->hex = rows;
    s->hex[number] = (struct lf_slice){line.at, HEX};
    return true;
}

static bool read_sums(struct sums *s, const struct lf_tree *t, size_t i,
                      struct lf_events *ev, struct lf_error *err)
{
    bool over = false;
    struct lf_in *in = lf_tree_read(t, i, err);
    bool ok = in && lf_in_rest(in, LF_JSON_SLICE, &s->text, &over, err);
    lf_in_free(&in);
    if (ok && over)
        ok = lf_fail(err, LF_E_LIMIT_COUNT, LF_SUMS " is longer than the limit");
    struct lf_slice rest = lf_buf_view(&s->text);
    while (ok && rest.len) {
        const char *stop = memchr(rest.at, '\n', rest.len);
        const char *end = rest.at + rest.len;
        ok = take_line(s, lf_slice_between(rest.at, stop ? stop : end), ev, err);
        rest = stop ? lf_slice_between(stop + 1, end) : (struct lf_slice){0};
    }
    return ok;
}

static bool digest_of(const struct lf_tree *t, size_t i, char hex[LF_DIGEST_HEX],
                      struct lf_error *err)
{
    char piece[1 << 16];
    unsigned char sum[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(err);
    struct lf_in *in = d ? lf_tree_read(t, i, err) : NULL;
    bool ok = in != NULL;
    for (size_t got = 1; ok && got;)
        ok = lf_in_read(in, piece, sizeof piece, &got, err) &&
             lf_digest_add(d, (struct lf_slice){piece, got}, err);
    ok = ok && lf_digest_take(d, sum, err);
    lf_in_free(&in);
    lf_digest_free(&d);
    if (ok)
        lf_hex(sum, sizeof sum, hex);
    return ok;
}

static bool check_file(struct sums *s, const struct lf_tree *t, size_t i,
                       struct lf_events *ev, struct lf_error *err)
{
    char hex[LF_DIGEST_HEX];
    uint32_t number;
    struct lf_slice name = lf_slice_of(lf_tree_name(t, i));
    if (lf_slice_is(name, LF_SUMS))
        return true;
    if (!lf_names_find(&s->names, name, &number))
        return tell(s, name, "the file is not listed in " LF_SUMS, ev, err);
    s->seen[number] = true;
    return digest_of(t, i, hex, err) &&
           (lf_slice_is(s->hex[number], hex) ||
            tell(s, name, "the file is not as it was exported", ev, err));
}

bool lf_verify_sums(const struct lf_tree *t, uint64_t *files, struct lf_events *ev,
                    struct lf_error *err)
{
    struct sums s = {.folder = lf_tree_path(t)};
    size_t at;
    bool ok = lf_tree_find(t, LF_SUMS, &at) && read_sums(&s, t, at, ev, err);
    s.seen =
        ok ? lf_arena_take(&s.arena, s.names.count + 1, sizeof *s.seen, err) : NULL;
    ok = ok && s.seen;
    *files = s.names.count;
    for (size_t i = 0; ok && i < lf_tree_count(t); i++)
        ok = check_file(&s, t, i, ev, err);
    for (size_t i = 0; ok && i < s.names.count; i++)
        ok = s.seen[i] || tell(&s, s.names.name[i], "the file is missing", ev, err);
    lf_names_done(&s.names);
    lf_arena_done(&s.arena);
    lf_buf_done(&s.text);
    return ok;
}
