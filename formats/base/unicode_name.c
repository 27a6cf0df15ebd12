#include "formats/base/unicode_name.h"

#include <utf8proc.h>

#include "formats/base/limits.h"

enum { LONGEST = 2 * LF_NAME_BYTES };

static bool is_ascii(struct lf_slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] >= 0x80)
            return false;
    return true;
}

// Composed, in the arena; *out stays what it was where the name is no UTF-8.
static bool compose(struct lf_slice name, int more, struct lf_arena *a,
                    struct lf_slice *out, struct lf_error *err)
{
    utf8proc_option_t options =
        (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | more);
    const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)name.at;
    utf8proc_ssize_t len = (utf8proc_ssize_t)name.len;
    utf8proc_ssize_t need = utf8proc_decompose(text, len, NULL, 0, options);
    if (need < 0)
        return true;
    // The same memory takes the bytes, at most four a code point, and a NUL.
    utf8proc_int32_t *code = lf_arena_take(a, (size_t)need + 1, sizeof *code, err);
    if (!code)
        return false;
    if (utf8proc_decompose(text, len, code, need, options) != need)
        return true;
    utf8proc_ssize_t n = utf8proc_reencode(code, need, options);
    if (n >= 0)
        *out = (struct lf_slice){(const char *)code, (size_t)n};
    return true;
}

bool lf_name_nfc(struct lf_slice name, struct lf_arena *a, struct lf_slice *out,
                 struct lf_error *err)
{
    struct lf_slice made = name;
    *out = name;
    if (name.len > LONGEST || is_ascii(name))
        return true;
    if (!compose(name, 0, a, &made, err))
        return false;
    if (!lf_slice_eq(made, name))
        *out = made;
    return true;
}

static bool lower_ascii(struct lf_slice name, struct lf_arena *a, struct lf_slice *out,
                        struct lf_error *err)
{
    char *low = lf_arena_take(a, name.len + 1, 1, err);
    if (!low)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        low[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    *out = (struct lf_slice){low, name.len};
    return true;
}

// The form comes first: folded, a mark may sort elsewhere among its like.
bool lf_name_key(struct lf_slice name, struct lf_arena *a, struct lf_slice *key,
                 struct lf_error *err)
{
    struct lf_slice form;
    if (!lf_name_nfc(name, a, &form, err) || !lower_ascii(form, a, key, err))
        return false;
    return form.len > LONGEST || is_ascii(form) ||
           compose(form, UTF8PROC_CASEFOLD, a, key, err);
}
