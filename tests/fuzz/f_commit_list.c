// A list of renames that a killed program left: finished or refused, never outside the
// folder.
#include <ftw.h>

#include "formats/base/commit.h"
#include "tests/fuzz/small_run.h"

static int drop(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st, (void)flag, (void)at;
    return remove(path);
}

static bool is(const char *path, const char *text)
{
    char got[64];
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    size_t n = fread(got, 1, sizeof got, f);
    fclose(f);
    return n == strlen(text) && !memcmp(got, text, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[64];
    char root[100], inner[120], path[200];
    struct lf_error err = {0};
    bool found;
    if (!folder[0]) {
        make_small(folder);
        write_small(folder, "outside", "outside", 7);
    }
    snprintf(root, sizeof root, "%s/root", folder);
    LF_CLAIM(mkdir(root, 0700) == 0);
    write_small(root, "a", "old a", 5);
    write_small(root, "a.lf-new", "new a", 5);
    write_small(root, "b.lf-new", "new b", 5);
    snprintf(inner, sizeof inner, "%s/s", root);
    LF_CLAIM(mkdir(inner, 0700) == 0);
    write_small(inner, "a", "old a", 5);
    write_small(inner, "a.lf-new", "new a", 5);
    write_small(inner, "b.lf-new", "new b", 5);
    snprintf(path, sizeof path, "%s/old", inner);
    LF_CLAIM(mkdir(path, 0700) == 0);
    snprintf(inner, sizeof inner, "%s/r", root);
    LF_CLAIM(mkdir(inner, 0700) == 0);
    write_small(inner, "list", data, size);
    bool ok = lf_commit_finish(root, "r/list", &found, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
    snprintf(path, sizeof path, "%s/outside", folder);
    LF_CLAIM(is(path, "outside"));
    snprintf(path, sizeof path, "%s/r/list", root);
    LF_CLAIM(!ok || access(path, F_OK) != 0);
    LF_CLAIM(nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS) == 0);
    return 0;
}
