#include "convert/out_media.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/limits.h"
#include "formats/base/out.h"
#include "formats/mask/base64.h"

// ----------------------------------------------------------------------------
// addresses

static size_t word_at(const char *p, const char **word)
{
    static const char *const words[] = {"{path}", "{run}"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncmp(p, words[i], strlen(words[i]))) {
            *word = words[i];
            return strlen(words[i]);
        }
    return 0;
}

bool lf_url_check(const char *pattern, struct lf_error *err)
{
    const char *word;
    if (!strstr(pattern, "{path}"))
        return lf_fail(err, LF_E_OPTION, "--media-url needs {path}");
    for (const char *p = pattern; *p; p++) {
        if ((*p == '{' && !word_at(p, &word)) || (unsigned char)*p < 0x20)
            return lf_fail(err, LF_E_OPTION,
                           "--media-url knows {path} and {run}, and no other braces");
        p += *p == '{' ? word_at(p, &word) - 1 : 0;
    }
    return true;
}

// RFC 3986's unreserved characters stand for themselves, and '/' between folders does.
static void escape(struct lf_slice text, struct lf_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || (c && strchr("-._~/", c)))
            lf_buf_char(out, (char)c);
        else
            lf_buf_printf(out, "%%%02X", c);
    }
}

void lf_url_make(const char *pattern, struct lf_slice run, struct lf_slice name,
                 struct lf_buf *out)
{
    const char *word;
    for (const char *p = pattern; *p;) {
        size_t n = word_at(p, &word);
        if (!n)
            lf_buf_char(out, *p);
        else
            escape(word[1] == 'p' ? name : run, out);
        p += n ? n : 1;
    }
}

// ---------------------------------------------------------------------------- embedded

static bool begins(struct lf_slice bytes, size_t at, const char *mark, size_t n)
{
    return bytes.len >= at + n && !memcmp(bytes.at + at, mark, n);
}

// By what the file is, not by what it is called.
static const char *mime_of(struct lf_slice bytes)
{
    if (begins(bytes, 0, "\x89PNG", 4))
        return "image/png";
    if (begins(bytes, 0, "\xff\xd8\xff", 3))
        return "image/jpeg";
    if (begins(bytes, 0, "RIFF", 4) && begins(bytes, 8, "WEBP", 4))
        return "image/webp";
    if (begins(bytes, 0, "GIF8", 4))
        return "image/gif";
    if (begins(bytes, 0, "BM", 2))
        return "image/bmp";
    if (begins(bytes, 0, "II", 2) || begins(bytes, 0, "MM", 2))
        return "image/tiff";
    return "application/octet-stream";
}

bool lf_url_embed(struct lf_in *in, struct lf_slice name, struct lf_buf *out,
                  struct lf_error *err)
{
    struct lf_buf bytes = {0};
    bool over = false;
    bool ok = lf_in_rest(in, LF_MEDIA_EMBEDDED, &bytes, &over, err);
    if (ok && over) {
        char safe[100];
        ok = lf_fail(err, LF_E_LIMIT_COUNT,
                     "\"%s\" is larger than %d bytes (limit media-embedded); send it "
                     "with --media copy",
                     lf_escape(name, safe, sizeof safe), LF_MEDIA_EMBEDDED);
    }
    if (ok) {
        lf_buf_printf(out, "data:%s;base64,", mime_of(lf_buf_view(&bytes)));
        lf_base64_write((const unsigned char *)bytes.at, bytes.len, out);
        ok = lf_buf_ok(out, err);
    }
    lf_buf_done(&bytes);
    return ok;
}

// ---------------------------------------------------------------------------- a folder

static bool copy(struct lf_in *in, const char *path, struct lf_error *err)
{
    char piece[1 << 16];
    struct lf_out *out = lf_out_new(path, err);
    bool ok = out != NULL;
    for (size_t got = 1; ok && got;)
        ok = lf_in_read(in, piece, sizeof piece, &got, err) &&
             lf_out_write(out, (struct lf_slice){piece, got}, err);
    ok = ok && lf_out_commit_unsynced(out, false, err);
    lf_out_free(&out);
    return ok;
}

static bool make_folder(const char *path, struct lf_error *err)
{
    char folder[4400];
    const char *end = strrchr(path, '/');
    if (!end || (size_t)(end - path) >= sizeof folder)
        return lf_fail(err, LF_E_LIMIT_COUNT, "a path is too long");
    memcpy(folder, path, (size_t)(end - path));
    folder[end - path] = '\0';
    return lf_mkdirs(folder, err);
}

bool lf_media_put(int folder, const char *relpath, bool links, bool link,
                  const char *path, struct lf_error *err)
{
    struct stat st;
    if (!make_folder(path, err))
        return false;
    struct lf_in *in = lf_in_below(folder, relpath, links, err); // it may be read
    bool ok = in != NULL;
    bool linked =
        ok && link && fstatat(folder, relpath, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(st.st_mode) && linkat(folder, relpath, AT_FDCWD, path, 0) == 0;
    ok = ok && (linked || copy(in, path, err));
    lf_in_free(&in);
    return ok;
}
