#include <stdlib.h>
#include <sys/stat.h>

#include "formats/base/alloc.h"
#include "formats/base/names.h"
#include "merge/diffing.h"

// ---------------------------------------------------------------------------- where B
// has its samples

struct found {
    uint8_t id[12];
    bool seen;
    struct fo_place place;
};

struct index { // sorted by id
    struct found *at;
    size_t count, room;
};

// The sample's id; of one that has none, its media's path stands for it.
static struct lf_id key_of(const struct fo_head *head)
{
    struct lf_id id = head->id;
    uint64_t one = lf_hash(head->filepath), two = lf_mark(head->filepath);
    if (id.known)
        return id;
    memcpy(id.at, &one, sizeof one);
    memcpy(id.at + sizeof one, &two, sizeof id.at - sizeof one);
    return id;
}

static struct lf_slice name_of(const struct fo_head *head, char hex[25])
{
    lf_id_print(&head->id, hex);
    return head->id.known ? lf_slice_of(hex) : head->filepath;
}

static int by_id(const void *p, const void *q)
{
    const struct found *x = p, *y = q;
    int order = memcmp(x->id, y->id, sizeof x->id);
    return order ? order
           : x->place.file != y->place.file
               ? (x->place.file > y->place.file ? 1 : -1)
               : (x->place.at > y->place.at) - (x->place.at < y->place.at);
}

static bool fail_at(struct lf_diffing *d, struct fo_dataset *ds,
                    const struct fo_doc *doc, struct lf_slice sample)
{
    lf_fail_in_sample(d->err, sample);
    return fo_fail_in(ds, doc, d->err);
}

static bool index_doc(struct lf_diffing *d, const struct fo_doc *doc, struct index *x)
{
    struct fo_head head;
    void *at = x->at;
    if (!fo_head(doc->raw, &d->m, &head, d->err) ||
        !lf_grow(&at, &x->room, x->count + 1, sizeof *x->at, d->err))
        return false;
    x->at = at;
    struct found *f = &x->at[x->count++];
    struct lf_id id = key_of(&head);
    memcpy(f->id, id.at, sizeof f->id);
    f->place = fo_place(doc);
    return true;
}

static bool make_index(struct lf_diffing *d, struct index *x)
{
    struct fo_doc doc;
    bool ok, more = false;
    if (!fo_rewind(d->b.ds, d->err))
        return false;
    while ((ok = fo_next(d->b.ds, &doc, &more, d->err)) && more) {
        if (!(ok = index_doc(d, &doc, x))) {
            fo_fail_in(d->b.ds, &doc, d->err);
            break;
        }
        lf_arena_reset(&d->m);
    }
    if (ok && x->count)
        qsort(x->at, x->count, sizeof *x->at, by_id);
    for (size_t i = 1; ok && i < x->count; i++)
        if (!memcmp(x->at[i - 1].id, x->at[i].id, sizeof x->at[i].id)) {
            ok = lf_fail(d->err, LF_E_SAMPLE_TWICE, "two samples have one id");
            lf_fail_in_file(d->err, fo_file_name(d->b.ds, x->at[i].place.file));
        }
    return ok;
}

