// The input is an export of Label Studio behind a byte of choices. Whatever it says:
// labels stay within what the model allows, they join, every failure has a code, and a
// second reading gives the same.
#include <math.h>

#include "formats/labelstudio/ls_format.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/mask/join.h"
#include "tests/fuzz/small_run.h"

static struct lf_run run;
static bool opened;

static void open_run(void)
{
    char folder[64];
    struct lf_error err = {0};
    make_small(folder);
    write_small(folder, "run.json", SMALL_RUN, sizeof SMALL_RUN - 1);
    write_small(folder, "items.tsv", SMALL_ITEMS, sizeof SMALL_ITEMS - 1);
    LF_CLAIM(lf_run_open(&run, folder, &err));
    remove_small(folder); // the files stay open
    opened = true;
}

static void check_points(const struct lf_label *l)
{
    uint64_t points = 0;
    for (uint32_t i = 0; i < l->rings; i++)
        points += l->ring[i].points;
    LF_CLAIM(!l->rings || points == l->points);
    for (uint64_t i = 0; l->xy && i < 2 * (uint64_t)l->points; i++)
        LF_CLAIM(fabs(l->xy[i]) <= 4e9 || (l->kind == LF_SKELETON && isnan(l->xy[i])));
    LF_CLAIM(l->turn >= 0 && l->turn < 360);
}

static void check_label(const struct lf_sample *s, const struct lf_label *l, bool bare)
{
    LF_CLAIM(l->field < run.schema.fields && l->shipped);
    LF_CLAIM(!l->part == !l->parts && l->part <= l->parts);
    check_points(l);
    for (uint32_t i = 0; i < l->masks; i++) {
        const struct lf_mask *m = &l->mask[i];
        LF_CLAIM(m->runs && m->left + m->width <= s->width &&
                 m->top + m->height <= s->height);
    }
    LF_CLAIM(!bare || !l->attrs);
    for (uint32_t i = 0; i < l->attrs; i++) {
        LF_CLAIM(l->attr[i].name < run.schema.field[l->field].attrs);
        LF_CLAIM(i == 0 || l->attr[i - 1].name < l->attr[i].name);
    }
}

static void check_item(struct lf_item *item, const struct lf_reader *r, bool bare,
                       struct lf_arena *a)
{
    struct lf_error err = {0};
    size_t sources;
    ls_sources(r, &sources);
    LF_CLAIM(item->source < sources);
    for (size_t i = 0; i < item->sample.labels; i++)
        check_label(&item->sample, &item->sample.label[i], bare);
    for (size_t i = 0; i < item->faults.count; i++)
        LF_CLAIM(lf_is_fault(&item->faults.at[i]));
    if (item->faults.count || bare)
        return;
    item->sample.width = run.item[0].width; // as merge does it
    item->sample.height = run.item[0].height;
    LF_CLAIM(lf_join_shapes(&run.schema, true, &item->sample, a, &err) ||
             err.code == LF_E_LIMIT_COUNT);
}

struct seen {
    uint64_t items, labels, attributes, faults;
    enum lf_code code;
};

static struct seen read_all(const struct lf_tree *t, const struct lf_run *of, int field)
{
    struct lf_error err = {0}, none = {0};
    struct lf_arena a = {0};
    struct lf_item item;
    struct seen seen = {0};
    const bool bare = of != &run;
    bool more = true;
    struct lf_events *ev = lf_events_new(NULL, 0, false, &none);
    struct lf_reader *r = ls_open(t, of, field, ev, &err);
    LF_CLAIM(ev && r);
    while (more && ls_next(r, &a, &item, &more, &err)) {
        if (!more)
            break;
        check_item(&item, r, bare, &a);
        seen.items++;
        seen.labels += item.sample.labels;
        seen.attributes += item.attributes;
        seen.faults += item.faults.count;
        lf_arena_reset(&a);
    }
    seen.code = err.code;
    LF_CLAIM(err.code != LF_E_BUG && err.code != LF_E_NOMEM);
    ls_close(&r);
    lf_events_free(&ev);
    lf_arena_done(&a);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_error err = {0};
    char folder[64], path[100];
    struct lf_field field = {.name = LF_S("archive")};
    struct lf_run none = {.schema = {.field = &field, .fields = 1}};
    int bid;
    if (!opened)
        open_run();
    if (size < 1)
        return 0;
    make_small(folder);
    write_small(folder, "run.json", data + 1, size - 1);
    snprintf(path, sizeof path, "%s/run.json", folder);
    run.accept = data[0] & 7;
    struct lf_tree *t = lf_tree_open(path, &err);
    LF_CLAIM(!t || ls_bid(t, &bid, &err) || err.code != LF_OK);
    if (t && err.code == LF_OK) {
        int forced = (int)(data[0] >> 3) % (1 + (int)run.schema.fields) - 1;
        struct seen one = read_all(t, &run, forced), two = read_all(t, &run, forced);
        LF_CLAIM(!memcmp(&one, &two, sizeof one));
        read_all(t, &none, -1);
    }
    lf_tree_free(&t);
    remove_small(folder);
    return 0;
}
