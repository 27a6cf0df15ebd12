// Opens the bytes as an archive and reads every member, zips inside zips too. Whatever
// is accepted must have safe, sorted, single names.
#define _GNU_SOURCE // memfd_create
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/base/tree.h"
#include "tests/fuzz/fuzz.h"

enum { ENOUGH = 1 << 20 }; // bytes out of one input; more is only slower

static void read_member(const struct lf_tree *t, size_t i, size_t *left)
{
    static char piece[4096];
    struct lf_error err = {0};
    struct lf_in *in = lf_tree_read(t, i, &err);
    bool ok = in != NULL;
    for (size_t got = 1; ok && got && *left; *left -= got) {
        ok = lf_in_read(in, piece, sizeof piece < *left ? sizeof piece : *left, &got,
                        &err);
        got = ok ? got : 0;
    }
    LF_CLAIM(ok == (err.code == LF_OK));
    LF_CLAIM(ok || err.file[0]);
    lf_in_free(&in);
}

static void read_tree(const struct lf_tree *t, size_t *left)
{
    for (size_t i = 0; i < lf_tree_count(t); i++) {
        struct lf_error err = {0};
        const char *name = lf_tree_name(t, i);
        size_t found = 0;
        LF_CLAIM(!lf_relpath_fault(lf_slice_of(name)));
        LF_CLAIM(i == 0 || strcmp(lf_tree_name(t, i - 1), name) < 0);
        LF_CLAIM(lf_tree_find(t, name, &found) && found == i);
        read_member(t, i, left);
        if (!lf_tree_is_zip(t) || !*left || !lf_tree_is_zip_member(t, i))
            continue;
        struct lf_tree *inner = lf_tree_open_member(t, i, &err);
        LF_CLAIM(inner || err.code != LF_OK);
        if (inner)
            read_tree(inner, left);
        lf_tree_free(&inner);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    struct lf_error err = {0};
    size_t left = ENOUGH;
    if (fd < 0)
        fd = memfd_create("zip", MFD_CLOEXEC);
    LF_CLAIM(fd >= 0 && ftruncate(fd, 0) == 0);
    LF_CLAIM(pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct lf_tree *t = lf_tree_open(path, &err);
    LF_CLAIM(t || (err.code != LF_OK && err.file[0]));
    if (t)
        read_tree(t, &left);
    lf_tree_free(&t);
    return 0;
}
