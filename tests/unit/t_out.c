#include "tests/unit/folder.h"

#include <fcntl.h>

#include "formats/base/out.h"

static void a_file_is_absent_until_it_is_committed(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_out *o = lf_out_new("a.txt", &err);
    assert_non_null(o);
    assert_true(lf_out_write(o, LF_S("one "), &err));
    assert_true(lf_out_write(o, LF_S("two"), &err));
    assert_int_equal(lf_out_size(o), 7);
    assert_string_equal(lf_out_temp(o), "a.txt.lf-new");
    assert_false(is_there("a.txt"));
    assert_true(lf_out_commit(o, false, &err));
    lf_out_free(&o);
    assert_null(o);
    assert_string_equal(text_of_file("a.txt"), "one two");
    assert_false(is_there("a.txt.lf-new"));
}

static void a_file_that_is_given_up_leaves_nothing(void **state)
{
    (void)state;
    struct lf_error err = {0};
    put_text("a.txt", "old");
    struct lf_out *o = lf_out_new("a.txt", &err);
    assert_true(lf_out_write(o, LF_S("new"), &err));
    lf_out_free(&o);
    assert_string_equal(text_of_file("a.txt"), "old");
    assert_false(is_there("a.txt.lf-new"));

    o = lf_out_new("a.txt", &err);
    assert_true(lf_out_write(o, LF_S("new"), &err));
    assert_true(lf_out_seal(o, &err));
    assert_false(lf_out_write(o, LF_S("more"), &err));
    assert_int_equal(err.code, LF_E_BUG);
    lf_error_clear(&err);
    lf_out_keep(o);
    lf_out_free(&o);
    assert_string_equal(text_of_file("a.txt"), "old");
    assert_string_equal(text_of_file("a.txt.lf-new"), "new");
}

static void only_plain_files_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum lf_code code;
    } rows[] = {
        {"plain", LF_OK},          {"absent", LF_OK},
        {"oldtemp", LF_OK},        {"link", LF_E_TARGET},
        {"dangling", LF_E_TARGET}, {"fifo", LF_E_TARGET},
        {"folder", LF_E_TARGET},   {"folder/", LF_E_TARGET},
        {"..", LF_E_TARGET},       {"/dev/full", LF_E_TARGET},
        {"tempfifo", LF_E_TARGET}, {"templink", LF_E_TARGET},
        {"nowhere/x", LF_E_IO},
    };
    put_text("plain", "old");
    put_text("oldtemp.lf-new", "left by a killed run");
    assert_int_equal(symlink("plain", "link"), 0);
    assert_int_equal(symlink("nothing", "dangling"), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(mkfifo("tempfifo.lf-new", 0600), 0);
    assert_int_equal(symlink("plain", "templink.lf-new"), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_out *o = lf_out_new(rows[i].path, &err);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(o == NULL, err.code != LF_OK);
        if (o) {
            assert_true(lf_out_write(o, LF_S("new"), &err));
            assert_true(lf_out_commit(o, true, &err));
            assert_string_equal(text_of_file(rows[i].path), "new");
        }
        lf_out_free(&o);
    }
    assert_string_equal(text_of_file("link"), "new"); // it still leads to "plain"
    assert_true(is_there("fifo"));
}

static void what_is_there_is_not_replaced_unasked(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_out *o = lf_out_new("a", &err);
    put_text("a", "somebody else was faster");
    assert_false(lf_out_commit(o, false, &err));
    assert_int_equal(err.code, LF_E_EXISTS);
    lf_out_free(&o);
    assert_string_equal(text_of_file("a"), "somebody else was faster");
    assert_false(is_there("a.lf-new"));

    lf_error_clear(&err);
    o = lf_out_new("b", &err);
    assert_int_equal(symlink("a", "b"), 0);
    assert_false(lf_out_commit(o, true, &err));
    assert_int_equal(err.code, LF_E_TARGET);
    lf_out_free(&o);
}

