#include "formats/verify_parts.h"

static bool tell(struct lf_events *ev, enum lf_code code, const struct lf_item *item,
                 struct lf_slice text, struct lf_error *err)
{
    struct lf_event e = {.code = code,
                         .file = item->file,
                         .line = item->line,
                         .item = item->name,
                         .text = text};
    return lf_events_add(ev, &e, err);
}

static bool tell_faults(struct lf_events *ev, const struct lf_item *item,
                        struct lf_error *err)
{
    for (size_t i = 0; i < item->faults.count; i++) {
        const struct lf_error *fault = &item->faults.at[i];
        struct lf_event e = {.code = fault->code,
                             .file = lf_slice_of(fault->file),
                             .line = fault->line,
                             .offset = fault->offset,
                             .item = item->name,
                             .text = lf_slice_of(fault->what)};
        if (!e.file.len)
            e.file = item->file;
        if (!lf_events_add(ev, &e, err))
            return false;
    }
    return true;
}

static bool check_item(const struct lf_run *run, const struct lf_format *f,
                       const struct lf_item *item, struct lf_events *ev,
                       struct lf_error *err)
{
    uint32_t row = 0;
    enum lf_found how = LF_FOUND_NONE;
    if (!run)
        return true;
    bool found = item->id.known && lf_run_row(run, &item->id, 0, &row);
    if (!item->id.known && !lf_run_find(run, item->name, &row, &how, err))
        return false;
    found = found || (how != LF_FOUND_NONE && how != LF_FOUND_TWICE);
    // A copy of the whole dataset holds samples outside the run.
    if (!found)
        return f->relative ||
               tell(ev, how == LF_FOUND_TWICE ? LF_E_AMBIGUOUS : LF_E_UNMATCHED, item,
                    (struct lf_slice){0}, err);
    const struct lf_run_item *known = &run->item[row];
    const struct lf_sample *s = &item->sample;
    return f->relative || !s->width || !known->width ||
           (s->width == known->width && s->height == known->height) ||
           tell(ev, LF_E_SIZE, item, (struct lf_slice){0}, err);
}

static bool read_all(const struct lf_format *f, struct lf_reader *r,
                     const struct lf_run *run, struct lf_arena *a, struct lf_events *ev,
                     struct lf_error *err)
{
    struct lf_item item = {0};
    bool ok, more = false;
    while ((ok = f->next(r, a, &item, &more, err)) && more) {
        ok = tell_faults(ev, &item, err) && check_item(run, f, &item, ev, err);
        if (!ok)
            break;
        lf_arena_reset(a);
        item = (struct lf_item){0};
    }
    return ok;
}

// Without a run, one of one field without classes: every element is read, none known.
bool lf_verify_read(const struct lf_format *f, const struct lf_tree *t,
                    const struct lf_run *run, struct lf_events *ev,
                    struct lf_error *err)
{
    struct lf_field field = {.name = LF_S("archive")};
    struct lf_run none = {.schema = {.field = &field, .fields = 1}};
    struct lf_arena a = {0};
    struct lf_reader *r = f->open(t, run ? run : &none, -1, run ? ev : NULL, err);
    bool ok = r && read_all(f, r, run, &a, ev, err);
    if (r)
        f->close(&r);
    lf_arena_done(&a);
    return ok || lf_fail_in_file(err, lf_tree_path(t));
}
