#include "tests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/base/spool.h"

// Byte `i` of everything that is ever added.
static char byte(uint64_t i)
{
    return (char)((i * 31 + (i >> 16)) & 0xff);
}

static void add(struct lf_spool *s, size_t n)
{
    struct lf_error err = {0};
    uint64_t from = lf_spool_size(s), at = 0;
    char *bytes = lf_alloc(n, 1, &err);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = byte(from + i);
    assert_true(lf_spool_add(s, (struct lf_slice){bytes, n}, &at, &err));
    assert_true(at == from);
    assert_true(lf_spool_size(s) == from + n);
    lf_free(bytes);
}

static void expect(struct lf_spool *s, uint64_t at, size_t n)
{
    struct lf_error err = {0};
    char *bytes = lf_alloc(n, 1, &err);
    assert_non_null(bytes);
    if (!lf_spool_read(s, at, bytes, n, &err))
        fail_msg("read of %zu at %llu: %s", n, (unsigned long long)at, err.what);
    for (size_t i = 0; i < n; i++)
        assert_true(bytes[i] == byte(at + i));
    lf_free(bytes);
}

static void what_was_added_can_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t adds[4];
    } rows[] = {
        {"nothing", {0}},
        {"in memory", {1, 5, 0, 100000}},
        {"memory filled to the last byte", {LF_SPOOL_MEMORY - 1, 1}},
        {"one byte in the file", {LF_SPOOL_MEMORY, 1}},
        {"a small one behind the first of the file", {LF_SPOOL_MEMORY - 10, 11, 5, 5}},
        {"one that is larger than the memory", {3, LF_SPOOL_MEMORY + 1, 7}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_spool *s = lf_spool_new(&err);
        assert_non_null(s);
        for (size_t k = 0; k < 4; k++)
            add(s, rows[i].adds[k]);
        uint64_t size = lf_spool_size(s);
        expect(s, 0, (size_t)size);
        for (uint64_t k = size > 30 ? size - 30 : 0; k <= size; k++)
            expect(s, k, (size_t)(size - k));
        lf_spool_free(&s);
        assert_null(s);
        lf_spool_free(&s);
    }
}

static void what_was_not_added_is_a_bug(void **state)
{
    (void)state;
    static const struct {
        uint64_t at;
        size_t n;
    } rows[] = {{0, 4}, {3, 1}, {4, 0}, {UINT64_MAX, 1}, {1, SIZE_MAX}};
    struct lf_error err = {0};
    struct lf_spool *s = lf_spool_new(&err);
    char out[8];
    assert_non_null(s);
    add(s, 3);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lf_error_clear(&err);
        assert_false(lf_spool_read(s, rows[i].at, out, rows[i].n, &err));
        assert_int_equal(err.code, LF_E_BUG);
    }
    expect(s, 3, 0);
    lf_spool_free(&s);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    const char *was = getenv("TMPDIR");
    char keep[4096] = "";
    if (was && strlen(was) < sizeof keep)
        memcpy(keep, was, strlen(was) + 1);
    assert_int_equal(setenv("TMPDIR", "/nonexistent/folder", 1), 0);
    struct lf_error err = {0};
    struct lf_spool *s = lf_spool_new(&err);
    uint64_t at = 0;
    assert_non_null(s);
    add(s, LF_SPOOL_MEMORY); // memory alone needs no folder
    assert_false(lf_spool_add(s, LF_S("x"), &at, &err));
    assert_int_equal(err.code, LF_E_IO);
    assert_non_null(strstr(err.what, "No such file"));
    assert_true(lf_spool_size(s) == LF_SPOOL_MEMORY);
    lf_spool_free(&s);
    assert_int_equal(keep[0] ? setenv("TMPDIR", keep, 1) : unsetenv("TMPDIR"), 0);
}

static void no_file_is_left(void **state)
{
    (void)state;
    char folder[] = "/tmp/lf-t-spool-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *was = getenv("TMPDIR");
    char keep[4096] = "";
    if (was && strlen(was) < sizeof keep)
        memcpy(keep, was, strlen(was) + 1);
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    struct lf_error err = {0};
    struct lf_spool *s = lf_spool_new(&err);
    assert_non_null(s);
    add(s, LF_SPOOL_MEMORY + 1);
    assert_int_equal(rmdir(folder), 0); // empty while the file is in use
    expect(s, 0, LF_SPOOL_MEMORY + 1);
    lf_spool_free(&s);
    assert_int_equal(keep[0] ? setenv("TMPDIR", keep, 1) : unsetenv("TMPDIR"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_can_be_read),
        cmocka_unit_test(what_was_not_added_is_a_bug),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(no_file_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
