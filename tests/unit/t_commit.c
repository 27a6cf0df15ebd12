#include "tests/unit/folder.h"

#include <fcntl.h>

#include "formats/base/commit.h"

#define LIST "run/commit.json"

// The state before a commit of three files: one replaced and kept, one new, one
// replaced.
static void put_before(void)
{
    assert_int_equal(system("rm -rf *; mkdir run undo deep deep/er"), 0);
    put_text("meta", "old meta");
    put_text("deep/er/last", "old last");
    put_text("meta.lf-new", "new meta");
    put_text("run/fresh.lf-new", "fresh");
    put_text("deep/er/last.lf-new", "new last");
}

static struct lf_commit *three(void)
{
    struct lf_error err = {0};
    struct lf_commit *c = lf_commit_new(".", LIST, &err);
    assert_non_null(c);
    assert_true(lf_commit_add(c, "meta.lf-new", "meta", "undo/meta", &err));
    assert_true(lf_commit_add(c, "run/fresh.lf-new", "run/fresh", "undo/fresh", &err));
    assert_true(lf_commit_add(c, "deep/er/last.lf-new", "deep/er/last", NULL, &err));
    return c;
}

static void put_list(void)
{
    put_text(
        LIST,
        "{\"labelferry-commit\":1,\"renames\":["
        "{\"from\":\"meta.lf-new\",\"to\":\"meta\",\"keep\":\"undo/meta\"},"
        "{\"from\":\"run/fresh.lf-new\",\"to\":\"run/fresh\",\"keep\":\"undo/fresh\"},"
        "{\"from\":\"deep/er/last.lf-new\",\"to\":\"deep/er/last\",\"keep\":null}]}");
}

static void assert_after(void)
{
    assert_string_equal(text_of_file("meta"), "new meta");
    assert_string_equal(text_of_file("run/fresh"), "fresh");
    assert_string_equal(text_of_file("deep/er/last"), "new last");
    assert_string_equal(text_of_file("undo/meta"), "old meta");
    assert_false(is_there("undo/fresh"));
    assert_false(is_there(LIST));
    assert_false(is_there("meta.lf-new"));
    assert_false(is_there("run/fresh.lf-new"));
    assert_false(is_there("deep/er/last.lf-new"));
    assert_false(is_there("undo/meta.lf-new"));
}

static void several_files_change_as_one(void **state)
{
    (void)state;
    struct lf_error err = {0};
    put_before();
    struct lf_commit *c = three();
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_after();
    bool found = true;
    assert_true(lf_commit_finish(".", LIST, &found, &err));
    assert_false(found);
    assert_true(lf_commit_finish(".", "no/such/folder/list", &found, &err));
    assert_false(found);
}

// Each row is one more call that was done before the kill; the state is the sum of the
// rows so far. Finishing must bring each of them, and each again after a second kill,
// to the same end.
static void a_kill_at_any_call_is_made_good(void **state)
{
    (void)state;
    static const char *const done[] = {
        "true",
        "ln meta undo/meta",
        "mv meta.lf-new meta",
        "mv run/fresh.lf-new run/fresh",
        "mv deep/er/last.lf-new deep/er/last",
    };
    for (size_t kill = 0; kill < sizeof done / sizeof *done; kill++) {
        struct lf_error err = {0};
        bool found = false;
        put_before();
        put_list();
        for (size_t i = 0; i <= kill; i++)
            assert_int_equal(system(done[i]), 0);
        assert_true(lf_commit_finish(".", LIST, &found, &err));
        assert_true(found);
        assert_after();
        put_list(); // killed between the last rename and the removal of the list
        assert_true(lf_commit_finish(".", LIST, &found, &err));
        assert_after();
    }
}

// A group: one file replaced and kept, one new, one that stays.
static void put_group(void)
{
    assert_int_equal(system("rm -rf *; mkdir run undo undo/s s"), 0);
    put_text("s/a", "old a");
    put_text("s/c", "c");
    put_text("s/a.lf-new", "new a");
    put_text("s/b.lf-new", "new b");
}

