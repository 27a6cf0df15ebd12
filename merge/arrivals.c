// After all archives were read: which of them count, and in which order. The order of
// the command line must not matter.
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "merge/incoming.h"

static bool same_text(struct lf_slice a, struct lf_slice b)
{
    return a.len && lf_slice_eq(a, b);
}

// ---------------------------------------------------------------------------- merged
// before

// The first of the pieces, cut off; empty: there is none left.
static struct lf_slice next_piece(struct lf_slice *pieces)
{
    size_t n = 0;
    while (n < pieces->len && pieces->at[n] != ' ')
        n++;
    struct lf_slice piece = {pieces->at, n};
    n += n < pieces->len;
    *pieces = (struct lf_slice){pieces->at + n, pieces->len - n};
    return piece;
}

// Whether two documents hold a piece of work in common.
static bool share(struct lf_slice a, struct lf_slice b)
{
    while (a.len) {
        struct lf_slice piece = next_piece(&a), rest = b;
        while (rest.len)
            if (same_text(next_piece(&rest), piece))
                return true;
    }
    return false;
}

static bool both(struct lf_slice a, struct lf_slice b)
{
    return a.len && b.len;
}

// Two documents of one task: by where the task is from, or, in records of before that
// was written down, by its name.
static bool one_task(const struct lf_run_merge *m, const struct lf_arrival *s)
{
    if (!both(m->origin, s->origin))
        return same_text(s->task, m->tasks);
    return lf_slice_eq(m->origin, s->origin) &&
           (!both(m->pieces, s->pieces) || share(m->pieces, s->pieces));
}

// A document of the same task with a later stamp was merged already.
static bool older(const struct lf_run *run, const struct lf_arrival *s)
{
    for (size_t i = 0; i < run->merges; i++)
        if (s->stamp.len && one_task(&run->merge[i], s) &&
            lf_slice_cmp(run->merge[i].stamp, s->stamp) > 0)
            return true;
    return false;
}

static const struct lf_run_merge *merged(const struct lf_run *run,
                                         const struct lf_arrival *s)
{
    for (size_t i = 0; i < run->merges; i++)
        if (lf_slice_is(run->merge[i].digest, s->digest))
            return &run->merge[i];
    return NULL;
}

static bool other_work(const struct lf_run_merge *m, const struct lf_arrival *s)
{
    return both(m->pieces, s->pieces) && !share(m->pieces, s->pieces);
}

// What others brought a document does not know that is of work of which nothing was
// merged yet, or that was read before they were: compared with base as they left it, it
// would take it back.
static bool is_fresh(const struct lf_run *run, const struct lf_arrival *s)
{
    size_t others = 0;
    for (size_t i = 0; i < run->merges; i++)
        others += other_work(&run->merge[i], s);
    return others && (s->repeated || others == run->merges);
}

