// "/data/upload/3/0a1b2c3d-pier.png", "/data/local-files/?d=run/a/pier.png",
// "s3://bucket/a/pier.png": the name by which a sample can be found.
#include "formats/labelstudio/ls_reading.h"

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// %41 is A. Of a query, + is a blank.
static bool decode(struct lf_slice text, bool query, struct lf_arena *a,
                   struct lf_slice *out, struct lf_error *err)
{
    char *to = lf_arena_take(a, text.len + 1, 1, err);
    size_t n = 0;
    if (!to)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%' && text.len - i > 2 && hex(text.at[i + 1]) >= 0 &&
            hex(text.at[i + 2]) >= 0) {
            c = (char)(hex(text.at[i + 1]) << 4 | hex(text.at[i + 2]));
            i += 2;
        } else if (c == '+' && query) {
            c = ' ';
        }
        to[n++] = c;
    }
    *out = (struct lf_slice){to, n};
    return true;
}

static struct lf_slice behind(struct lf_slice text, size_t n)
{
    return (struct lf_slice){text.at + n, text.len - n};
}

static bool find(struct lf_slice text, const char *word, size_t *at)
{
    size_t n = strlen(word);
    for (*at = 0; *at + n <= text.len; ++*at)
        if (!memcmp(text.at + *at, word, n))
            return true;
    return false;
}

// The value of `d` in a query.
static bool local_file(struct lf_slice url, struct lf_slice *path)
{
    size_t at;
    if ((!find(url, "?d=", &at) && !find(url, "&d=", &at)))
        return false;
    *path = behind(url, at + 3);
    if (find(*path, "&", &at))
        path->len = at;
    return true;
}

// What Label Studio puts before the name of a file that was uploaded to it.
static struct lf_slice without_mark(struct lf_slice path)
{
    size_t from = path.len, i;
    while (from && path.at[from - 1] != '/')
        from--;
    for (i = 0; i < 8 && from + i < path.len; i++)
        if (hex(path.at[from + i]) < 0)
            return path;
    return i == 8 && from + 9 < path.len && path.at[from + 8] == '-'
               ? behind(path, from + 9)
               : path;
}

// A path without scheme, host, query and what the server puts before uploads.
static struct lf_slice path_of(struct lf_slice url)
{
    size_t at;
    if (find(url, "://", &at)) {
        url = behind(url, at + 3);
        url = find(url, "/", &at) ? behind(url, at) : (struct lf_slice){"", 0};
    }
    if (find(url, "?", &at) || find(url, "#", &at))
        url.len = at;
    while (url.len && url.at[0] == '/')
        url = behind(url, 1);
    return url;
}

bool ls_image_name(struct lf_slice url, struct lf_arena *a, struct lf_slice *name,
                   struct lf_error *err)
{
    struct lf_slice path;
    size_t at;
    bool query = local_file(url, &path), upload;
    *name = (struct lf_slice){"", 0};
    if (lf_slice_starts(url, LF_S("data:")))
        return true;
    if (!query)
        path = path_of(url);
    upload = !query && find(path, "data/upload/", &at);
    if (!decode(path, query, a, name, err))
        return false;
    while (name->len && name->at[0] == '/')
        *name = behind(*name, 1);
    if (upload)
        *name = without_mark(*name);
    return true;
}
