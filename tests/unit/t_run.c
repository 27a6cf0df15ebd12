// The run record: which item an archive's name means (R07), what is refused, schemas
// both ways.
#include "tests/unit/folder.h"

#include <stdio.h>

#include "formats/base/out.h"
#include "formats/label/run.h"

static const char *const names[] = {
    "a/0.png",           "b/0.png",         "deep/er/image.one.jpg",
    "only.png",          "with blank.png",  "a\tb.png",
    "K\xc3\xbcste.png", // both forms: from a record that was not made here
    "Ku\xcc\x88ste.png", "x/e\xcc\x81.png",
};
enum { NAMES = sizeof names / sizeof *names };

static void write_file(const char *folder, const char *name, struct lf_slice text)
{
    struct lf_error err = {0};
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(lf_out_file(path, text, &err));
}

static void write_items(const char *folder, uint32_t width)
{
    struct lf_buf out = {0};
    for (unsigned i = 0; i < NAMES; i++) {
        struct lf_run_item item = {.width = width, .height = 20, .base_len = 2};
        item.id.known = true;
        item.id.at[0] = (uint8_t)(200 - i);
        lf_run_item_line(&out, &item, lf_slice_of(names[i]));
    }
    write_file(folder, "items.tsv", lf_buf_view(&out));
    lf_buf_done(&out);
}

static void write_run(const char *folder, const char *extra)
{
    struct lf_buf out = {0};
    lf_buf_printf(
        &out,
        "{\"labelferry\": 1, \"key\": \"r\", \"uid\": \"u\", \"tool\": \"t\", "
        "\"format\": \"f\", \"rules\": 1, \"dataset\": \"d\", \"dataset_id\": \"\", "
        "\"id_attr\": \"label_id\", \"items\": %d, \"tasks\": 1, \"task_names\": "
        "[\"T\"], \"view\": {}, \"schema\": {\"gt\": {\"type\": \"detections\", "
        "\"classes\": [\"cat\"], \"attributes\": {}, \"existing_field\": true}}, "
        "\"merges\": []%s}",
        NAMES, extra);
    write_file(folder, "run.json", lf_buf_view(&out));
    lf_buf_done(&out);
}

static void names_find_their_item(void **state)
{
    static const struct {
        const char *name;
        enum lf_found how;
        int row; // -1: none
    } rows[] = {
        {"a/0.png", LF_FOUND_EXACT, 0},
        {"b/0.png", LF_FOUND_EXACT, 1},
        {"a\tb.png", LF_FOUND_EXACT, 5},
        {"./a/0.png", LF_FOUND_PATH, 0},
        {"a\\0.png", LF_FOUND_PATH, 0},
        {"C:\\a\\0.png", LF_FOUND_PATH, 0},
        {"/a//0.png", LF_FOUND_PATH, 0},
        {"with%20blank.png", LF_FOUND_PATH, 4},
        {"images/a/0.png", LF_FOUND_SUFFIX, 0},
        {"image.one.jpg", LF_FOUND_SUFFIX, 2},
        {"er/image.one.jpg", LF_FOUND_SUFFIX, 2},
        {"elsewhere/image.one.jpg", LF_FOUND_BASE, 2},
        {"ONLY.PNG", LF_FOUND_BASE, 3},
        {"0.png", LF_FOUND_TWICE, -1},
        {"c/0.png", LF_FOUND_TWICE, -1},
        {"image.one.png", LF_FOUND_NONE, -1},
        {"nobody.png", LF_FOUND_NONE, -1},
        {"K\xc3\xbcste.png", LF_FOUND_EXACT, 6},
        {"Ku\xcc\x88ste.png", LF_FOUND_EXACT, 7},
        {"./Ku\xcc\x88ste.png", LF_FOUND_PATH, 7},
        {"K%C3%BCste.png", LF_FOUND_PATH, 6},
        {"z/K\xc3\xbcste.png", LF_FOUND_TWICE, -1},
        {"KU\xcc\x88STE.png", LF_FOUND_TWICE, -1},
        {"x/\xc3\xa9.png", LF_FOUND_FORM, 8},
        {"x\\\xc3\xa9.png", LF_FOUND_PATH, 8},
        {"\xc3\xa9.png", LF_FOUND_SUFFIX, 8},
        {"z/\xc3\x89.PNG", LF_FOUND_BASE, 8},
        {"x/\xe9.png", LF_FOUND_NONE, -1},
        {"", LF_FOUND_NONE, -1},
    };
    struct lf_error err = {0};
    struct lf_run run;
    const char *folder = *state;
    write_items(folder, 10);
    write_run(folder, "");
    assert_true(lf_run_open(&run, folder, &err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum lf_found how;
        uint32_t row = 99;
        assert_true(lf_run_find(&run, lf_slice_of(rows[i].name), &row, &how, &err));
        if (how != rows[i].how || (rows[i].row >= 0 && (int)row != rows[i].row))
            fail_msg("\"%s\": found %d, row %u", rows[i].name, (int)how, (unsigned)row);
    }
    for (uint32_t i = 0; i < NAMES; i++) {
        struct lf_id id = {.known = true};
        uint32_t row = 99;
        id.at[0] = (uint8_t)(200 - i);
        assert_true(lf_run_row(&run, &id, 0, &row));
        assert_int_equal(row, i);
    }
    assert_false(run.has_base);
    lf_run_done(&run);
}

static void damaged_records_are_refused(void **state)
{
    static const struct {
        const char *extra; // behind the other keys of run.json
        uint32_t width;
        enum lf_code code;
    } rows[] = {
        {", \"labelferry\": 1", 10, LF_E_JSON_KEY},
        {"", 0, LF_E_RUN_RECORD},
        {"}", 10, LF_E_RUN_RECORD},
    };
    const char *folder = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_run run;
        write_items(folder, rows[i].width);
        write_run(folder, rows[i].extra);
        assert_false(lf_run_open(&run, folder, &err));
        assert_int_equal(err.code, rows[i].code);
    }
    struct lf_error err = {0};
    struct lf_run run;
    write_file(folder, "run.json", LF_S("{\"labelferry\": 2}"));
    assert_false(lf_run_open(&run, folder, &err));
    assert_int_equal(err.code, LF_E_RUN_VERSION);
}