static bool check_ages(struct lf_incoming *in, bool allow_older, struct lf_events *ev,
                       struct lf_error *err)
{
    for (size_t i = 0; i < in->sources; i++) {
        struct lf_arrival *s = &in->source[i];
        const struct lf_run_merge *before = s->aside ? NULL : merged(in->run, s);
        struct lf_event e = {.code = LF_N_REPEATED, .file = s->file};
        s->repeated = before != NULL;
        // Who says --allow-older has it compared.
        s->done =
            before && (before->whole || before->decided) && !in->dests && !allow_older;
        s->fresh = !s->done && !allow_older && is_fresh(in->run, s);
        if (!allow_older && !s->done && older(in->run, s)) {
            lf_fail(err, LF_E_STALE, "a later state of %.*s is merged already",
                    (int)s->task.len, s->task.at);
            return lf_fail_in_file(err, s->file.at);
        }
        if (s->repeated && !lf_events_add(ev, &e, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- where to

// Whether an archive that speaks of the field (-1: of all) has something for the run's
// own fields.
static bool stays(const struct lf_schema *s, int32_t only)
{
    bool any = false;
    for (size_t i = 0; i < lf_schema_own(s); i++)
        any |= (only < 0 || (size_t)only == i) && !s->field[i].dest.len;
    return any;
}

static void find_aside(struct lf_incoming *in)
{
    const struct lf_schema *s = &in->run->schema;
    for (size_t i = 0; i < s->fields; i++)
        in->dests |= s->field[i].dest.len > 0;
    for (size_t i = 0; i < in->sources; i++)
        in->source[i].aside = in->dests;
    for (size_t i = 0; in->dests && i < in->places; i++)
        in->source[in->place[i].source].aside &= !stays(s, in->place[i].only);
}

// ---------------------------------------------------------------------------- removed

struct pieces { // of the run, by number: a task-size full of samples each
    uint64_t *items;
    bool *here; // some item of the document is of it
    bool *told; // a whole task told of all its samples
};

// A document of a task that had as many images as the pieces its items are of: the
// task had those and no others.
static void look_at_source(const struct lf_incoming *in, size_t from, size_t to,
                           struct pieces *p)
{
    uint64_t items = 0, whole = in->source[in->place[from].source].whole;
    memset(p->here, 0, in->run->tasks * sizeof *p->here);
    for (size_t i = from; i < to; i++) {
        uint32_t piece = in->run->item[in->place[i].row].task;
        items += p->here[piece] ? 0 : p->items[piece];
        p->here[piece] = true;
    }
    for (uint32_t t = 0; whole && items == whole && t < in->run->tasks; t++)
        p->told[t] |= p->here[t];
}

// Samples whose item was removed in the tool: their task came back without them. Places
// stand in the order of reading, by source.
static bool find_removed(struct lf_incoming *in, struct lf_error *err)
{
    struct pieces p = {lf_alloc(in->run->tasks, sizeof *p.items, err),
                       lf_alloc(in->run->tasks, sizeof *p.here, err),
                       lf_alloc(in->run->tasks, sizeof *p.told, err)};
    bool ok = p.items && p.here && p.told;
    for (uint32_t i = 0; ok && i < in->run->items; i++)
        p.items[in->run->item[i].task]++;
    for (size_t from = 0, to = 0; ok && from < in->places; from = to) {
        while (to < in->places && in->place[to].source == in->place[from].source)
            to++;
        look_at_source(in, from, to, &p);
    }
    for (uint32_t i = 0; ok && i < in->run->items; i++)
        in->removed[i] = p.told[in->run->item[i].task] && !in->bad[i];
    for (size_t i = 0; ok && i < in->places; i++)
        in->removed[in->place[i].row] = false;
    lf_free(p.items);
    lf_free(p.here);
    lf_free(p.told);
    return ok;
}

// ---------------------------------------------------------------------------- votes

static bool later(const struct lf_arrival *a, const struct lf_arrival *b)
{
    return lf_slice_cmp(a->stamp, b->stamp) > 0;
}

// The later the stamp the smaller the vote; without a stamp it is the largest.
static uint32_t by_stamp(const struct lf_incoming *in, const struct lf_arrival *s)
{
    uint32_t vote = 0;
    for (size_t i = 0; i < in->sources; i++)
        vote += later(&in->source[i], s);
    return vote;
}

static bool list_annotators(const struct lf_incoming *in, struct lf_error *err)
{
    struct lf_buf text = {0};
    for (size_t i = 0; i < in->sources; i++) {
        char name[100];
        lf_buf_text(&text, i ? ", " : "");
        lf_buf_text(&text, lf_escape(in->source[i].annotator, name, sizeof name));
        if (!in->source[i].annotator.len)
            lf_buf_text(&text, "(unknown)");
    }
    lf_buf_char(&text, '\0');
    if (lf_buf_ok(&text, err))
        lf_fail(err, LF_E_OPTION,
                "--pick annotator: no archive is of that name; "
                "they are of %s",
                text.at);
    lf_buf_done(&text);
    return false;
}

static bool cast_votes(struct lf_incoming *in, struct lf_error *err)
{
    bool any = in->pick.by != LF_PICK_ANNOTATOR || !in->sources;
    for (size_t i = 0; i < in->sources; i++) {
        struct lf_arrival *s = &in->source[i];
        bool named = same_text(s->annotator, in->pick.annotator);
        s->vote = in->pick.by == LF_PICK_LATEST      ? by_stamp(in, s)
                  : in->pick.by == LF_PICK_ANNOTATOR ? !named
                                                     : 0;
        any |= named;
    }
    return any || list_annotators(in, err);
}

// ---------------------------------------------------------------------------- order

static int by_vote(const void *a, const void *b)
{
    const struct lf_arrival *const *x = a, *const *y = b;
    int d = strcmp((*x)->digest, (*y)->digest);
    if ((*x)->vote != (*y)->vote)
        return (*x)->vote > (*y)->vote ? 1 : -1;
    return d ? d : (*x > *y) - (*x < *y);
}

static bool rank_sources(struct lf_incoming *in, struct lf_error *err)
{
    const struct lf_arrival **order = lf_alloc(in->sources, sizeof *order, err);
    in->rank = lf_alloc(in->sources, sizeof *in->rank, err);
    for (size_t i = 0; order && i < in->sources; i++)
        order[i] = &in->source[i];
    if (order && in->rank) {
        qsort(order, in->sources, sizeof *order, by_vote);
        for (uint32_t i = 0; i < in->sources; i++)
            in->rank[order[i] - in->source] = i;
    }
    bool ok = order && in->rank;
    lf_free(order);
    return ok;
}

static bool sort_sources(struct lf_incoming *in, struct lf_error *err)
{
    struct lf_arrival *sorted = lf_alloc(in->sources, sizeof *sorted, err);
    if (!sorted)
        return false;
    for (size_t i = 0; i < in->sources; i++)
        sorted[in->rank[i]] = in->source[i];
    lf_free(in->source);
    in->source = sorted;
    return true;
}

static int by_row(const void *a, const void *b)
{
    const struct lf_place *x = a, *y = b;
    return x->row != y->row         ? (x->row > y->row ? 1 : -1)
           : x->source != y->source ? (x->source > y->source ? 1 : -1)
           : x->only != y->only     ? (x->only > y->only ? 1 : -1)
                                    : (x->at > y->at) - (x->at < y->at);
}

// ---------------------------------------------------------------------------- states

static int by_item(const void *a, const void *b)
{
    const struct lf_place *x = a, *y = b;
    return x->row != y->row         ? (x->row > y->row ? 1 : -1)
           : x->source != y->source ? (x->source > y->source ? 1 : -1)
                                    : (x->only > y->only) - (x->only < y->only);
}

// A task and its job are states of one work, as two dumps of the task are.
static bool one_work(const struct lf_arrival *a, const struct lf_arrival *b)
{
    return both(a->pieces, b->pieces) ? share(a->pieces, b->pieces)
                                      : same_text(a->origin, b->origin);
}

// Whether a later state of the same work holds the same item. `newer`: by source, which
// are later states of it.
static bool overtaken(const struct lf_incoming *in, const struct lf_place *p,
                      const bool *newer)
{
    for (uint32_t i = 0; i < in->sources; i++) {
        struct lf_place key = {.row = p->row, .source = i, .only = p->only};
        if (newer[p->source * in->sources + i] &&
            bsearch(&key, in->place, in->places, sizeof key, by_item))
            return true;
    }
    return false;
}

static bool find_newer(const struct lf_incoming *in, bool *newer)
{
    bool any = false;
    for (size_t i = 0; i < in->sources; i++)
        for (size_t k = 0; k < in->sources; k++) {
            const struct lf_arrival *mine = &in->source[i], *s = &in->source[k];
            bool *to = &newer[i * in->sources + k];
            *to = !mine->done && mine->stamp.len && later(s, mine) && one_work(s, mine);
            any |= *to;
        }
    return any;
}

// Of several states of one task only the latest speaks of an item, as if they had been
// merged one after the other.
static bool drop_overtaken(struct lf_incoming *in, struct lf_events *ev,
                           struct lf_error *err)
{
    bool *newer = lf_alloc(in->sources * in->sources, sizeof *newer, err);
    bool *drop = lf_alloc(in->places, sizeof *drop, err);
    bool ok = newer && drop, any = ok && find_newer(in, newer);
    size_t n = 0;
    for (size_t i = 0; any && ok && i < in->places; i++) {
        struct lf_arrival *s = &in->source[in->place[i].source];
        struct lf_event e = {
            .code = LF_N_SUPERSEDED, .file = s->file, .came = s->stamp};
        drop[i] = overtaken(in, &in->place[i], newer);
        ok = !drop[i] || s->superseded || lf_events_add(ev, &e, err);
        s->superseded |= drop[i];
    }
    for (size_t i = 0; ok && i < in->places; i++)
        if (!drop[i])
            in->place[n++] = in->place[i];
    if (ok)
        in->places = n;
    lf_free(newer);
    lf_free(drop);
    return ok;
}

void lf_arrival_json(const struct lf_arrival *s, struct lf_buf *out)
{
    char file[1024];
    lf_buf_text(out, "{\"file\": ");
    lf_json_quote(out, lf_slice_of(lf_escape(s->file, file, sizeof file)), true);
    lf_buf_text(out, ", \"task\": ");
    lf_json_quote(out, s->task, true);
    lf_buf_text(out, ", \"stamp\": ");
    lf_json_quote(out, s->stamp, true);
    if (s->annotator.len) {
        lf_buf_text(out, ", \"annotator\": ");
        lf_json_quote(out, s->annotator, true);
    }
    lf_buf_printf(out, ", \"sha256\": \"%s\"", s->digest);
}

bool lf_incoming_seal(struct lf_incoming *in, bool allow_older, struct lf_events *ev,
                      struct lf_error *err)
{
    find_aside(in);
    if (!check_ages(in, allow_older, ev, err) || !find_removed(in, err) ||
        !cast_votes(in, err) || !rank_sources(in, err))
        return false;
    for (size_t i = 0; i < in->places; i++)
        in->place[i].source = in->rank[in->place[i].source];
    if (in->places)
        qsort(in->place, in->places, sizeof *in->place, by_row);
    if (!sort_sources(in, err) || !drop_overtaken(in, ev, err))
        return false;
    for (size_t i = 0; i < in->places; i++)
        in->came += (i == 0 || in->place[i].row != in->place[i - 1].row) &&
                    !in->bad[in->place[i].row];
    return true;
}
