#include "tests/unit/folder.h"
#include "tests/unit/zip_maker.h"

#include "formats/base/limits.h"
#include "formats/base/tree.h"

static void assert_names(const struct lf_tree *t, const char *want)
{
    char got[1000] = "";
    for (size_t i = 0; i < lf_tree_count(t); i++) {
        size_t at = strlen(got);
        snprintf(got + at, sizeof got - at, "%s%s", i ? " " : "", lf_tree_name(t, i));
    }
    assert_string_equal(got, want);
}

static void assert_text(const struct lf_tree *t, const char *name, const char *want)
{
    struct lf_error err = {0};
    char text[100] = "";
    size_t i = 0, got = 0;
    assert_true(lf_tree_find(t, name, &i));
    assert_true(lf_tree_peek(t, i, text, sizeof text - 1, &got, &err));
    text[got] = '\0';
    assert_string_equal(text, want);
}

static void a_folder_lists_its_plain_files_by_name(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_int_equal(
        system("mkdir -p f/a/b f/.git f/e; printf 1 >f/a/b/c; printf 2 >f/a-b; "
               "printf 3 >f/a.x; printf 4 >f/Z; printf 5 >f/.hid; "
               "printf 6 >f/.git/c; ln -s a-b f/link; ln -s a f/linked; "
               "mkfifo f/fifo; printf 7 >f/\xc3\xb6"),
        0);
    struct lf_tree *t = lf_tree_open("f", &err);
    assert_non_null(t);
    assert_names(t, "Z a-b a.x a/b/c \xc3\xb6");
    assert_text(t, "a/b/c", "1");
    assert_text(t, "\xc3\xb6", "7");
    size_t i;
    assert_false(lf_tree_find(t, "a", &i));
    assert_false(lf_tree_find(t, "link", &i));
    assert_false(lf_tree_is_zip(t));
    assert_string_equal(lf_tree_path(t), "f");

    // A link that comes later is not followed.
    assert_true(lf_tree_find(t, "a/b/c", &i));
    assert_int_equal(system("mv f/a f/other; ln -s other f/a"), 0);
    assert_null(lf_tree_read(t, i, &err));
    assert_int_equal(err.code, LF_E_PATH);
    lf_tree_free(&t);
    lf_tree_free(&t);
}

static void a_file_is_a_tree_of_one(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_int_equal(mkdir("f", 0700), 0);
    put_text("f/a.xml", "<a/>");
    struct lf_tree *t = lf_tree_open("f/a.xml", &err);
    assert_names(t, "a.xml");
    assert_text(t, "a.xml", "<a/>");
    assert_false(lf_tree_is_zip_member(t, 0));
    assert_null(lf_tree_open_member(t, 0, &err));
    assert_int_equal(err.code, LF_E_ZIP);
    lf_tree_free(&t);
    lf_error_clear(&err);
    put_text("empty.zip", ""); // what is in it decides, not its name
    t = lf_tree_open("empty.zip", &err);
    assert_names(t, "empty.zip");
    assert_text(t, "empty.zip", "");
    lf_tree_free(&t);
}

static void what_is_no_archive_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *make, *path;
        enum lf_code code;
    } rows[] = {
        {"true", "nothing", LF_E_IO},
        {"mkfifo fifo", "fifo", LF_E_PATH},
        {"true", "/dev/null", LF_E_PATH},
        {"touch 'a\nb'", "a\nb", LF_E_PATH},
        {"mkdir f; touch 'f/a\\b'", "f", LF_E_PATH},
        {"mkdir g; touch 'g/a\nb'", "g", LF_E_PATH},
        {"mkdir h; touch h/\xff", "h", LF_E_PATH},
        {"printf 'PK\\3\\4 and no more' >cut", "cut", LF_E_ZIP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        assert_int_equal(system(rows[i].make), 0);
        assert_null(lf_tree_open(rows[i].path, &err));
        assert_int_equal(err.code, rows[i].code);
        assert_true(err.file[0] != '\0');
    }
}

