// Classifications that a tool gives back as a set of names (LF_SETS).
#include "merge/merge.h"
#include "tests/unit/unit.h"

static const char schema_text[] =
    "{\"w\": {\"type\": \"classifications\", \"classes\": [\"a\", \"b\", \"c\"], "
    "\"attributes\": {}}}";

struct row {
    const char *base;   // a letter a label, its class; all have ids
    const char *theirs; // lower case: without an id, upper case: with the first's of
                        // that class
    uint64_t kept, deleted, added, absent;
};

static struct lf_label tag(char c, uint8_t id)
{
    static const char names[] = "abc";
    char low = (char)(c | 0x20);
    struct lf_label l = {
        .kind = LF_TAG, .index = -1, .shipped = true, .name = {names + (low - 'a'), 1}};
    l.id.known = id > 0;
    l.id.at[11] = id;
    return l;
}

static uint8_t id_of(const char *base, char c)
{
    for (uint8_t i = 0; base[i]; i++)
        if (base[i] == (c | 0x20))
            return (uint8_t)(i + 1);
    return 99;
}

static void check(const struct lf_run *run, const struct row *row, unsigned told)
{
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_label base[8], back[8];
    struct lf_sample b = {.label = base, .only = -1};
    struct lf_theirs t = {
        .sample = {.label = back, .only = -1, .told = LF_TAG | LF_SETS | told}};
    struct lf_rules rules = {.run = run, .slack = 1e-4};
    struct lf_changes plan = {0};
    struct lf_counts c = {0};
    bool heard[8] = {false};
    for (; row->base[b.labels]; b.labels++)
        base[b.labels] = tag(row->base[b.labels], (uint8_t)(b.labels + 1));
    for (size_t *n = &t.sample.labels; row->theirs[*n]; ++*n) {
        char letter = row->theirs[*n];
        back[*n] = tag(letter, letter & 0x20 ? 0 : id_of(row->base, letter));
    }
    assert_true(
        lf_merge_sample(&rules, &b, &b, &t, NULL, &a, &plan, heard, &c, NULL, &err));
    uint64_t absent = 0;
    for (size_t i = 0; i < b.labels; i++)
        absent += !heard[i];
    assert_int_equal(c.kept, row->kept);
    assert_int_equal(c.deleted, row->deleted);
    assert_int_equal(c.added, row->added);
    assert_int_equal(c.edited, 0);
    assert_int_equal(absent, row->absent);
    lf_arena_done(&a);
}

static void names_are_labels(void **state)
{
    static const struct row rows[] = {
        {"ab", "AB", 2, 0, 0, 0},  // as it was
        {"ab", "ab", 2, 0, 0, 0},  // cleared and chosen again
        {"ab", "a", 1, 1, 0, 0},   // a name gone
        {"ab", "ABc", 2, 0, 1, 0}, // a new one
        {"a", "c", 0, 1, 1, 0},    // there is no relabel
        {"aa", "a", 1, 0, 0, 1},   // one name stands for both
        {"ab", "", 0, 2, 0, 0},
    };
    struct lf_error err = {0};
    struct lf_run run = {.uid = LF_S("0011")};
    (void)state;
    assert_true(lf_schema_read(LF_S(schema_text), &run.schema, &err));
    assert_true(lf_schema_index(&run.schema, &err));
    run.schema.field[0].rights = LF_MAY_ALL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&run, &rows[i], LF_IDS);
        if (!strpbrk(rows[i].theirs, "ABC"))
            check(&run, &rows[i], 0); // a file without ids tells as much
    }
    lf_schema_done(&run.schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_labels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