static struct lf_commit *group(void)
{
    struct lf_error err = {0};
    struct lf_commit *c = lf_commit_new(".", LIST, &err);
    assert_non_null(c);
    assert_true(lf_commit_add_group(c, "s", "undo/s", &err));
    assert_true(lf_commit_add_name(c, LF_S("a"), &err));
    assert_true(lf_commit_add_name(c, LF_S("b"), &err));
    return c;
}

static void assert_group(void)
{
    assert_string_equal(text_of_file("s/a"), "new a");
    assert_string_equal(text_of_file("s/b"), "new b");
    assert_string_equal(text_of_file("s/c"), "c");
    assert_string_equal(text_of_file("undo/s/a"), "old a");
    assert_false(is_there("undo/s/b"));
    assert_false(is_there("s/a.lf-new"));
    assert_false(is_there("s/b.lf-new"));
    assert_false(is_there(LIST));
}

static void a_group_changes_as_one(void **state)
{
    (void)state;
    static const char list[] =
        "{\"labelferry-commit\":2,\"renames\":[{\"folder\":\"s\","
        "\"keep\":\"undo/s\",\"names\":\"a\\nb\\n\"}]}";
    static const char *const done[] = {
        "true",
        "ln s/a undo/s/a",
        "mv s/a.lf-new s/a",
        "mv s/b.lf-new s/b",
    };
    struct lf_error err = {0};
    bool found = false;
    put_group();
    struct lf_commit *c = group();
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_group();
    for (size_t kill = 0; kill < sizeof done / sizeof *done; kill++) {
        put_group();
        put_text(LIST, list);
        for (size_t i = 0; i <= kill; i++)
            assert_int_equal(system(done[i]), 0);
        assert_true(lf_commit_finish(".", LIST, &found, &err));
        assert_true(found);
        assert_group();
    }
}