static void large_and_small_writes_join(void **state)
{
    (void)state;
    enum { PARTS = 3000 };
    struct lf_error err = {0};
    struct lf_out *o = lf_out_new("big", &err);
    static char part[70000];
    uint64_t want = 0;
    for (size_t i = 0; i < PARTS; i++) {
        size_t n = i % 1000 == 7 ? sizeof part : i % 90;
        memset(part, (int)(i % 251), n);
        assert_true(lf_out_write(o, (struct lf_slice){part, n}, &err));
        want += n;
    }
    assert_int_equal(lf_out_size(o), want);
    assert_true(lf_out_commit(o, false, &err));
    lf_out_free(&o);
    FILE *f = fopen("big", "rb");
    assert_non_null(f);
    for (size_t i = 0; i < PARTS; i++)
        for (size_t n = i % 1000 == 7 ? sizeof part : i % 90; n--;)
            if (fgetc(f) != (int)(i % 251))
                fail_msg("part %zu is not what was written", i);
    assert_int_equal(fgetc(f), EOF);
    fclose(f);
}

// A limit on the size of files stands for a full disk.
static void a_full_disk_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    static const char much[100000];
    struct lf_error err = {0};
    put_text("a", "old");
    set_file_limit(5000);
    struct lf_out *o = lf_out_new("a", &err);
    assert_non_null(o);
    bool ok = lf_out_write(o, (struct lf_slice){much, 6000}, &err) &&
              lf_out_commit(o, true, &err);
    assert_false(ok);
    assert_int_equal(err.code, LF_E_IO);
    lf_out_free(&o);
    lf_error_clear(&err);
    assert_false(lf_out_file("a", (struct lf_slice){much, sizeof much}, &err));
    assert_int_equal(err.code, LF_E_IO);
    set_file_limit(0);
    assert_string_equal(text_of_file("a"), "old");
    assert_false(is_there("a.lf-new"));
}

static void small_files_are_written_whole(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_true(lf_out_file("a", LF_S("1"), &err));
    assert_true(lf_out_file("a", LF_S(""), &err));
    assert_string_equal(text_of_file("a"), "");
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_true(lf_mkdirs("x//y/z/", &err));
    assert_true(lf_mkdirs("x/y/z", &err));
    assert_true(lf_mkdirs(".", &err));
    assert_true(is_there("x/y/z"));
    put_text("x/f", "");
    assert_false(lf_mkdirs("x/f/g", &err));
    assert_int_equal(err.code, LF_E_IO);
    lf_error_clear(&err);
    assert_false(lf_mkdirs("x/f", &err));
    lf_error_clear(&err);
    assert_true(lf_sync_dir("x/y", &err));
    assert_false(lf_sync_dir("x/f", &err));
}

static void begin(const char *path)
{
    struct lf_error err = {0};
    char temp[64];
    assert_true(lf_outdir_begin(path, temp, sizeof temp, &err));
    assert_string_equal(temp, "out.lf-new");
}

static bool end(bool replace, enum lf_code *code)
{
    struct lf_error err = {0};
    bool ok = lf_outdir_end("out.lf-new", "out", "ours", replace, &err);
    *code = err.code;
    return ok;
}

static void fill(const char *text)
{
    assert_int_equal(mkdir("out.lf-new/sub", 0777), 0);
    put_text("out.lf-new/ours", "");
    put_text("out.lf-new/sub/a", text);
}

static void assert_nothing_lies_about(void)
{
    assert_false(is_there("out.lf-new"));
    assert_false(is_there("out.lf-part"));
    assert_false(is_there("out.lf-old"));
    assert_false(is_there("out/.labelferry-part"));
}

static void a_folder_is_whole_or_absent(void **state)
{
    (void)state;
    enum lf_code code;
    begin("out");
    fill("1");
    assert_false(is_there("out"));
    assert_true(end(false, &code));
    assert_string_equal(text_of_file("out/sub/a"), "1");
    assert_nothing_lies_about();

    begin("out"); // the same again is a success
    fill("1");
    assert_true(end(false, &code));
    assert_nothing_lies_about();

    begin("out"); // other bytes are not
    fill("2");
    assert_false(end(false, &code));
    assert_int_equal(code, LF_E_EXISTS);
    lf_outdir_drop("out.lf-new");
    assert_nothing_lies_about();
    assert_string_equal(text_of_file("out/sub/a"), "1");

    begin("out"); // unless they may be replaced
    fill("2");
    put_text("out.lf-new/sub/more", "x");
    assert_true(end(true, &code));
    assert_string_equal(text_of_file("out/sub/a"), "2");
    assert_nothing_lies_about();

    assert_int_equal(unlink("out/ours"), 0); // and are ours
    begin("out");
    fill("3");
    assert_false(end(true, &code));
    assert_int_equal(code, LF_E_EXISTS);
    lf_outdir_drop("out.lf-new");
    assert_string_equal(text_of_file("out/sub/a"), "2");
    assert_nothing_lies_about();
}

