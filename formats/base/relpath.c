#include "formats/base/relpath.h"

#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include "formats/base/limits.h"
#include "formats/base/utf8.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *part_fault(struct lf_slice part)
{
    if (part.len == 0)
        return "a part of it is empty";
    if (lf_slice_is(part, ".") || lf_slice_is(part, ".."))
        return "a part of it is '.' or '..'";
    return NULL;
}

static const char *text_fault(struct lf_slice name)
{
    unsigned code = 0;
    for (size_t i = 0, n; i < name.len; i += n) {
        n = lf_utf8_at(name.at + i, name.len - i, &code);
        if (n == 0)
            return "it is not UTF-8";
        if (code < 0x20 || (code >= 0x7f && code < 0xa0))
            return "it holds a control character";
        if (code == '\\')
            return "it holds a backslash";
    }
    return NULL;
}

const char *lf_relpath_fault(struct lf_slice name)
{
    if (name.len == 0)
        return "it is empty";
    if (name.len > LF_NAME_BYTES)
        return "it is longer than the limit name-length";
    if (name.at[0] == '/')
        return "it is absolute";
    // "C:x" leaves the folder on systems with drives, and archives travel.
    if (name.len > 1 && is_letter(name.at[0]) && name.at[1] == ':')
        return "it begins with a drive";
    const char *fault = text_fault(name);
    size_t levels = 0;
    for (size_t at = 0; !fault && at <= name.len;) {
        const char *slash = memchr(name.at + at, '/', name.len - at);
        size_t end = slash ? (size_t)(slash - name.at) : name.len;
        fault = part_fault((struct lf_slice){name.at + at, end - at});
        if (!fault && ++levels > LF_NAME_LEVELS)
            fault = "it is deeper than the limit name-levels";
        at = end + 1;
    }
    return fault;
}

bool lf_relpath_check(struct lf_slice name, enum lf_code code, struct lf_error *err)
{
    char shown[100];
    const char *fault = lf_relpath_fault(name);
    return !fault || lf_fail(err, code, "the name '%s' cannot be used: %s",
                             lf_escape(name, shown, sizeof shown), fault);
}

bool lf_path_join(char *out, size_t cap, const char *dir, const char *name,
                  struct lf_error *err)
{
    size_t len = strlen(dir);
    const char *between = len == 0 || dir[len - 1] == '/' ? "" : "/";
    int n = snprintf(out, cap, "%s%s%s", dir, between, name);
    if (n < 0 || (size_t)n >= cap)
        return lf_fail(err, LF_E_PATH, "a path is longer than %zu bytes", cap);
    return true;
}

bool lf_path_printf(char *out, size_t cap, struct lf_error *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(out, cap, fmt, args);
    va_end(args);
    return (n >= 0 && (size_t)n < cap) || lf_fail(err, LF_E_PATH, "a path is too long");
}

bool lf_path_inside(const char *path, const char *folder)
{
    char parent[4096], real[4096], root[4096]; // PATH_MAX
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof parent || !realpath(folder, root))
        return false;
    memcpy(parent, path, n);
    parent[n] = '\0';
    if (!realpath(path, real) && !realpath(n ? parent : slash ? "/" : ".", real))
        return false;
    n = strlen(root);
    return !strncmp(real, root, n) && (!real[n] || real[n] == '/' || n == 1);
}
