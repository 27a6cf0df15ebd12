// Jobs and people that export was asked for: lists, turns, frames, the record's text,
// and a tool that has no place for them.
#include "tests/unit/unit.h"

#include "convert/asking.h"
#include "formats/label/asked.h"

static void test_lists(void **state)
{
    static const char *const wrong[] = {"", " ", "a,", ",a", "a,,b"};
    struct lf_arena a = {0};
    struct lf_asked asked = {0};
    struct lf_error err = {0};
    (void)state;
    assert_true(
        lf_asked_names(&asked, LF_JOB_ASSIGNEE, " ann1 , ann2,ann 3", &a, &err));
    assert_int_equal(asked.names[LF_JOB_ASSIGNEE], 3);
    assert_true(lf_slice_is(asked.name[LF_JOB_ASSIGNEE][0], "ann1"));
    assert_true(lf_slice_is(lf_asked_who(&asked, LF_JOB_ASSIGNEE, 5), "ann 3"));
    assert_int_equal(lf_asked_who(&asked, LF_JOB_REVIEWER, 5).len, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lf_error_clear(&err);
        assert_false(lf_asked_names(&asked, LF_TASK_ASSIGNEE, wrong[i], &a, &err));
        assert_int_equal(err.code, LF_E_OPTION);
    }
    lf_arena_done(&a);
}

static void test_frames(void **state)
{
    static const struct {
        uint32_t segment, items, jobs, last_start;
    } rows[] = {{2, 0, 0, 0}, {2, 1, 1, 0}, {2, 2, 1, 0}, {2, 3, 2, 2},
                {2, 4, 2, 2}, {9, 3, 1, 0}, {1, 3, 3, 2}, {UINT32_MAX, 7, 1, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_asked asked = {.segment = rows[i].segment};
        uint32_t start = 0, stop = 0, next = 0;
        assert_int_equal(lf_asked_jobs(&asked, rows[i].items), rows[i].jobs);
        for (uint32_t k = 0; k < rows[i].jobs; k++) {
            lf_asked_frames(&asked, rows[i].items, k, &start, &stop);
            assert_int_equal(start, next);
            next = stop + 1;
        }
        assert_int_equal(start, rows[i].last_start);
        assert_int_equal(next, rows[i].items); // none is left out
    }
    struct lf_asked none = {0};
    assert_int_equal(lf_asked_jobs(&none, 7), 0);
}

static void test_record(void **state)
{
    static const char *const wrong[] = {
        "[]", "{\"segment_size\": -1}", "{\"segment_size\": \"2\"}",
        "{\"job_reviewers\": \"a\"}", "{\"task_assignee\": [1]}"};
    struct lf_arena a = {0};
    struct lf_asked asked = {.segment = 4}, again;
    struct lf_error err = {0};
    struct lf_buf text = {0}, twice = {0};
    (void)state;
    assert_true(lf_asked_names(&asked, LF_TASK_ASSIGNEE, "a\"b", &a, &err));
    assert_true(lf_asked_names(&asked, LF_JOB_REVIEWER, "x,y", &a, &err));
    lf_asked_write(&asked, &text);
    assert_true(lf_asked_read(lf_buf_view(&text), &a, &again, &err));
    assert_true(lf_asked_any(&again));
    lf_asked_write(&again, &twice);
    assert_true(lf_slice_eq(lf_buf_view(&text), lf_buf_view(&twice)));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lf_error_clear(&err);
        assert_false(lf_asked_read(lf_slice_of(wrong[i]), &a, &again, &err));
        assert_int_equal(err.code, LF_E_RUN_RECORD);
    }
    lf_buf_done(&text);
    lf_buf_done(&twice);
    lf_arena_done(&a);
}

static void test_no_place(void **state)
{
    const struct lf_format bare = {.name = "bare", .tool = "bare"};
    struct lf_format full = bare;
    struct lf_export_job job = {
        .format = &bare, .segment_size = 2, .who = {"ann1", "ann1,ann2", "ann3"}};
    struct lf_run run = {0};
    struct lf_error err = {0};
    struct lf_events *ev = lf_events_new(NULL, 20, false, &err);
    (void)state;
    full.jobs = full.people = true;
    assert_true(lf_asking(&job, &run, ev, &err));
    assert_int_equal(lf_events_count(ev, LF_N_OPTION), 4);
    assert_int_equal(lf_events_of(ev, LF_WARNING), 4);
    assert_false(lf_asked_any(&run.asked));
    job.format = &full;
    assert_true(lf_asking(&job, &run, ev, &err));
    assert_int_equal(lf_events_count(ev, LF_N_OPTION), 4);
    assert_int_equal(run.asked.segment, 2);
    assert_int_equal(run.asked.names[LF_JOB_ASSIGNEE], 2);
    lf_events_free(&ev);
    lf_arena_done(&run.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