static void folders_differ_in_any_entry(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "printf x >> out/sub/a",
        "printf 2 > out/sub/a",
        "rm out/sub/a",
        "touch out/sub/b",
        "mkdir out/sub/b",
        "rm out/sub/a; mkdir out/sub/a",
        "mv out/sub out/sup",
        "ln -sf a out/sub/c",
        "ln -sf /etc/passwd out/ours",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        enum lf_code code;
        assert_int_equal(system("rm -rf out out.lf-*"), 0);
        begin("out");
        fill("1");
        assert_true(end(false, &code));
        assert_int_equal(system(changes[i]), 0);
        begin("out");
        fill("1");
        if (end(false, &code))
            fail_msg("not noticed: %s", changes[i]);
        assert_int_equal(code, LF_E_EXISTS);
        lf_outdir_drop("out.lf-new");
    }
}

// Every state that a kill can leave behind: the next run begins, and the old folder, if
// there was one, is there again or still.
static void a_killed_run_is_cleared_away(void **state)
{
    (void)state;
    static const struct {
        const char *left;
        bool old; // an old folder must be there after the next begin
    } rows[] = {
        {"mkdir out.lf-new", false},
        {"mkdir -p out.lf-new/sub; touch out.lf-new/.labelferry-part out.lf-new/sub/a",
         false},
        {"mkdir out.lf-new; touch out.lf-new/a out.lf-part", false},
        {"mkdir out; touch out/ours out.lf-part", true},
        {"mkdir out out.lf-new; touch out/ours out.lf-new/x out.lf-part", true},
        {"mkdir out.lf-old out.lf-new; touch out.lf-old/ours out.lf-new/x out.lf-part",
         true},
        {"mkdir out.lf-old out; touch out/ours out.lf-old/x out.lf-part", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(system("rm -rf out out.lf-*"), 0);
        assert_int_equal(system(rows[i].left), 0);
        begin("out");
        assert_int_equal(is_there("out/ours"), rows[i].old);
        assert_false(is_there("out.lf-part"));
        assert_false(is_there("out.lf-old"));
        lf_outdir_drop("out.lf-new");
        assert_false(is_there("out.lf-new"));
    }
}

static void folders_of_others_are_left_alone(void **state)
{
    (void)state;
    static const char *const left[] = {
        "mkdir out.lf-new; touch out.lf-new/precious",
        "touch out.lf-new",
        "mkdir elsewhere; touch elsewhere/.labelferry-part; ln -s elsewhere out.lf-new",
        "touch out",
        "mkdir elsewhere; ln -s elsewhere out",
        "mkfifo out",
        "mkdir out.lf-part",
    };
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        struct lf_error err = {0};
        char temp[64];
        assert_int_equal(system("rm -rf out out.lf-* elsewhere"), 0);
        assert_int_equal(system(left[i]), 0);
        assert_int_equal(system("ls -lR > ../before.$PPID"), 0);
        assert_false(lf_outdir_begin("out", temp, sizeof temp, &err));
        assert_int_equal(err.code, LF_E_TARGET);
        assert_int_equal(system("ls -lR | cmp - ../before.$PPID; r=$?; "
                                "rm ../before.$PPID; exit $r"),
                         0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_file_is_absent_until_it_is_committed),
        FOLDER_TEST(a_file_that_is_given_up_leaves_nothing),
        FOLDER_TEST(only_plain_files_are_replaced),
        FOLDER_TEST(what_is_there_is_not_replaced_unasked),
        FOLDER_TEST(large_and_small_writes_join),
        FOLDER_TEST(a_full_disk_is_told_and_leaves_nothing),
        FOLDER_TEST(small_files_are_written_whole),
        FOLDER_TEST(folders_are_made_with_their_parents),
        FOLDER_TEST(a_folder_is_whole_or_absent),
        FOLDER_TEST(folders_differ_in_any_entry),
        FOLDER_TEST(a_killed_run_is_cleared_away),
        FOLDER_TEST(folders_of_others_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