static struct found *find(const struct index *x, const struct lf_id *id)
{
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(x->at[mid].id, id->at, sizeof id->at);
        if (order == 0)
            return &x->at[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

// ---------------------------------------------------------------------------- samples

enum { UNSIZED = 1000 };

static bool compare(struct lf_diffing *d, const struct fo_head *head,
                    struct lf_slice name, struct lf_slice a, struct lf_slice b)
{
    struct fo_head other = *head;
    if (!head->width && !fo_head(b, &d->m, &other, d->err))
        return false;
    d->sized = other.width && other.height;
    // Without a size some size: what overlaps does so at any.
    d->a.sample = d->b.sample =
        (struct lf_sample){.width = d->sized ? other.width : UNSIZED,
                           .height = d->sized ? other.height : UNSIZED};
    if (!lf_diff_sample(d->report, name, d->err) || !lf_diff_values(d, &d->a, a) ||
        !lf_diff_values(d, &d->b, b))
        return false;
    for (size_t i = 0; i < d->report->fields; i++)
        if (!lf_diff_field_of(d, i))
            return false;
    return true;
}

static bool visit(struct lf_diffing *d, const struct fo_doc *doc, const struct index *x)
{
    struct fo_head head;
    struct lf_slice other = doc->raw, name;
    char hex[25];
    if (!fo_head(doc->raw, &d->m, &head, d->err))
        return fail_at(d, d->a.ds, doc, (struct lf_slice){0});
    name = name_of(&head, hex);
    if (d->a.ds != d->b.ds) {
        struct lf_id key = key_of(&head);
        struct found *f = find(x, &key);
        if (!f)
            return lf_diff_only(d->report, name, 'A', d->err);
        if (f->seen)
            lf_fail(d->err, LF_E_SAMPLE_TWICE, "two samples have one id");
        f->seen = true;
        if (d->err->code != LF_OK ||
            !fo_read_at(d->b.ds, &f->place, &d->m, &other, d->err))
            return fail_at(d, d->err->code == LF_E_SAMPLE_TWICE ? d->a.ds : d->b.ds,
                           doc, name);
    }
    return compare(d, &head, name, doc->raw, other) || fail_at(d, d->a.ds, doc, name);
}

static bool walk(struct lf_diffing *d, const struct index *x)
{
    struct fo_doc doc;
    bool ok, more = false;
    if (!fo_rewind(d->a.ds, d->err))
        return false;
    while ((ok = fo_next(d->a.ds, &doc, &more, d->err)) && more) {
        if (!(ok = visit(d, &doc, x)))
            break;
        lf_arena_reset(&d->m);
    }
    return ok;
}

static int by_place(const void *p, const void *q)
{
    const struct found *x = p, *y = q;
    return x->place.file != y->place.file
               ? (x->place.file > y->place.file ? 1 : -1)
               : (x->place.at > y->place.at) - (x->place.at < y->place.at);
}

static bool rest_of_b(struct lf_diffing *d, struct index *x)
{
    struct fo_head head;
    struct lf_slice raw;
    char hex[25];
    if (x->count)
        qsort(x->at, x->count, sizeof *x->at, by_place);
    for (size_t i = 0; i < x->count; i++) {
        if (x->at[i].seen)
            continue;
        if (!fo_read_at(d->b.ds, &x->at[i].place, &d->m, &raw, d->err) ||
            !fo_head(raw, &d->m, &head, d->err) ||
            !lf_diff_only(d->report, name_of(&head, hex), 'B', d->err))
            return false;
        lf_arena_reset(&d->m);
    }
    return true;
}

// ---------------------------------------------------------------------------- all of
// it

// Labels of frames lie in files of their own. To call two videos equal without a look
// at them would be wrong.
static bool no_frames(const struct lf_diff_job *job, const struct fo_dataset *ds,
                      struct lf_error *err)
{
    struct stat st;
    bool frames = lf_slice_is(ds->media_type, "video") ||
                  fstatat(ds->folder_fd, "frames.json", &st, 0) == 0;
    if (!frames || job->fields || job->field_a)
        return true;
    lf_fail(err, LF_E_MEDIA_KIND,
            "labels of a video's frames are not compared; --field names fields of the "
            "samples that are");
    return lf_fail_in_file(err, ds->folder);
}

static bool open_sides(struct lf_diffing *d, struct fo_dataset ds[2],
                       struct lf_files files[2], struct lf_pixel_tool *pixels)
{
    bool two = !d->job->field_a;
    if (!fo_open(&ds[0], d->job->a, d->err) ||
        (two && !fo_open(&ds[1], d->job->b, d->err)))
        return false;
    if (!no_frames(d->job, &ds[0], d->err) ||
        (two && !no_frames(d->job, &ds[1], d->err)))
        return false;
    d->a.ds = &ds[0];
    d->b.ds = two ? &ds[1] : &ds[0];
    files[0] = fo_files(d->a.ds);
    files[1] = fo_files(d->b.ds);
    d->a.source = (struct fo_source){.files = &files[0], .pixels = pixels};
    d->b.source = (struct fo_source){.files = &files[two], .pixels = pixels};
    return true;
}

bool lf_diff_datasets(const struct lf_diff_job *job, struct lf_diff_report *r,
                      struct lf_error *err)
{
    struct lf_diffing d = {.job = job, .report = r, .err = err};
    struct fo_dataset ds[2] = {{.folder_fd = -1, .again_fd = -1},
                               {.folder_fd = -1, .again_fd = -1}};
    struct lf_files files[2];
    struct index x = {0};
    struct lf_pixel_tool *pixels = lf_pixel_tool_new(err);
    bool ok = pixels && open_sides(&d, ds, files, pixels) && lf_diff_fields(&d) &&
              (d.a.ds == d.b.ds || make_index(&d, &x)) && walk(&d, &x) &&
              rest_of_b(&d, &x);
    lf_free(x.at);
    lf_diff_fields_done(&d);
    lf_pixel_tool_free(&pixels);
    lf_arena_done(&d.m);
    fo_done(&ds[0]);
    fo_done(&ds[1]);
    return ok;
}
