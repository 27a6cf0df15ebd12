// What a merge writes: masks and documents together, or nothing.
#include "tests/unit/folder.h"

#include "merge/write_result.h"

#define METADATA                                                                       \
    "{\"version\": \"1.22.1\", \"name\": \"d\", \"media_type\": \"image\","            \
    " \"sample_fields\": []}"
#define SAMPLES "{\"samples\": [{\"a\": 1}, {\"a\": 2}]}\n"

struct scene {
    struct fo_dataset ds;
    struct lf_merge_job job;
    struct lf_run run;
    struct lf_new_base base;
    struct lf_incoming in;
    struct lf_writing w;
    struct lf_counts counts;
};

// A dataset "d" with two samples and one mask, and a merge of it that has begun.
static void begin(struct scene *s, bool dirs, const char *out)
{
    struct lf_error err = {0};
    assert_int_equal(system("rm -rf *; mkdir -p d/fields/seg; ln -s seg d/fields/link"),
                     0);
    put_text("d/metadata.json", METADATA);
    put_text("d/fields/seg/old.png", "old mask");
    if (dirs) {
        assert_int_equal(mkdir("d/samples", 0777), 0);
        put_text("d/samples/1.json", " {\"a\": 1}\n");
        put_text("d/samples/2.json", "{\"a\": 2}");
    } else {
        put_text("d/samples.json", SAMPLES);
    }
    *s = (struct scene){0};
    s->job = (struct lf_merge_job){.dataset = "d", .out = out, .in_place = !out};
    s->run.key = LF_S("r");
    assert_true(fo_open(&s->ds, "d", &err));
    assert_true(lf_writing_begin(&s->w, &s->job, &s->ds, &err));
}

static enum lf_code add_mask(struct scene *s, const char *path, const char *bytes)
{
    struct lf_error err = {0};
    struct fo_new_file file = {lf_slice_of(path), lf_slice_of(bytes)};
    bool ok = lf_writing_mask(&s->w, &file, &err);
    assert_int_equal(ok, err.code == LF_OK);
    return err.code;
}

// The second of the two samples becomes {"a": 3}.
static void edit(struct scene *s)
{
    struct lf_error err = {0};
    struct fo_doc doc;
    bool more = false;
    assert_true(fo_rewind(&s->ds, &err));
    for (int i = 0; i < 2; i++) {
        const struct lf_slice now = LF_S("{\"a\": 3}");
        assert_true(fo_next(&s->ds, &doc, &more, &err) && more);
        assert_true(lf_writing_doc(&s->w, &doc, i ? &now : NULL, &err));
    }
    assert_true(fo_next(&s->ds, &doc, &more, &err) && !more);
    assert_true(lf_writing_rest(&s->w, &doc, &err));
}

static void end(struct scene *s, bool take)
{
    struct lf_error err = {0};
    const struct lf_written with = {&s->run, true, &s->base, &s->in, &s->counts, NULL};
    if (take && !lf_writing_end(&s->w, &with, &err))
        fail_msg("%s: %s", err.file, err.what);
    lf_writing_done(&s->w);
    fo_done(&s->ds);
}

static void same_everywhere(const char *command)
{
    char text[600];
    snprintf(text, sizeof text, "%s | sort > got && diff got want", command);
    assert_int_equal(system(text), 0);
}

static void masks_and_documents_take_their_places(void **state)
{
    (void)state;
    struct scene s;
    for (int dirs = 0; dirs < 2; dirs++) {
        begin(&s, dirs, NULL);
        assert_int_equal(add_mask(&s, "fields/seg/new.png", "new"), LF_OK);
        assert_int_equal(add_mask(&s, "fields/seg/deep/er/b.png", "deeper"), LF_OK);
        assert_int_equal(add_mask(&s, "top.png", "top"), LF_OK);
        edit(&s);
        assert_false(is_there("d/fields/seg/new.png"));
        end(&s, true);
        assert_string_equal(text_of_file("d/fields/seg/new.png"), "new");
        assert_string_equal(text_of_file("d/fields/seg/deep/er/b.png"), "deeper");
        assert_string_equal(text_of_file("d/top.png"), "top");
        if (dirs)
            put_text("want", "d/annotations/r/log/000001.jsonl\n"
                             "d/annotations/r/undo/000001/files.json\n"
                             "d/annotations/r/undo/000001/samples/2.json\n"
                             "d/fields/seg/deep/er/b.png\nd/fields/seg/new.png\n"
                             "d/fields/seg/old.png\nd/metadata.json\nd/samples/1.json\n"
                             "d/samples/2.json\nd/top.png\n");
        else
            put_text("want", "d/annotations/r/log/000001.jsonl\n"
                             "d/annotations/r/undo/000001/files.json\n"
                             "d/annotations/r/undo/000001/samples.json\n"
                             "d/fields/seg/deep/er/b.png\nd/fields/seg/new.png\n"
                             "d/fields/seg/old.png\nd/metadata.json\nd/samples.json\n"
                             "d/top.png\n");
        same_everywhere("find d -type f");
        assert_string_equal(text_of_file(dirs ? "d/samples/2.json" : "d/samples.json"),
                            dirs ? "{\"a\": 3}"
                                 : "{\"samples\": [{\"a\": 1}, {\"a\": 3}]}\n");
        assert_string_equal(text_of_file("d/samples/1.json"),
                            dirs ? " {\"a\": 1}\n" : "(absent)");
    }
}

