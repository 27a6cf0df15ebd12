#include "formats/label/value.h"

#include "formats/base/json.h"
#include "formats/base/number.h"

// The text inside {"$numberLong": "5"} and its kin.
static bool wrapped_number(struct lf_slice json, struct lf_slice *text)
{
    static const char *const words[] = {"$numberLong", "$numberInt", "$numberDouble"};
    struct lf_slice value;
    double finite;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (lf_json_get(json, words[i], &value)) {
            value = lf_json_trim(value);
            if (value.len < 2 || lf_json_type(value) != LF_JSON_STRING)
                return false;
            *text = (struct lf_slice){value.at + 1, value.len - 2};
            return lf_parse_double(*text, &finite);
        }
    return false;
}

bool lf_value_read(struct lf_slice json, struct lf_arena *a, enum lf_value *type,
                   struct lf_slice *text, bool *scalar, struct lf_error *err)
{
    double finite;
    json = lf_json_trim(json);
    *scalar = true;
    *type = LF_V_NULL;
    *text = (struct lf_slice){"", 0};
    switch (lf_json_type(json)) {
    case LF_JSON_NULL:
        return true;
    case LF_JSON_TRUE:
    case LF_JSON_FALSE:
        *type = LF_V_BOOL;
        *text = json;
        return true;
    case LF_JSON_NUMBER:
        *type = lf_json_is_int(json) ? LF_V_INT : LF_V_FLOAT;
        *text = json;
        *scalar = lf_parse_double(json, &finite); // not NaN, not Infinity
        return true;
    case LF_JSON_STRING:
        *type = LF_V_TEXT;
        return lf_json_string(json, a, text, err);
    case LF_JSON_OBJECT:
        *scalar = wrapped_number(json, text);
        if (*scalar)
            *type = lf_json_is_int(*text) ? LF_V_INT : LF_V_FLOAT;
        return true;
    default:
        *scalar = false;
        return true;
    }
}

static bool word(struct lf_slice text, const char *lower)
{
    size_t n = strlen(lower);
    if (text.len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((text.at[i] | 0x20) != lower[i])
            return false;
    return true;
}

static struct lf_slice trim(struct lf_slice t)
{
    while (t.len && (t.at[0] == ' ' || t.at[0] == '\t'))
        t = (struct lf_slice){t.at + 1, t.len - 1};
    while (t.len && (t.at[t.len - 1] == ' ' || t.at[t.len - 1] == '\t'))
        t.len--;
    return t;
}

static bool write_number(struct lf_slice text, enum lf_value type, struct lf_buf *out,
                         bool *widened)
{
    char digits[LF_NUMBER_CAP];
    int64_t whole;
    double real;
    text = trim(text);
    if (type == LF_V_INT && lf_parse_int64(text, &whole)) {
        lf_buf_add(out, digits, lf_print_int64(whole, digits));
        return true;
    }
    if (!lf_parse_decimal(text, &real))
        return false;
    *widened = type == LF_V_INT;
    if (*widened && real >= -9e15 && real <= 9e15 && (double)(int64_t)real == real) {
        lf_buf_add(out, digits,
                   lf_print_int64((int64_t)real, digits)); // "7.0" is still 7
        *widened = false;
        return true;
    }
    lf_buf_add(out, digits, lf_print_double(real, digits));
    return true;
}

bool lf_value_write(struct lf_slice text, enum lf_value type, bool ascii,
                    struct lf_buf *out, bool *widened)
{
    *widened = false;
    switch (type) {
    case LF_V_NULL:
        lf_buf_text(out, "null");
        return true;
    case LF_V_BOOL:
        if (word(trim(text), "true"))
            lf_buf_text(out, "true");
        else if (word(trim(text), "false"))
            lf_buf_text(out, "false");
        else
            return false;
        return true;
    case LF_V_INT:
    case LF_V_FLOAT:
        return write_number(text, type, out, widened);
    default:
        lf_json_quote(out, text, ascii);
        return true;
    }
}

enum lf_value lf_value_type(const struct lf_attr *came, const struct lf_attr *was,
                            enum lf_value seen)
{
    return came && came->type != LF_V_UNTYPED ? (enum lf_value)came->type
           : was && was->type != LF_V_NULL    ? (enum lf_value)was->type
                                              : seen;
}

// The next character with line ends made LF.
static int next(struct lf_slice t, size_t *i)
{
    if (*i >= t.len)
        return -1;
    unsigned char c = (unsigned char)t.at[(*i)++];
    if (c != '\r')
        return c;
    if (*i < t.len && t.at[*i] == '\n')
        ++*i;
    return '\n';
}

bool lf_value_same(struct lf_slice a, struct lf_slice b, bool checkbox)
{
    if (lf_slice_eq(a, b))
        return true;
    if (checkbox)
        return (word(a, "true") && word(b, "true")) ||
               (word(a, "false") && word(b, "false"));
    size_t i = 0, j = 0;
    for (;;) {
        int c = next(a, &i), d = next(b, &j);
        if (c != d)
            return false;
        if (c < 0)
            return true;
    }
}

bool lf_value_same_typed(struct lf_slice a, struct lf_slice b, enum lf_value type)
{
    struct lf_buf x = {0}, y = {0};
    bool widened;
    bool same = type != LF_V_NULL && type != LF_V_UNTYPED &&
                lf_value_write(a, type, true, &x, &widened) &&
                lf_value_write(b, type, true, &y, &widened) &&
                lf_slice_eq(lf_buf_view(&x), lf_buf_view(&y)) && !x.failed && !y.failed;
    lf_buf_done(&x);
    lf_buf_done(&y);
    return same;
}
