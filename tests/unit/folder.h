// A fresh folder for a test, entered, so that tests use short relative names; and small
// files in it. Everything is removed at the end.
#ifndef LF_FOLDER_H
#define LF_FOLDER_H

#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"

static inline int enter_folder(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char *name = lf_alloc(1, 512, &(struct lf_error){0});
    assert_non_null(name);
    snprintf(name, 512, "%s/lf-unit-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(name));
    assert_int_equal(chdir(name), 0);
    *state = name;
    return 0;
}

static inline int leave_folder(void **state)
{
    char command[600];
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    assert_int_equal(system(command), 0);
    lf_free(*state);
    return 0;
}

static inline void put_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline void put_text(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

// The text of a small file, or "(absent)"; in static memory.
static inline const char *text_of_file(const char *name)
{
    static char text[4][4096];
    static unsigned turn;
    char *to = text[turn++ % 4];
    FILE *f = fopen(name, "rb");
    if (!f)
        return "(absent)";
    size_t n = fread(to, 1, sizeof text[0] - 1, f);
    to[n] = '\0';
    fclose(f);
    return to;
}

static inline bool is_there(const char *name)
{
    struct stat st;
    return lstat(name, &st) == 0;
}

// Writes beyond `bytes` of a file fail from now on; 0 lifts it.
static inline void set_file_limit(rlim_t bytes)
{
    struct rlimit limit;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#define FOLDER_TEST(test)                                                              \
    cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

#endif