static void a_merge_that_stops_leaves_nothing(void **state)
{
    (void)state;
    struct scene s;
    for (int dirs = 0; dirs < 2; dirs++)
        for (int out = 0; out < 2; out++) {
            begin(&s, dirs, out ? "new" : NULL);
            assert_int_equal(system("find d | sort > want"), 0);
            assert_int_equal(add_mask(&s, "fields/seg/new.png", "new"), LF_OK);
            assert_int_equal(add_mask(&s, "fields/other/a/new.png", "new"), LF_OK);
            edit(&s);
            end(&s, false);
            same_everywhere("find d new* 2>/dev/null");
        }
}

static void a_new_dataset_gets_them_and_the_old_one_stays(void **state)
{
    (void)state;
    struct scene s;
    for (int dirs = 0; dirs < 2; dirs++) {
        begin(&s, dirs, "new");
        assert_int_equal(system("find d -type f | sort > want"), 0);
        assert_int_equal(add_mask(&s, "fields/seg/new.png", "new"), LF_OK);
        assert_int_equal(add_mask(&s, "fields/seg/old.png", "old mask"), LF_OK);
        edit(&s);
        end(&s, true);
        same_everywhere("find d -type f");
        assert_string_equal(text_of_file("new/fields/seg/new.png"), "new");
        assert_string_equal(text_of_file("new/fields/seg/old.png"), "old mask");
        assert_string_equal(
            text_of_file(dirs ? "new/samples/2.json" : "new/samples.json"),
            dirs ? "{\"a\": 3}" : "{\"samples\": [{\"a\": 1}, {\"a\": 3}]}\n");
        assert_string_equal(text_of_file("new/metadata.json"), METADATA);
    }
}

static void a_name_that_is_there_must_hold_the_same(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, false, NULL);
    assert_int_equal(add_mask(&s, "fields/seg/old.png", "old mask"), LF_OK);
    assert_int_equal(add_mask(&s, "fields/seg/old.png", "old masK"), LF_E_EXISTS);
    assert_int_equal(add_mask(&s, "fields/seg/old.png", "old"), LF_E_EXISTS);
    assert_int_equal(add_mask(&s, "fields/seg/old.png", "old mask and"), LF_E_EXISTS);
    assert_int_equal(add_mask(&s, "fields/seg/new.png", "new"), LF_OK);
    assert_int_equal(add_mask(&s, "fields/seg/new.png", "new"), LF_OK);
    assert_int_equal(add_mask(&s, "fields/seg/new.png", "neW"), LF_E_EXISTS);
    end(&s, false);
    assert_string_equal(text_of_file("d/fields/seg/old.png"), "old mask");
}

static void nothing_is_written_outside_or_through_links(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, false, NULL);
    assert_int_equal(symlink("../metadata.json", "d/fields/file.png"), 0);
    assert_int_equal(system("find . | sort > want; find . | sort > want"), 0);
    assert_int_equal(add_mask(&s, "../x.png", "x"), LF_E_PATH);
    assert_int_equal(add_mask(&s, "/tmp/x.png", "x"), LF_E_PATH);
    assert_int_equal(add_mask(&s, "fields/../../x.png", "x"), LF_E_PATH);
    assert_int_equal(add_mask(&s, "fields/link/x.png", "x"), LF_E_TARGET);
    assert_int_equal(add_mask(&s, "fields/link/old.png", "old mask"), LF_E_PATH);
    assert_int_equal(add_mask(&s, "fields/file.png", "x"), LF_E_TARGET);
    assert_int_equal(add_mask(&s, "fields/seg", "x"), LF_E_TARGET);
    assert_int_equal(add_mask(&s, "metadata.json/x.png", "x"), LF_E_TARGET);
    end(&s, false);
    assert_int_equal(system("rm want; find . | sort > got; ! grep x.png got"), 0);
}

static void a_dry_run_only_looks(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, true, NULL);
    assert_int_equal(system("find d -printf '%p %T@\\n' | sort > want"), 0);
    s.job.dry_run = true;
    assert_int_equal(add_mask(&s, "fields/a/new.png", "new"), LF_OK);
    assert_int_equal(add_mask(&s, "fields/a/new.png", "neW"), LF_E_EXISTS);
    assert_int_equal(add_mask(&s, "fields/seg/old.png", "neW"), LF_E_EXISTS);
    edit(&s);
    end(&s, false);
    same_everywhere("find d -printf '%p %T@\\n'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(masks_and_documents_take_their_places),
        FOLDER_TEST(a_merge_that_stops_leaves_nothing),
        FOLDER_TEST(a_new_dataset_gets_them_and_the_old_one_stays),
        FOLDER_TEST(a_name_that_is_there_must_hold_the_same),
        FOLDER_TEST(nothing_is_written_outside_or_through_links),
        FOLDER_TEST(a_dry_run_only_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
