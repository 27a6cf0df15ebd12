#include "merge/incoming.h"

#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/label/pack.h"
#include "formats/mask/join.h"
#include "merge/geometry.h"

bool lf_incoming_new(struct lf_incoming *in, const struct lf_run *run,
                     struct lf_error *err)
{
    *in = (struct lf_incoming){.run = run};
    in->spool = lf_spool_new(err);
    in->bad = lf_alloc(run->items, sizeof *in->bad, err);
    in->removed = lf_alloc(run->items, sizeof *in->removed, err);
    return in->spool && in->bad && in->removed;
}

void lf_incoming_done(struct lf_incoming *in)
{
    lf_spool_free(&in->spool);
    lf_free(in->place);
    lf_free(in->source);
    lf_free(in->rank);
    lf_free(in->bad);
    lf_free(in->removed);
    lf_arena_done(&in->arena);
    *in = (struct lf_incoming){0};
}

static bool tell(struct lf_events *ev, enum lf_code code, const struct lf_item *item,
                 const char *text, struct lf_error *err)
{
    struct lf_event e = {.code = code,
                         .file = item->file,
                         .line = item->line,
                         .item = item->name,
                         .text = lf_slice_of(text)};
    return lf_events_add(ev, &e, err);
}

bool lf_incoming_damaged(struct lf_incoming *in, int64_t row, struct lf_slice name,
                         const struct lf_faults *f, uint64_t labels,
                         struct lf_events *ev, struct lf_error *err)
{
    char id[25] = "";
    if (row >= 0) {
        lf_id_print(&in->run->item[row].id, id);
        in->bad[row] = true;
    }
    for (size_t i = 0; i < f->count; i++) {
        struct lf_error *fault = &f->at[i];
        lf_fail_in_sample(fault, lf_slice_of(id));
        bool first = in->first.code == LF_OK;
        if (first)
            in->first = *fault;
        struct lf_event e = {.code = fault->code,
                             .file = lf_slice_of(fault->file),
                             .line = fault->line,
                             .offset = fault->offset,
                             .sample = lf_slice_of(id),
                             .item = name,
                             .text = lf_slice_of(fault->what),
                             .skipped = in->skip_damaged,
                             .silent = first && !in->skip_damaged};
        if (!lf_events_add(ev, &e, err))
            return false;
    }
    in->damaged++;
    in->damaged_labels += labels;
    return true;
}

static const char *by(enum lf_found how)
{
    return how == LF_FOUND_FORM     ? "matched by its name in another Unicode form"
           : how == LF_FOUND_PATH   ? "matched by a plainer spelling of its path"
           : how == LF_FOUND_SUFFIX ? "matched by the end of its path"
                                    : "matched by its base name alone";
}

static bool find_row(const struct lf_incoming *in, const struct lf_item *item,
                     uint32_t *row, bool *found, struct lf_events *ev,
                     struct lf_error *err)
{
    enum lf_found how = LF_FOUND_NONE;
    struct lf_id sample;
    int64_t task;
    if (item->id.known) {
        *found = lf_run_row(in->run, &item->id, *row + 1, row);
        // A copy of the whole dataset holds samples outside the run; a task does not.
        return *found || in->format->relative ||
               tell(ev, in->pass_over ? LF_N_PASSED_OVER : LF_E_UNMATCHED, item,
                    "no sample of the run has the id it names", err);
    }
    if (in->run->recorded && lf_sent_task(&in->run->sent, item->task, &task)) {
        *found = lf_sent_sample(&in->run->sent, task, item->number, &sample) &&
                 lf_run_row(in->run, &sample, *row + 1, row);
        return *found ||
               tell(ev, in->pass_over ? LF_N_PASSED_OVER : LF_E_UNMATCHED, item,
                    "no sample of the run is this frame of its task", err);
    }
    if (!lf_run_find(in->run, item->name, row, &how, err))
        return false;
    *found = how != LF_FOUND_NONE && how != LF_FOUND_TWICE;
    if (*found && how != LF_FOUND_EXACT && !tell(ev, LF_N_MATCHED, item, by(how), err))
        return false;
    enum lf_code code = in->pass_over           ? LF_N_PASSED_OVER
                        : how == LF_FOUND_TWICE ? LF_E_AMBIGUOUS
                                                : LF_E_UNMATCHED;
    return *found || tell(ev, code, item, "", err);
}

