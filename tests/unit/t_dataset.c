// A dataset's folder: the files a document may name.
#include "tests/unit/folder.h"

#include "formats/base/limits.h"
#include "formats/fiftyone/fo_dataset.h"

#define METADATA                                                                       \
    "{\"version\": \"1.22.1\", \"name\": \"d\", \"media_type\": \"image\","            \
    " \"sample_fields\": []}"

static void open_dataset(struct fo_dataset *ds)
{
    struct lf_error err = {0};
    put_text("metadata.json", METADATA);
    put_text("samples.json", "{\"samples\": []}");
    assert_true(fo_open(ds, ".", &err));
}

// LF_OK: it is read; otherwise why not. `bytes` NULL: it is not found.
static void reads(const struct fo_dataset *ds, const char *path, enum lf_code code,
                  const char *bytes)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_files files = fo_files(ds);
    bool found = true;
    lf_buf_text(&out, "before");
    bool ok = files.read(files.user, lf_slice_of(path), &out, &found, &err);
    assert_int_equal(err.code, code);
    assert_int_equal(ok, code == LF_OK);
    assert_int_equal(found, code == LF_OK && bytes != NULL);
    if (found) {
        assert_int_equal(out.len, 6 + strlen(bytes));
        assert_memory_equal(out.at, "before", 6);
        assert_memory_equal(out.at + 6, bytes, strlen(bytes));
    }
    lf_buf_done(&out);
}

static void masks_are_read(void **state)
{
    struct fo_dataset ds;
    (void)state;
    open_dataset(&ds);
    assert_int_equal(mkdir("fields", 0777), 0);
    assert_int_equal(mkdir("fields/seg", 0777), 0);
    put_text("fields/seg/a.png", "bytes of a");
    put_text("fields/seg/empty.png", "");
    reads(&ds, "fields/seg/a.png", LF_OK, "bytes of a");
    reads(&ds, "fields/seg/empty.png", LF_OK, "");
    reads(&ds, "fields/seg/b.png", LF_OK, NULL);
    reads(&ds, "fields/gone/a.png", LF_OK, NULL);
    reads(&ds, "fields/seg/a.png/b", LF_OK, NULL);
    fo_done(&ds);
}

static void only_below_the_dataset(void **state)
{
    struct fo_dataset ds;
    (void)state;
    open_dataset(&ds);
    assert_int_equal(mkdir("fields", 0777), 0);
    assert_int_equal(mkdir("outside", 0777), 0);
    put_text("outside/a.png", "secret");
    assert_int_equal(symlink("../outside/a.png", "fields/a.png"), 0);
    assert_int_equal(symlink("../outside", "fields/seg"), 0);
    assert_int_equal(mkfifo("fields/fifo.png", 0666), 0);
    reads(&ds, "/etc/passwd", LF_OK, NULL);
    reads(&ds, "../outside/a.png", LF_E_PATH, NULL);
    reads(&ds, "fields/../outside/a.png", LF_E_PATH, NULL);
    reads(&ds, "", LF_E_PATH, NULL);
    reads(&ds, "fields/a.png", LF_E_PATH, NULL);
    reads(&ds, "fields/seg/a.png", LF_E_PATH, NULL);
    reads(&ds, "fields/fifo.png", LF_E_PATH, NULL);
    reads(&ds, "fields", LF_E_PATH, NULL);
    fo_done(&ds);
}

static void long_ones_are_refused(void **state)
{
    struct fo_dataset ds;
    (void)state;
    open_dataset(&ds);
    put_text("a.png", "");
    assert_int_equal(truncate("a.png", (off_t)LF_MASK_FILE + 1), 0);
    reads(&ds, "a.png", LF_E_LIMIT_COUNT, NULL);
    fo_done(&ds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(masks_are_read),
        FOLDER_TEST(only_below_the_dataset),
        FOLDER_TEST(long_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