static void a_group_that_cannot_be_is_refused_before_anything(void **state)
{
    (void)state;
    static const struct {
        const char *spoil;
        enum lf_code code;
    } rows[] = {
        {"rm s/a; ln -s c s/a", LF_E_TARGET},
        {"rm s/b.lf-new", LF_E_BUG},
        {"touch undo/s/a", LF_E_EXISTS},
        {"mv s t; ln -s t s", LF_E_PATH},
        {"rm -r undo/s", LF_E_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        put_group();
        assert_int_equal(system(rows[i].spoil), 0);
        struct lf_commit *c = group();
        assert_false(lf_commit_run(c, &err));
        lf_commit_free(&c);
        assert_int_equal(err.code, rows[i].code);
        assert_false(is_there("s/b"));
        assert_false(is_there(LIST));
        if (err.code == LF_E_TARGET || err.code == LF_E_EXISTS)
            assert_false(is_there("s/a.lf-new"));
    }
}

// A folder with a file of it replaced gets another name, and a file beside it goes.
static void put_folder(void)
{
    assert_int_equal(system("rm -rf *; mkdir old x" LF_COMMIT_FOLDER), 0);
    put_text("old/a", "old a");
    put_text("old/b", "b");
    put_text("old/a.lf-new", "new a");
    put_text("gone", "gone");
}

static void assert_folder(void)
{
    assert_string_equal(text_of_file("new/a"), "new a");
    assert_string_equal(text_of_file("new/b"), "b");
    assert_false(is_there("new/a.lf-new"));
    assert_false(is_there("old"));
    assert_false(is_there("gone"));
    assert_false(is_there("x" LF_COMMIT_FOLDER));
}

static void a_folder_moves_as_one(void **state)
{
    (void)state;
    static const char list[] =
        "{\"labelferry-commit\":3,\"renames\":["
        "{\"from\":\"old/a.lf-new\",\"to\":\"old/a\",\"keep\":null},"
        "{\"step\":\"move\",\"from\":\"old\",\"to\":\"new\"},"
        "{\"step\":\"drop\",\"from\":\"gone\"}]}";
    static const char *const done[] = {"true", "mv old/a.lf-new old/a", "mv old new",
                                       "rm gone"};
    static const char where[] = "x" LF_COMMIT_FOLDER "/commit.json";
    struct lf_error err = {0};
    bool found = false;
    put_folder();
    struct lf_commit *c = lf_commit_new(".", where, &err);
    assert_non_null(c);
    assert_true(lf_commit_add(c, "old/a.lf-new", "old/a", NULL, &err));
    assert_true(lf_commit_add_whole(c, "old", "new", &err));
    assert_true(lf_commit_add_removal(c, "gone", &err));
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_folder();
    for (size_t kill = 0; kill < sizeof done / sizeof *done; kill++) {
        put_folder();
        put_text(where, list);
        for (size_t i = 0; i <= kill; i++)
            assert_int_equal(system(done[i]), 0);
        assert_true(lf_commit_finish(".", where, &found, &err));
        assert_true(found);
        assert_folder();
    }
    put_folder(); // a whole folder goes
    c = lf_commit_new(".", where, &err);
    assert_non_null(c);
    assert_int_equal(system("mkdir -p old/c/d; ln -s ../../gone old/c/d/link"), 0);
    assert_true(lf_commit_add_removal(c, "old", &err));
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_false(is_there("old"));
    assert_true(is_there("gone"));
}

// What a merge did, to be taken back: two files kept, one of them in a folder; one new
// file in a folder that was made for it.
static void put_merged(void)
{
    assert_int_equal(system("rm -rf *; mkdir -p run kept/s s new/er"), 0);
    put_text("meta", "new meta");
    put_text("kept/meta", "old meta");
    put_text("s/a", "new a");
    put_text("kept/s/a", "old a");
    put_text("new/er/mask", "mask");
    put_text("new/other", "somebody's");
}

static struct lf_commit *taking_back(void)
{
    struct lf_error err = {0};
    struct lf_commit *c = lf_commit_new(".", LIST, &err);
    assert_non_null(c);
    assert_true(
        lf_commit_add_back(c, "kept/s", "s", &err) &&
        lf_commit_add_name(c, LF_S("a"), &err) &&
        lf_commit_add_back(c, "kept", NULL, &err) &&
        lf_commit_add_name(c, LF_S("meta"), &err) &&
        lf_commit_add_remove(c, "new/er", &err) &&
        lf_commit_add_name(c, LF_S("mask"), &err) &&
        lf_commit_add_name(c, LF_S("never was"), &err) &&
        lf_commit_add_rmdir(c, "new/er", &err) && lf_commit_add_rmdir(c, "new", &err) &&
        lf_commit_add_rmdir(c, "kept/s", &err) && lf_commit_add_rmdir(c, "kept", &err));
    return c;
}

static void assert_taken_back(void)
{
    assert_string_equal(text_of_file("meta"), "old meta");
    assert_string_equal(text_of_file("s/a"), "old a");
    assert_string_equal(text_of_file("new/other"), "somebody's");
    assert_false(is_there("new/er"));
    assert_false(is_there("kept"));
    assert_false(is_there(LIST));
}

static void what_was_done_is_taken_back(void **state)
{
    (void)state;
    static const char list[] =
        "{\"labelferry-commit\":3,\"renames\":["
        "{\"step\":\"back\",\"from\":\"kept/s\",\"folder\":\"s\",\"names\":\"a\\n\"},"
        "{\"step\":\"back\",\"from\":\"kept\",\"folder\":null,\"names\":\"meta\\n\"},"
        "{\"step\":\"remove\",\"folder\":\"new/er\",\"names\":\"mask\\n\"},"
        "{\"step\":\"rmdir\",\"folder\":\"new/er\"},"
        "{\"step\":\"rmdir\",\"folder\":\"new\"},"
        "{\"step\":\"rmdir\",\"folder\":\"kept/s\"},"
        "{\"step\":\"rmdir\",\"folder\":\"kept\"}]}";
    static const char *const done[] = {
        "true",         "mv kept/s/a s/a", "mv kept/meta meta", "rm new/er/mask",
        "rmdir new/er", "rmdir kept/s",    "rmdir kept",
    };
    struct lf_error err = {0};
    bool found = false;
    put_merged();
    struct lf_commit *c = taking_back();
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_taken_back();
    for (size_t kill = 0; kill < sizeof done / sizeof *done; kill++) {
        put_merged();
        put_text(LIST, list);
        for (size_t i = 0; i <= kill; i++)
            assert_int_equal(system(done[i]), 0);
        assert_true(lf_commit_finish(".", LIST, &found, &err));
        assert_true(found);
        assert_taken_back();
    }
    put_merged(); // two names of one file: renaming does nothing
    assert_int_equal(system("ln -f kept/meta meta"), 0);
    put_text(LIST, list);
    assert_true(lf_commit_finish(".", LIST, &found, &err));
    assert_taken_back();
}

static void what_cannot_be_taken_back_stays_kept(void **state)
{
    (void)state;
#define STATE "find . -type f ! -name .state | sort | xargs tail -v -n +1"
    static const struct {
        const char *spoil;
        enum lf_code code;
    } rows[] = {
        {"rm kept/meta", LF_E_BUG},
        {"rm kept/s/a; ln -s ../meta kept/s/a", LF_E_TARGET},
        {"rm meta; mkdir meta", LF_E_TARGET},
        {"rm new/er/mask; mkdir new/er/mask", LF_E_TARGET},
        {"mv s t; ln -s t s", LF_E_PATH},
        {"mv new/er t; ln -s ../t new/er", LF_E_PATH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        put_merged();
        assert_int_equal(system(rows[i].spoil), 0);
        assert_int_equal(system(STATE " > .state"), 0);
        struct lf_commit *c = taking_back();
        assert_false(lf_commit_run(c, &err));
        lf_commit_free(&c);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(system(STATE " | cmp - .state"), 0);
    }
}

static void a_kill_before_the_list_is_in_place_changes_nothing(void **state)
{
    (void)state;
    struct lf_error err = {0};
    bool found = true;
    put_before();
    put_text(LIST ".lf-new", "{\"labelferry-com");
    assert_true(lf_commit_finish(".", LIST, &found, &err));
    assert_false(found);
    assert_string_equal(text_of_file("meta"), "old meta");
    struct lf_commit *c = three(); // and the half list is in nobody's way
    assert_true(lf_commit_run(c, &err));
    lf_commit_free(&c);
    assert_after();
}

static void half_a_copy_is_made_anew(void **state)
{
    (void)state;
    struct lf_error err = {0};
    bool found = false;
    put_before();
    put_list();
    put_text("undo/meta.lf-new", "old m"); // where links fail, the copy was being made
    assert_true(lf_commit_finish(".", LIST, &found, &err));
    assert_string_equal(text_of_file("undo/meta"), "old meta");
    assert_string_equal(text_of_file("meta"), "new meta");
}

static void what_cannot_be_is_refused_before_anything(void **state)
{
    (void)state;
    static const struct {
        const char *spoil;
        enum lf_code code;
    } rows[] = {
        {"rm meta; ln -s deep meta", LF_E_TARGET},
        {"rm meta; mkfifo meta", LF_E_TARGET},
        {"rm meta; mkdir meta", LF_E_TARGET},
        {"rm run/fresh.lf-new", LF_E_BUG},
        {"touch undo/meta", LF_E_EXISTS},
        {"rm -r deep; mkdir -p other/er; touch other/er/last.lf-new; ln -s other deep",
         LF_E_PATH},
        {"mkdir " LIST, LF_E_BUG},
        {"rm -r undo", LF_E_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        put_before();
        assert_int_equal(system(rows[i].spoil), 0);
        struct lf_commit *c = three();
        assert_false(lf_commit_run(c, &err));
        lf_commit_free(&c);
        assert_int_equal(err.code, rows[i].code);
        assert_false(is_there("meta.lf-new"));
        assert_false(is_there("run/fresh"));
        assert_false(is_there(LIST ".lf-new"));
        if (!strstr(rows[i].spoil, "rm meta"))
            assert_string_equal(text_of_file("meta"), "old meta");
    }
}

static void lists_on_disk_are_not_trusted(void **state)
{
    (void)state;
#define ROW(from, to, keep)                                                            \
    "{\"labelferry-commit\":1,\"renames\":[{\"from\":\"" from "\",\"to\":\"" to        \
    "\",\"keep\":" keep "}]}"
#define GROUP(folder, keep, names)                                                     \
    "{\"labelferry-commit\":2,\"renames\":[{\"folder\":\"" folder "\",\"keep\":" keep  \
    ",\"names\":" names "}]}"
#define WHOLE(step, from, to)                                                          \
    "{\"labelferry-commit\":3,\"renames\":[{\"step\":\"" step "\",\"from\":\"" from    \
    "\"" to "}]}"
#define STEP(step, from, folder, names)                                                \
    "{\"labelferry-commit\":3,\"renames\":[{\"step\":\"" step "\",\"from\":" from      \
    ",\"folder\":" folder ",\"names\":" names "}]}"
    static const struct {
        const char *list;
        enum lf_code code;
    } rows[] = {
        {"", LF_E_RUN_RECORD},
        {"{", LF_E_RUN_RECORD},
        {"[]", LF_E_RUN_RECORD},
        {"{\"labelferry-commit\":1}", LF_E_RUN_RECORD},
        {"{\"labelferry-commit\":1,\"renames\":[1]}", LF_E_RUN_RECORD},
        {"{\"labelferry-commit\":1,\"renames\":[{\"from\":\"meta\"}]}",
         LF_E_RUN_RECORD},
        {"{\"labelferry-commit\":1,\"renames\":[]} x", LF_E_RUN_RECORD},
        {"{\"labelferry-commit\":4,\"renames\":[]}", LF_E_RUN_VERSION},
        {"{\"labelferry-commit\":0,\"renames\":[]}", LF_E_RUN_RECORD},
        {ROW("../x", "meta", "null"), LF_E_PATH},
        {ROW("meta.lf-new", "/tmp/x", "null"), LF_E_PATH},
        {ROW("meta.lf-new", "meta", "\"../x\""), LF_E_PATH},
        {ROW("meta.lf-new", "link/x", "null"), LF_E_PATH},
        {ROW("link/x", "meta", "null"), LF_E_PATH},
        {ROW("meta.lf-new", "linked", "null"), LF_E_TARGET},
        {ROW("linked", "meta", "null"), LF_E_TARGET},
        {ROW("gone", "gone too", "null"), LF_E_CHANGED},
        {ROW("meta.lf-new", "meta", "1"), LF_E_RUN_RECORD},
        {GROUP("deep/er", "null", "1"), LF_E_RUN_RECORD},
        {GROUP("deep/er", "null", "\"last\""), LF_E_RUN_RECORD},
        {GROUP("deep/er", "null", "\"../x\\n\""), LF_E_PATH},
        {GROUP("deep", "null", "\"er/last\\n\""), LF_E_PATH},
        {GROUP("deep/er", "null", "\"\\n\""), LF_E_PATH},
        {GROUP("../x", "null", "\"last\\n\""), LF_E_PATH},
        {GROUP("link/er", "null", "\"last\\n\""), LF_E_PATH},
        {GROUP("deep/er", "\"../x\"", "\"last\\n\""), LF_E_PATH},
        {GROUP("deep/er", "\"link\"", "\"last\\n\""), LF_E_PATH},
        {GROUP("deep/er", "null", "\"gone\\n\""), LF_E_CHANGED},
        {GROUP(".", "null", "\"meta\\n\""), LF_E_PATH},
        {STEP("back", "\"../x\"", "null", "\"meta\\n\""), LF_E_PATH},
        {STEP("back", "\"deep\"", "\"../x\"", "\"meta\\n\""), LF_E_PATH},
        {STEP("back", "\"deep\"", "\"link\"", "\"last\\n\""), LF_E_PATH},
        {STEP("back", "\"link\"", "null", "\"last\\n\""), LF_E_PATH},
        {STEP("back", "null", "null", "\"meta\\n\""), LF_E_RUN_RECORD},
        {STEP("back", "\"deep\"", "1", "\"meta\\n\""), LF_E_RUN_RECORD},
        {STEP("back", "\"gone\"", "null", "\"gone\\n\""), LF_E_CHANGED},
        {STEP("remove", "null", "null", "\"linked\\n\""), LF_E_TARGET},
        {STEP("remove", "null", "\"..\"", "\"x\\n\""), LF_E_PATH},
        {STEP("remove", "null", "\"link/er\"", "\"last\\n\""), LF_E_PATH},
        {STEP("remove", "null", "null", "1"), LF_E_RUN_RECORD},
        {STEP("rmdir", "null", "null", "null"), LF_E_RUN_RECORD},
        {STEP("rmdir", "null", "\"../x\"", "null"), LF_E_PATH},
        {STEP("other", "\"deep\"", "null", "\"meta\\n\""), LF_E_RUN_RECORD},
        {WHOLE("drop", "run", ""), LF_E_PATH},
        {WHOLE("drop", "deep/er", ""), LF_E_PATH},
        {WHOLE("drop", "../x", ""), LF_E_PATH},
        {WHOLE("drop", "..", ""), LF_E_PATH},
        {WHOLE("drop", "link", ""), LF_E_TARGET},
        {WHOLE("move", "deep", ""), LF_E_RUN_RECORD},
        {WHOLE("move", "deep", ",\"to\":\"undo\""), LF_E_EXISTS},
        {WHOLE("move", "deep", ",\"to\":\"undo/deep\""), LF_E_PATH},
        {WHOLE("move", "link", ",\"to\":\"other\""), LF_E_TARGET},
        {WHOLE("move", "gone", ",\"to\":\"gone too\""), LF_E_CHANGED},
        {WHOLE("burn", "deep", ""), LF_E_RUN_RECORD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        bool found = false;
        put_before();
        assert_int_equal(system("ln -s deep link; ln -s deep/er/last linked"), 0);
        put_text(LIST, rows[i].list);
        assert_false(lf_commit_finish(".", LIST, &found, &err));
        assert_true(found);
        assert_int_equal(err.code, rows[i].code);
        assert_string_equal(text_of_file("meta"), "old meta");
        assert_string_equal(text_of_file("meta.lf-new"), "new meta");
        assert_true(is_there(LIST));
    }
    struct lf_error err = {0};
    bool found = false;
    put_before();
    assert_int_equal(system("ln -s ../meta " LIST), 0);
    assert_false(lf_commit_finish(".", LIST, &found, &err));
    assert_int_equal(err.code, LF_E_PATH);
}

static void names_of_a_commit_are_checked(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_null(lf_commit_new(".", "../list", &err));
    assert_int_equal(err.code, LF_E_PATH);
    lf_error_clear(&err);
    assert_null(lf_commit_new("nowhere", "list", &err));
    assert_int_equal(err.code, LF_E_IO);
    lf_error_clear(&err);
    struct lf_commit *c = lf_commit_new(".", "list", &err);
    assert_false(lf_commit_add(c, "a", "b/../c", NULL, &err));
    assert_int_equal(err.code, LF_E_PATH);
    lf_commit_free(&c);
}

static void one_holds_the_lock(void **state)
{
    (void)state;
    struct lf_error err = {0};
    int first, second;
    assert_true(lf_lock("lock", &first, &err));
    assert_false(lf_lock("lock", &second, &err));
    assert_int_equal(err.code, LF_E_LOCKED);
    assert_int_equal(second, -1);
    lf_unlock(&first);
    lf_unlock(&first);
    lf_error_clear(&err);
    assert_true(lf_lock("lock", &second, &err));
    lf_unlock(&second);
    assert_string_equal(text_of_file("lock"), "");

    static const char *const bad[] = {"ln -s lock l", "mkfifo l", "mkdir l"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lf_error_clear(&err);
        assert_int_equal(system("rm -rf l"), 0);
        assert_int_equal(system(bad[i]), 0);
        assert_false(lf_lock("l", &first, &err));
        assert_true(err.code == LF_E_TARGET || err.code == LF_E_IO);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(several_files_change_as_one),
        FOLDER_TEST(a_kill_at_any_call_is_made_good),
        FOLDER_TEST(a_group_changes_as_one),
        FOLDER_TEST(a_group_that_cannot_be_is_refused_before_anything),
        FOLDER_TEST(a_folder_moves_as_one),
        FOLDER_TEST(what_was_done_is_taken_back),
        FOLDER_TEST(what_cannot_be_taken_back_stays_kept),
        FOLDER_TEST(a_kill_before_the_list_is_in_place_changes_nothing),
        FOLDER_TEST(half_a_copy_is_made_anew),
        FOLDER_TEST(what_cannot_be_is_refused_before_anything),
        FOLDER_TEST(lists_on_disk_are_not_trusted),
        FOLDER_TEST(names_of_a_commit_are_checked),
        FOLDER_TEST(one_holds_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
