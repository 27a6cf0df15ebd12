// Members are walked in name order; a zip among them is opened and its files read in
// turn. Of a file one task is in memory, and of a task the item of one annotator.
#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/labelstudio/ls_doc.h"
#include "formats/labelstudio/ls_parts.h"

enum { STAMP = 64 };

static const struct lf_slice nobody = {"", 0};

struct person { // who handed in something of the file that is read: a source
    char stamp[STAMP];
    size_t stamp_len;
    uint8_t *seen; // bits: samples of the run it spoke of
};

struct lf_reader {
    const struct lf_tree *tree;
    struct lf_tree *inner; // the zip member that is open
    size_t at, inner_at;
    struct ls_place place;
    int field;
    struct ls_controls controls;

    struct ls_doc *doc;
    // Its persons, by number: their name, and behind a line feed which of several tasks
    // of one sample it is.
    struct lf_names who;
    struct person *person;
    size_t person_room;
    size_t first; // source of the first of them
    struct lf_slice project, created;

    struct ls_task task; // in `task_arena`
    size_t turn;         // the next of it
    struct lf_arena task_arena;

    struct lf_source *source;
    size_t sources, source_room;
    uint64_t own, foreign; // tasks of the run, and of other runs
    bool told_lost;
    struct lf_arena arena; // of the sources' texts
};

struct lf_reader *ls_open(const struct lf_tree *t, const struct lf_run *run, int field,
                          struct lf_events *ev, struct lf_error *err)
{
    struct lf_reader *r = lf_alloc(1, sizeof *r, err);
    if (!r)
        return NULL;
    *r = (struct lf_reader){.tree = t, .place = {.run = run, .ev = ev}, .field = field};
    if (!ls_controls_of(run, &r->controls, err))
        ls_close(&r);
    return r;
}

static void forget_persons(struct lf_reader *r)
{
    for (size_t i = 0; i < r->who.count; i++) {
        lf_free(r->person[i].seen);
        r->person[i].seen = NULL;
    }
    lf_names_done(&r->who);
}

void ls_close(struct lf_reader **r)
{
    if (!*r)
        return;
    ls_doc_free(&(*r)->doc);
    lf_tree_free(&(*r)->inner);
    ls_controls_done(&(*r)->controls);
    forget_persons(*r);
    lf_free((*r)->person);
    lf_free((*r)->source);
    lf_arena_done(&(*r)->task_arena);
    lf_arena_done(&(*r)->arena);
    lf_free(*r);
    *r = NULL;
}

const struct lf_source *ls_sources(const struct lf_reader *r, size_t *count)
{
    *count = r->sources;
    return r->source;
}

// ---------------------------------------------------------------------------- files

static bool start_doc(struct lf_reader *r, const struct lf_tree *t, size_t i,
                      enum ls_root root, struct lf_error *err)
{
    struct lf_slice file;
    if (!(r->doc = ls_doc_new(t, i, root, err)) ||
        !lf_arena_text(&r->arena, lf_slice_of(ls_doc_file(r->doc)), &file, err))
        return false;
    r->place.file = file.at;
    r->first = r->sources;
    r->project = r->created = (struct lf_slice){0};
    forget_persons(r);
    r->task.turns = r->turn = 0;
    return true;
}

// A file that was named is one whatever it begins with; of several those that are.
static bool try_member(struct lf_reader *r, const struct lf_tree *t, size_t i,
                       bool inside, struct lf_error *err)
{
    enum ls_root root;
    int sure;
    bool alone = !inside && lf_tree_count(t) == 1;
    if (!ls_root_of(t, i, &root, &sure, err))
        return false;
    if (root != LS_NONE && (sure || alone))
        return start_doc(r, t, i, root, err);
    if (!inside && lf_tree_is_zip_member(t, i)) {
        r->inner_at = 0;
        r->inner = lf_tree_open_member(t, i, err);
        return r->inner != NULL;
    }
    return true;
}