static void a_schema_reads_back_as_it_was_written(void **state)
{
    static const char *const rows[] = {
        "{\"gt\": {\"type\": \"detections\", \"classes\": [\"cat\", {\"classes\": "
        "[\"dog\"], "
        "\"attributes\": {\"breed\": {\"type\": \"select\", \"values\": [\"a\", "
        "\"b\"], "
        "\"default\": \"a\"}}}], \"attributes\": {\"age\": {\"type\": \"number\", "
        "\"values\": "
        "[0, 20, 1], \"default\": 3, \"read_only\": true}, \"wild\": {\"type\": "
        "\"checkbox\"}}, "
        "\"allow_deletions\": false}}",
        "{\"w\": {\"type\": \"classification\", \"classes\": [\"\\u00fc\\n\\\"\"], "
        "\"attributes\": false, \"existing_field\": false}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_schema one = {0}, two = {0};
        struct lf_buf a = {0}, b = {0};
        assert_true(lf_schema_read(lf_slice_of(rows[i]), &one, &err));
        lf_schema_write(&one, &a);
        assert_true(lf_schema_read(lf_buf_view(&a), &two, &err));
        lf_schema_write(&two, &b);
        assert_true(lf_slice_eq(lf_buf_view(&a), lf_buf_view(&b)));
        assert_int_equal(one.fields, 1);
        lf_schema_done(&one);
        lf_schema_done(&two);
        lf_buf_done(&a);
        lf_buf_done(&b);
    }
}

static void bad_schemas_say_why(void **state)
{
    static const char *const rows[] = {
        "[]",
        "{\"gt\": 3}",
        "{\"gt\": {\"type\": \"cuboids\"}}",
        "{\"gt\": {\"classes\": \"cat\"}}",
        "{\"gt\": {\"classes\": [{\"attributes\": {}}]}}",
        "{\"gt\": {\"attributes\": 3}}",
        "{\"gt\": {\"attributes\": {\"a\": 3}}}",
        "{\"gt\": {\"attributes\": {\"a\": {\"values\": [1]}}}}",
        "{\"gt\": {\"attributes\": {\"a\": {\"type\": \"slider\"}}}}",
        "{\"gt\": {\"attributes\": {\"a\": {\"type\": \"select\"}}}}",
        "{\"gt\": {\"attributes\": {\"a\": {\"type\": \"text\", \"mutable\": 1}}}}",
        "{\"gt\": {\"allow_additions\": \"yes\"}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_schema s = {0};
        if (lf_schema_read(lf_slice_of(rows[i]), &s, &err) || err.code != LF_E_SPEC)
            fail_msg("%s: code %d, %s", rows[i], (int)err.code, err.what);
        lf_schema_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_find_their_item, enter_folder,
                                        leave_folder),
        cmocka_unit_test_setup_teardown(damaged_records_are_refused, enter_folder,
                                        leave_folder),
        cmocka_unit_test(a_schema_reads_back_as_it_was_written),
        cmocka_unit_test(bad_schemas_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