static bool check_size(const struct lf_incoming *in, const struct lf_item *item,
                       uint32_t row, struct lf_error *err)
{
    struct lf_run_item *known = &in->run->item[row];
    const struct lf_sample *s = &item->sample;
    char id[25], name[100];
    if (!known->width && !in->format->relative) { // what FiftyOne recorded may lack it
        known->width = s->width;
        known->height = s->height;
        if (!s->width || !s->height)
            return lf_fail(
                err, LF_E_RECORDED,
                "neither the dataset nor the archive says how large \"%s\" is",
                lf_escape(item->name, name, sizeof name));
    }
    if (in->format->relative || !s->width || !s->height ||
        (s->width == known->width && s->height == known->height))
        return true;
    lf_fail(err, LF_E_SIZE,
            "\"%s\" came back as %lu x %lu, it was shipped as %lu x %lu",
            lf_escape(item->name, name, sizeof name), (unsigned long)s->width,
            (unsigned long)s->height, (unsigned long)known->width,
            (unsigned long)known->height);
    lf_id_print(&known->id, id);
    lf_fail_in_sample(err, lf_slice_of(id));
    lf_fail_in_file(err, item->file.at);
    return lf_fail_at_line(err, item->line);
}

// What lies nowhere in the image, or reaches over ten times its size, is not drawn into
// it: cut at its edge it would look like somebody's work.
static void find_far(const struct lf_incoming *in, struct lf_sample *s)
{
    const unsigned areas = LF_POLYGON | LF_ELLIPSE;
    for (size_t i = 0; !in->keep_shapes && i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        unsigned kind = lf_field_kind(in->run->schema.field[l->field].type);
        l->far = l->kind & areas && kind & (LF_MASK | LF_SEGMENT) &&
                 lf_reach(l, s->width, s->height) == LF_REACH_FAR;
    }
}

static bool send_strays(const struct lf_incoming *in, struct lf_item *item,
                        struct lf_arena *a, struct lf_error *err)
{
    return !in->learning || lf_learn_strays(in->learning, &item->sample, a, err);
}

// Elements become labels here, where the image's size is known although the archive may
// leave it out.
static bool join(const struct lf_incoming *in, struct lf_item *item, uint32_t row,
                 struct lf_arena *a, struct lf_error *err)
{
    const struct lf_run_item *known = &in->run->item[row];
    char id[25];
    if (in->format->relative)
        return send_strays(in, item, a, err);
    item->sample.width = known->width;
    item->sample.height = known->height;
    find_far(in, &item->sample);
    if (lf_join_shapes(&in->run->schema, !in->keep_shapes, &item->sample, a, err) &&
        send_strays(in, item, a, err))
        return true;
    if (err->code == LF_E_OPTION) // no fault of the sample's
        return false;
    lf_id_print(&known->id, id);
    lf_fail_in_sample(err, lf_slice_of(id));
    lf_fail_in_file(err, item->file.at);
    return lf_fail_at_line(err, item->line);
}

static void put_text(struct lf_buf *buf, struct lf_slice text)
{
    lf_buf_add(buf, &text.len, sizeof text.len);
    lf_buf_slice(buf, text);
}

static struct lf_slice take_text(struct lf_slice *bytes)
{
    struct lf_slice text = {bytes->at + sizeof text.len, 0};
    memcpy(&text.len, bytes->at, sizeof text.len);
    *bytes = lf_slice_between(text.at + text.len, bytes->at + bytes->len);
    return text;
}

static bool keep(struct lf_incoming *in, struct lf_item *item, uint32_t row,
                 uint32_t source, struct lf_buf *buf, struct lf_error *err)
{
    void *places = in->place;
    if (!lf_grow(&places, &in->place_room, in->places + 1, sizeof *in->place, err))
        return false;
    in->place = places;
    lf_buf_clear(buf);
    put_text(buf, item->name);
    put_text(buf, item->stamp);
    lf_pack(&item->sample, buf);
    struct lf_place *p = &in->place[in->places];
    *p = (struct lf_place){.row = row,
                           .source = source,
                           .only = item->sample.only,
                           .len = (uint32_t)buf->len};
    if (!lf_buf_ok(buf, err))
        return false;
    if (buf->len > UINT32_MAX)
        return lf_fail(err, LF_E_LIMIT_COUNT, "the labels of one item take over 4 GiB");
    in->places++;
    return lf_spool_add(in->spool, lf_buf_view(buf), &p->at, err);
}