static void folders_are_deep_to_a_limit(void **state)
{
    (void)state;
    struct lf_error err = {0};
    char path[200] = "f";
    assert_int_equal(mkdir(path, 0700), 0);
    for (int i = 1; i < LF_NAME_LEVELS; i++) {
        strcat(path, "/d");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    size_t len = strlen(path);
    strcat(path, "/x"); // the 32nd part
    put_text(path, "");
    struct lf_tree *t = lf_tree_open("f", &err);
    assert_non_null(t);
    assert_int_equal(lf_tree_count(t), 1);
    lf_tree_free(&t);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    strcpy(path + len, "/x/y");
    put_text(path, "");
    assert_null(lf_tree_open("f", &err));
    assert_int_equal(err.code, LF_E_PATH);
}

// A zip with one stored member.
static struct lf_slice wrap(struct zip_maker *z, const char *name,
                            struct lf_slice bytes)
{
    zip_add(z, (struct zip_member){.name = lf_slice_of(name), .bytes = bytes});
    return zip_end(z);
}

static void zips_lie_in_zips_to_a_limit(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct zip_maker one = {0}, two = {0}, three = {0};
    struct lf_slice inner = wrap(&one, "a.txt", LF_S("hello"));
    struct lf_slice middle = wrap(&two, "one.zip", inner);
    struct lf_slice outer = wrap(&three, "two.zip", middle);
    put_bytes("outer", outer.at, outer.len);
    assert_int_equal(mkdir("f", 0700), 0);
    put_bytes("f/two.zip", middle.at, middle.len);
    zip_done(&one);
    zip_done(&two);
    zip_done(&three);

    struct lf_tree *t = lf_tree_open("outer", &err);
    assert_true(lf_tree_is_zip_member(t, 0));
    struct lf_tree *m = lf_tree_open_member(t, 0, &err);
    assert_non_null(m);
    assert_string_equal(lf_tree_path(m), "outer!two.zip");
    assert_names(m, "one.zip");
    assert_null(lf_tree_open_member(m, 0, &err));
    assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    assert_string_equal(err.file, "outer!two.zip!one.zip");
    lf_tree_free(&t);
    assert_true(lf_tree_is_zip_member(m, 0)); // it does not need the outer one any more
    lf_tree_free(&m);

    lf_error_clear(&err);
    t = lf_tree_open("f", &err); // in a folder the first level is free
    m = lf_tree_open_member(t, 0, &err);
    assert_non_null(m);
    struct lf_tree *n = lf_tree_open_member(m, 0, &err);
    assert_non_null(n);
    assert_text(n, "a.txt", "hello");
    lf_tree_free(&n);
    lf_tree_free(&m);
    lf_tree_free(&t);
}

static void a_damaged_zip_in_a_zip_is_named(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct zip_maker z = {0};
    zip_add(&z, (struct zip_member){.name = LF_S("bad.zip"),
                                    .bytes = LF_S("PK\3\4 no more")});
    zip_add(&z, (struct zip_member){
                    .name = LF_S("crc.zip"), .bytes = LF_S("PK\3\4"), .crc = 1});
    zip_add(&z, (struct zip_member){.name = LF_S("text"), .bytes = LF_S("text")});
    struct lf_slice zip = zip_end(&z);
    put_bytes("o", zip.at, zip.len);
    zip_done(&z);
    struct lf_tree *t = lf_tree_open("o", &err);
    static const char *const files[] = {"o!bad.zip", "o!crc.zip", "o!text"};
    for (size_t i = 0; i < 3; i++) {
        lf_error_clear(&err);
        assert_null(lf_tree_open_member(t, i, &err));
        assert_int_equal(err.code, LF_E_ZIP);
        assert_string_equal(err.file, files[i]);
    }
    assert_false(lf_tree_is_zip_member(t, 2));
    lf_tree_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_folder_lists_its_plain_files_by_name),
        FOLDER_TEST(a_file_is_a_tree_of_one),
        FOLDER_TEST(what_is_no_archive_is_refused),
        FOLDER_TEST(folders_are_deep_to_a_limit),
        FOLDER_TEST(zips_lie_in_zips_to_a_limit),
        FOLDER_TEST(a_damaged_zip_in_a_zip_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
