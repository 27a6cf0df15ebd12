#include "formats/archive_count.h"

static void count(const struct lf_item *item, struct lf_archive_count *c)
{
    c->items++;
    c->attributes += item->attributes;
    for (size_t i = 0; i < item->sample.labels; i++) {
        const struct lf_label *l = &item->sample.label[i];
        for (unsigned k = 0; k < LF_KIND_BITS; k++)
            c->kind[k] += l->kind == 1u << k;
        c->nodes += l->kind == LF_SKELETON ? l->points : 0;
    }
}

static bool read_all(const struct lf_format *f, struct lf_reader *r, struct lf_arena *a,
                     struct lf_archive_count *c, struct lf_error *err)
{
    struct lf_item item = {0};
    bool ok, more = false;
    while ((ok = f->next(r, a, &item, &more, err)) && more) {
        count(&item, c);
        lf_arena_reset(a);
    }
    return ok;
}

// A run of one field without classes: every element is read and none is known.
bool lf_archive_count(const struct lf_format *f, const struct lf_tree *t,
                      struct lf_archive_count *c, struct lf_error *err)
{
    struct lf_field field = {.name = LF_S("archive")};
    struct lf_run run = {.schema = {.field = &field, .fields = 1}};
    struct lf_arena a = {0};
    size_t documents = 0;
    *c = (struct lf_archive_count){0};
    struct lf_reader *r = f->open(t, &run, -1, NULL, err);
    bool ok = r && read_all(f, r, &a, c, err);
    if (ok)
        f->sources(r, &documents);
    c->documents = documents;
    if (r)
        f->close(&r);
    lf_arena_done(&a);
    return ok || lf_fail_in_file(err, lf_tree_path(t));
}
