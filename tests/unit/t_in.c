#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/in.h"

static char root[64]; // of the group: a folder with one of each kind

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int make_root(void **state)
{
    (void)state;
    strcpy(root, "/tmp/lf_t_in_XXXXXX");
    if (!mkdtemp(root))
        return -1;
    int dir = open(root, O_RDONLY | O_DIRECTORY);
    if (dir < 0 || mkdirat(dir, "a", 0755) || mkdirat(dir, "a/b", 0755) ||
        symlinkat("a", dir, "to_folder") || symlinkat("file", dir, "to_file") ||
        symlinkat("..", dir, "a/up") || mkfifoat(dir, "fifo", 0644))
        return -1;
    close(dir);
    put("file", "0123456789");
    put("empty", "");
    put("a/b/deep", "deep");
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    static const char *const names[] = {"a/b/deep", "a/b",  "a/up",  "a",   "to_folder",
                                        "to_file",  "fifo", "empty", "file"};
    int dir = open(root, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (unlinkat(dir, names[i], 0) != 0)
            unlinkat(dir, names[i], AT_REMOVEDIR);
    }
    close(dir);
    return rmdir(root);
}

// Reads it in steps of three bytes and compares.
static void holds(struct lf_in *in, const char *text)
{
    struct lf_error err = {0};
    char all[64] = "";
    size_t n = 0;
    size_t got = 1;
    uint64_t size = 0;
    assert_true(lf_in_size(in, &size));
    assert_int_equal(size, strlen(text));
    while (got) {
        assert_true(lf_in_read(in, all + n, 3, &got, &err));
        n += got;
        assert_in_range(n, 0, sizeof all - 4);
    }
    assert_true(lf_slice_is((struct lf_slice){all, n}, text));
    lf_in_free(&in);
    assert_null(in);
    lf_in_free(&in);
}

static void files_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum lf_code code;
    } rows[] = {
        {"file", "0123456789", LF_OK}, {"empty", "", LF_OK},
        {"a/b/deep", "deep", LF_OK},   {"to_file", "0123456789", LF_OK},
        {"a", NULL, LF_E_PATH},        {"fifo", NULL, LF_E_PATH},
        {"absent", NULL, LF_E_IO},     {"file/x", NULL, LF_E_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        char path[128];
        snprintf(path, sizeof path, "%s/%s", root, rows[i].name);
        struct lf_in *in = lf_in_file(path, &err);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(in != NULL, rows[i].code == LF_OK);
        if (in) {
            assert_string_equal(lf_in_name(in), path);
            holds(in, rows[i].text);
        } else {
            assert_string_equal(err.file, path);
        }
    }
    struct lf_error err = {0};
    assert_null(lf_in_file("/dev/null", &err));
    assert_int_equal(err.code, LF_E_PATH);
}

static void paths_stay_below_the_folder(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool links;
        const char *text;
        enum lf_code code;
    } rows[] = {
        {"file", false, "0123456789", LF_OK},
        {"a/b/deep", false, "deep", LF_OK},
        {"to_file", false, NULL, LF_E_PATH},
        {"to_file", true, "0123456789", LF_OK},
        {"to_folder/b/deep", false, NULL, LF_E_PATH},
        {"to_folder/b/deep", true, "deep", LF_OK},
        {"a/up/file", false, NULL, LF_E_PATH},
        {"a", false, NULL, LF_E_PATH},
        {"fifo", false, NULL, LF_E_PATH},
        {"fifo", true, NULL, LF_E_PATH},
        {"file/x", false, NULL, LF_E_PATH},
        {"absent", false, NULL, LF_E_IO},
        {"absent/x", false, NULL, LF_E_IO},
        {"../file", false, NULL, LF_E_PATH},
        {"a/../file", true, NULL, LF_E_PATH},
        {"/etc/passwd", true, NULL, LF_E_PATH},
        {"", false, NULL, LF_E_PATH},
        {"a//b/deep", false, NULL, LF_E_PATH},
    };
    int folder = open(root, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_in *in = lf_in_below(folder, rows[i].name, rows[i].links, &err);
        if (err.code != rows[i].code || (in != NULL) != (err.code == LF_OK))
            fail_msg("'%s': %d %s", rows[i].name, (int)err.code, err.what);
        if (in)
            holds(in, rows[i].text);
        else
            assert_string_equal(err.file, rows[i].name);
    }
    // Nothing was left open: the next descriptor is the one behind `folder`.
    int next = dup(folder);
    assert_int_equal(next, folder + 1);
    close(next);
    close(folder);
}

static void memory_is_read(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_in *in = lf_in_memory(LF_S("abcdefg"), "memory", &err);
    assert_non_null(in);
    assert_string_equal(lf_in_name(in), "memory");
    holds(in, "abcdefg");
    in = lf_in_memory((struct lf_slice){NULL, 0}, "nothing", &err);
    assert_non_null(in);
    holds(in, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(paths_stay_below_the_folder),
        cmocka_unit_test(memory_is_read),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