static bool take_item(struct lf_incoming *in, struct lf_item *item, uint32_t *row,
                      uint32_t first, struct lf_arena *a, struct lf_buf *buf,
                      struct lf_events *ev, struct lf_error *err)
{
    bool found = false;
    uint64_t labels = item->sample.labels + item->unread;
    in->items++;
    if (item->faults.count && !item->name.len && !item->id.known) {
        in->strange = true;
        return lf_incoming_damaged(in, -1, item->name, &item->faults, labels, ev, err);
    }
    if (!find_row(in, item, row, &found, ev, err))
        return false;
    if (!found) { // whether it is whole does not matter
        in->strange = true;
        bool beside = item->id.known && in->format->relative;
        in->unmatched += !beside;
        in->unmatched_labels += beside ? 0 : labels;
        return true;
    }
    if (!item->faults.count &&
        (!check_size(in, item, *row, err) || !join(in, item, *row, a, err)) &&
        !lf_faults_take(&item->faults, a, err))
        return false;
    return item->faults.count ? lf_incoming_damaged(in, *row, item->name, &item->faults,
                                                    labels, ev, err)
                              : keep(in, item, *row, first + item->source, buf, err);
}

static bool read_items(struct lf_incoming *in, struct lf_reader *r, uint32_t first,
                       struct lf_events *ev, struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_buf buf = {0};
    struct lf_item item;
    uint32_t row = UINT32_MAX;
    bool ok, more = false;
    while ((ok = in->format->next(r, &a, &item, &more, err)) && more) {
        if (!(ok = take_item(in, &item, &row, first, &a, &buf, ev, err)))
            break;
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
    lf_buf_done(&buf);
    return ok;
}

static bool keep_sources(struct lf_incoming *in, const struct lf_reader *r,
                         struct lf_error *err)
{
    size_t count;
    const struct lf_source *s = in->format->sources(r, &count);
    for (size_t i = 0; i < count; i++) {
        void *sources = in->source;
        if (!lf_grow(&sources, &in->source_room, in->sources + 1, sizeof *in->source,
                     err))
            return false;
        in->source = sources;
        struct lf_arrival *to = &in->source[in->sources++];
        *to = (struct lf_arrival){0};
        memcpy(to->digest, s[i].digest, sizeof to->digest);
        to->whole = in->strange ? 0 : s[i].whole;
        if (!lf_arena_text(&in->arena, s[i].file, &to->file, err) ||
            !lf_arena_text(&in->arena, s[i].task, &to->task, err) ||
            !lf_arena_text(&in->arena, s[i].stamp, &to->stamp, err) ||
            !lf_arena_text(&in->arena, s[i].told, &to->told, err) ||
            !lf_arena_text(&in->arena, s[i].origin, &to->origin, err) ||
            !lf_arena_text(&in->arena, s[i].pieces, &to->pieces, err) ||
            !lf_arena_text(&in->arena, s[i].annotator, &to->annotator, err))
            return false;
    }
    return true;
}

bool lf_incoming_read(struct lf_incoming *in, const struct lf_format *format,
                      const struct lf_tree *t, int field, struct lf_events *ev,
                      struct lf_error *err)
{
    if (in->format && in->format != format) {
        lf_fail(err, LF_E_ARCHIVE,
                "archives of %s and of %s cannot be merged in one go", in->format->name,
                format->name);
        return lf_fail_in_file(err, lf_tree_path(t));
    }
    in->format = format;
    in->strange = false;
    struct lf_reader *r = format->open(t, in->run, field, ev, err);
    bool ok = r && read_items(in, r, (uint32_t)in->sources, ev, err) &&
              keep_sources(in, r, err);
    if (r)
        format->close(&r);
    return ok || err->code == LF_E_OPTION || lf_fail_in_file(err, lf_tree_path(t));
}

void lf_incoming_of(const struct lf_incoming *in, uint32_t row, size_t *from,
                    size_t *to)
{
    size_t low = 0, high = in->places;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (in->place[mid].row < row)
            low = mid + 1;
        else
            high = mid;
    }
    *from = *to = low;
    while (*to < in->places && in->place[*to].row == row)
        ++*to;
}

bool lf_incoming_take(const struct lf_incoming *in, size_t place, struct lf_arena *a,
                      struct lf_theirs *theirs, struct lf_error *err)
{
    const struct lf_place *p = &in->place[place];
    char *bytes = lf_arena_take(a, p->len, 1, err);
    struct lf_slice rest = {bytes, p->len};
    if (!bytes || !lf_spool_read(in->spool, p->at, bytes, p->len, err))
        return false;
    theirs->item = take_text(&rest);
    theirs->stamp = take_text(&rest);
    theirs->file = in->source[p->source].file;
    theirs->source = p->source;
    theirs->vote = in->source[p->source].vote;
    return lf_unpack(rest, a, &theirs->sample, err);
}
