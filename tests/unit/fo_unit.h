// A document of one sample, read, changed by hand and written again.
#ifndef LF_FO_UNIT_H
#define LF_FO_UNIT_H

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/base/json.h"
#include "formats/fiftyone/fo_dataset.h"

struct bench {
    struct lf_schema schema;
    struct fo_source source;
    struct lf_sample sample;
    struct lf_changes plan;
    struct fo_new_files files;
    bool base; // no files are to be made
    double slack;
    unsigned notes; // of what was noted
    struct lf_arena a;
    struct lf_error err;
};

#define OK(b, call)                                                                    \
    do {                                                                               \
        if (!(call)) {                                                                 \
            char line_[400];                                                           \
            lf_error_print(&(b)->err, line_, sizeof line_);                            \
            fail_msg("%s: %s", #call, line_);                                          \
        }                                                                              \
    } while (0)

// The field "f" of that type with the classes "a" and "b", an image of 200 x 100.
static inline void bench_open(struct bench *b, const char *type, const char *more,
                              const char *doc)
{
    struct lf_slice schema;
    *b = (struct bench){.slack = 0.005};
    OK(b, lf_arena_printf(&b->a, &schema, &b->err,
                          "{\"f\": {\"type\": \"%s\", \"classes\": [\"a\", \"b\"], "
                          "\"attributes\": {}, \"existing_field\": true%s}}",
                          type, more));
    OK(b, lf_schema_read(schema, &b->schema, &b->err));
    OK(b, lf_schema_index(&b->schema, &b->err));
    b->source.schema = &b->schema;
    b->sample.width = 200;
    b->sample.height = 100;
    OK(b, lf_json_check(lf_slice_of(doc), (struct lf_json_rules){true}, 0, &b->err));
    OK(b, fo_parse(&b->source, lf_slice_of(doc), &b->a, &b->sample, &b->err));
}

static inline void bench_close(struct bench *b)
{
    lf_schema_done(&b->schema);
    lf_arena_done(&b->a);
}

// A copy of label `i` to be changed, as if it had come back.
static inline struct lf_label *bench_copy(struct bench *b, size_t i)
{
    struct lf_label *l = lf_arena_take(&b->a, 1, sizeof *l, &b->err);
    assert_true(l && i < b->sample.labels);
    *l = b->sample.label[i];
    l->raw = (struct lf_slice){0};
    l->xy = lf_arena_take(&b->a, (size_t)l->points * 2 + 64, sizeof *l->xy, &b->err);
    assert_non_null(l->xy);
    if (l->points)
        memcpy(l->xy, b->sample.label[i].xy, (size_t)l->points * 2 * sizeof *l->xy);
    return l;
}

// `i` beyond the labels: an addition; `theirs` NULL: a deletion.
static inline void bench_change(struct bench *b, size_t i,
                                const struct lf_label *theirs, unsigned parts)
{
    void *change = b->plan.change;
    OK(b, lf_arena_grow(&b->a, &change, &b->plan.capacity, b->plan.count + 1,
                        sizeof *b->plan.change, &b->err));
    b->plan.change = change;
    struct lf_change *c = &b->plan.change[b->plan.count++];
    *c = (struct lf_change){.ours = i < b->sample.labels ? &b->sample.label[i] : NULL,
                            .theirs = theirs,
                            .parts = parts};
    memset(c->id.at, 0xab, sizeof c->id.at);
    c->id.known = true;
    if (parts & LF_ATTRS)
        lf_attr_set_add(&c->attrs, 0);
}

static inline bool bench_note(void *user, enum lf_code code, const struct lf_change *c,
                              unsigned attr, struct lf_error *err)
{
    struct bench *b = user;
    (void)code;
    (void)c;
    (void)attr;
    (void)err;
    b->notes++;
    return true;
}

// The document after the plan.
static inline const char *bench_text(struct bench *b)
{
    struct lf_edits edits;
    struct lf_buf out = {0};
    struct lf_slice text;
    struct fo_notes notes = {b, bench_note};
    OK(b, fo_edits(&b->source, &b->sample, &b->plan, b->slack, &notes, &b->a, &edits,
                   b->base ? NULL : &b->files, &b->err));
    lf_edits_apply(&edits, b->sample.raw, &out);
    OK(b, lf_json_check(lf_buf_view(&out), (struct lf_json_rules){true}, 0, &b->err));
    OK(b, lf_arena_text(&b->a, lf_buf_view(&out), &text, &b->err));
    lf_buf_done(&out);
    return text.at;
}

#endif