static bool next_doc(struct lf_reader *r, struct lf_error *err)
{
    while (!r->doc) {
        if (r->inner && r->inner_at < lf_tree_count(r->inner)) {
            if (!try_member(r, r->inner, r->inner_at++, true, err))
                return false;
            continue;
        }
        lf_tree_free(&r->inner);
        if (r->at >= lf_tree_count(r->tree))
            return true;
        if (!try_member(r, r->tree, r->at++, false, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- sources

static bool add_source(struct lf_reader *r, struct lf_slice key, struct lf_slice who,
                       uint32_t *number, struct lf_error *err)
{
    void *sources = r->source, *persons = r->person;
    bool added;
    if (!lf_grow(&persons, &r->person_room, r->who.count + 1, sizeof *r->person, err))
        return false;
    r->person = persons;
    r->person[r->who.count] = (struct person){0};
    if (!lf_names_add(&r->who, key, number, &added, err))
        return false;
    if (!added)
        return true;
    if (!lf_grow(&sources, &r->source_room, r->sources + 1, sizeof *r->source, err))
        return false;
    r->source = sources;
    struct lf_source *s = &r->source[r->sources++];
    *s = (struct lf_source){.file = lf_slice_of(r->place.file)};
    return lf_arena_text(&r->arena, who, &s->annotator, err);
}

// *again: the person spoke of that sample of the run before.
static bool note_sample(struct lf_reader *r, struct person *p, uint32_t row,
                        bool *again, struct lf_error *err)
{
    const uint32_t items = r->place.run->items;
    *again = false;
    if (row >= items)
        return true;
    if (!p->seen && !(p->seen = lf_alloc(items / 8 + (size_t)1, 1, err)))
        return false;
    *again = p->seen[row / 8] >> row % 8 & 1;
    p->seen[row / 8] |= (uint8_t)(1u << row % 8);
    return true;
}

// The source of what somebody says of a sample (`row`; UINT32_MAX: of none of the
// run). Two tasks of one sample cannot be laid together: each label would be there
// twice.
static bool source_of(struct lf_reader *r, struct lf_slice who, uint32_t row,
                      uint32_t *number, bool *twice, struct lf_error *err)
{
    struct lf_slice key = who;
    bool again = true;
    *twice = false;
    for (unsigned n = 2; again; n++) {
        if (!add_source(r, key, who, number, err) ||
            !note_sample(r, &r->person[*number], row, &again, err))
            return false;
        *twice |= again;
        if (again && !lf_arena_printf(&r->task_arena, &key, err, "%.*s\n%u",
                                      (int)who.len, who.at, n))
            return false;
    }
    return true;
}

static void note_stamp(struct person *p, struct lf_slice stamp)
{
    struct lf_slice old = {p->stamp, p->stamp_len};
    stamp.len = stamp.len > STAMP ? STAMP : stamp.len;
    if (lf_slice_cmp(stamp, old) <= 0)
        return;
    memcpy(p->stamp, stamp.at, stamp.len);
    p->stamp_len = stamp.len;
}

// A file's digest; where several persons share it, each has one of their own.
static bool digest_of(const char *file, struct lf_slice who, size_t persons,
                      char out[LF_DIGEST_HEX], struct lf_error *err)
{
    unsigned char bytes[LF_DIGEST_BYTES];
    memcpy(out, file, LF_DIGEST_HEX);
    if (persons < 2)
        return true;
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && lf_digest_add(d, lf_slice_of(file), err) &&
              lf_digest_add(d, LF_S("\n"), err) && lf_digest_add(d, who, err) &&
              lf_digest_take(d, bytes, err);
    lf_digest_free(&d);
    if (ok)
        lf_hex(bytes, sizeof bytes, out);
    return ok;
}

static bool tell_project(const struct lf_reader *r, struct lf_source *s,
                         struct lf_arena *a, struct lf_error *err)
{
    struct lf_buf told = {0};
    if (!r->project.len)
        return true;
    lf_buf_text(&told, "[{\"id\": ");
    lf_json_quote(&told, r->project, true);
    if (s->stamp.len) {
        lf_buf_text(&told, ", \"updated\": ");
        lf_json_quote(&told, s->stamp, true);
    }
    lf_buf_text(&told, ", \"jobs\": []}]");
    bool ok =
        lf_buf_ok(&told, err) && lf_arena_text(a, lf_buf_view(&told), &s->told, err);
    lf_buf_done(&told);
    return ok;
}

// The origin as one word: an export is the whole of somebody's work in a project, and
// knows nothing of what is done in others.
static bool tell_piece(struct lf_source *s, struct lf_arena *a, struct lf_error *err)
{
    struct lf_buf word = {0};
    for (size_t i = 0; i < s->origin.len; i++)
        lf_buf_add(&word, s->origin.at[i] == ' ' ? "_" : s->origin.at + i, 1);
    bool ok =
        lf_buf_ok(&word, err) && lf_arena_text(a, lf_buf_view(&word), &s->pieces, err);
    lf_buf_done(&word);
    return ok;
}

// Two exports of one project are two states of one thing, for each of its annotators.
static bool end_source(struct lf_reader *r, size_t i, const char *digest,
                       struct lf_error *err)
{
    struct lf_source *s = &r->source[r->first + i];
    const struct person *p = &r->person[i];
    struct lf_slice who = r->who.name[i];
    if (!digest_of(digest, who, r->sources - r->first, s->digest, err) ||
        !lf_arena_text(&r->arena, (struct lf_slice){p->stamp, p->stamp_len}, &s->stamp,
                       err))
        return false;
    if (r->project.len &&
        (!lf_arena_printf(&r->arena, &s->task, err, "project %.*s", (int)r->project.len,
                          r->project.at) ||
         !lf_arena_printf(&r->arena, &s->origin, err, "project %.*s %.*s %.*s",
                          (int)r->project.len, r->project.at, (int)r->created.len,
                          r->created.at, (int)who.len, who.at) ||
         !tell_piece(s, &r->arena, err)))
        return false;
    return tell_project(r, s, &r->arena, err);
}

static bool end_doc(struct lf_reader *r, struct lf_error *err)
{
    char digest[LF_DIGEST_HEX];
    uint32_t number;
    bool ok = ls_doc_digest(r->doc, digest, err);
    if (ok && r->sources == r->first) // nobody did anything, and that was read
        ok = add_source(r, nobody, nobody, &number, err);
    for (size_t i = 0; ok && i < r->sources - r->first; i++)
        ok = end_source(r, i, digest, err);
    ls_doc_free(&r->doc);
    return ok;
}

// ---------------------------------------------------------------------------- items

static bool tell_lost(struct lf_reader *r, struct lf_error *err)
{
    struct lf_event e = {.code = LF_E_IDS_LOST, .file = lf_slice_of(r->place.file)};
    if (r->told_lost)
        return true;
    r->told_lost = true;
    return lf_events_add(r->place.ev, &e, err);
}

static bool read_turn(struct lf_reader *r, const struct ls_turn *turn,
                      struct ls_work *w, struct lf_error *err)
{
    struct lf_item *item = w->item;
    if (turn->fault.code != LF_OK) {
        *err = turn->fault;
        return lf_faults_take(&item->faults, w->a, err);
    }
    if (!(r->task.flat ? ls_read_flat(w, turn->list, err)
                       : ls_read_results(w, turn->list, err)))
        return false;
    item->sample.told = LS_KINDS | LF_STRAYS | LF_SETS | (w->lost ? 0 : LF_IDS);
    item->sample.only = r->field;
    return !w->lost || w->bare || tell_lost(r, err);
}

static bool row_of(const struct lf_reader *r, uint32_t *row, struct lf_error *err)
{
    const struct lf_run *run = r->place.run;
    const struct ls_task *t = &r->task;
    enum lf_found how = LF_FOUND_NONE;
    uint32_t found = 0;
    *row = UINT32_MAX;
    if (!run->items)
        return true;
    if (t->sample.known)
        how = lf_run_row(run, &t->sample, 0, &found) ? LF_FOUND_EXACT : LF_FOUND_NONE;
    else if (!lf_run_find(run, t->item, &found, &how, err))
        return false;
    if (how != LF_FOUND_NONE && how != LF_FOUND_TWICE)
        *row = found;
    return true;
}

static bool tell_twice(const struct lf_reader *r, const struct lf_item *item,
                       struct lf_error *err)
{
    struct lf_event e = {.code = LF_E_TASK_TWICE,
                         .file = lf_slice_of(r->place.file),
                         .offset = r->task.at,
                         .item = item->name,
                         .text = r->task.name};
    return lf_events_add(r->place.ev, &e, err);
}

static bool make_item(struct lf_reader *r, const struct ls_turn *turn,
                      struct lf_arena *a, struct lf_item *item, struct lf_error *err)
{
    uint32_t number, row;
    bool twice;
    *item = (struct lf_item){.number = -1, .file = lf_slice_of(r->place.file)};
    if (!row_of(r, &row, err) || !source_of(r, turn->who, row, &number, &twice, err) ||
        !lf_arena_text(a, r->task.item, &item->name, err) ||
        !lf_arena_text(a, r->task.name, &item->task, err) ||
        !lf_arena_text(a, turn->stamp, &item->stamp, err))
        return false;
    note_stamp(&r->person[number], turn->stamp);
    item->source = (uint32_t)r->first + number;
    item->id = r->task.sample;
    if (twice && !tell_twice(r, item, err))
        return false;
    struct ls_work w = {.place = r->place,
                        .controls = &r->controls,
                        .forced = r->field,
                        .task = &r->task,
                        .a = a,
                        .item = item,
                        .bare = !r->place.run->uid.len};
    bool ok = read_turn(r, turn, &w, err);
    ls_work_done(&w);
    return ok ||
           (lf_fail_in_file(err, r->place.file), lf_fail_at_offset(err, r->task.at));
}

// What is no task is a fault of nobody's, and reading goes on behind it.
static bool bad_task(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
                     struct lf_error *err)
{
    uint32_t number;
    *item = (struct lf_item){.number = -1, .file = lf_slice_of(r->place.file)};
    if (!lf_faults_take(&item->faults, a, err))
        return false;
    if (!add_source(r, nobody, nobody, &number, err))
        return false;
    item->source = (uint32_t)r->first + number;
    return true;
}

static bool note_task(struct lf_reader *r, struct lf_error *err)
{
    r->foreign += r->task.foreign;
    r->own += !r->task.foreign;
    return r->project.len || !r->task.project.len ||
           (lf_arena_text(&r->arena, r->task.project, &r->project, err) &&
            lf_arena_text(&r->arena, r->task.created, &r->created, err));
}

static bool end_archive(const struct lf_reader *r, struct lf_error *err)
{
    return !r->foreign || r->own ||
           lf_fail(err, LF_E_FOREIGN_RUN, "all its tasks are of another run");
}

// The next task of the file; *bad: it is none, and `item` says so.
static bool next_task(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
                      bool *bad, struct lf_error *err)
{
    struct lf_slice json;
    uint64_t at;
    bool more;
    *bad = false;
    if (!ls_doc_next(r->doc, &json, &at, &more, err))
        return false;
    if (!more)
        return end_doc(r, err);
    lf_arena_reset(&r->task_arena);
    r->turn = 0;
    if (!ls_read_task(&r->place, json, at, &r->task, &r->task_arena, err)) {
        r->task.turns = 0;
        *bad = true;
        return bad_task(r, a, item, err);
    }
    return note_task(r, err);
}

bool ls_next(struct lf_reader *r, struct lf_arena *a, struct lf_item *item, bool *more,
             struct lf_error *err)
{
    for (;;) {
        bool bad;
        *more = true;
        if (r->doc && r->turn < r->task.turns)
            return make_item(r, &r->task.turn[r->turn++], a, item, err);
        if (!r->doc && !next_doc(r, err))
            return false;
        if (!r->doc) {
            *more = false;
            return end_archive(r, err);
        }
        if (!next_task(r, a, item, &bad, err))
            return false;
        if (bad)
            return true;
    }
}
