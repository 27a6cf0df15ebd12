#include "formats/base/alloc.h"
#include "formats/base/digest.h"
#include "formats/base/limits.h"
#include "formats/fiftyone/fo_copy_docs.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_format.h"
#include "formats/fiftyone/fo_keys.h"

enum {
    ALL_KINDS = LF_TAG | LF_SCALAR | LF_BOX | LF_POLYGON | LF_POLYLINE | LF_POINTS |
                LF_SKELETON | LF_MASK | LF_SEGMENT,
    PIECE = 1 << 16
};

struct lf_reader {
    const struct lf_run *run;
    const struct lf_tree *tree;
    struct lf_files files; // the tree's
    struct lf_pixel_tool *pixels;
    struct fo_copy_docs docs;
    struct lf_digest *digest;
    struct lf_source source;
    int field;
    bool done;
};

// samples.json or samples/ beside metadata.json at the top of a folder or zip.
static bool fo_bid(const struct lf_tree *t, int *bid, struct lf_error *err)
{
    size_t i;
    (void)err;
    *bid = lf_tree_find(t, "metadata.json", &i) && fo_copy_has_docs(t) ? 90 : 0;
    return true;
}

// Every attribute of the class is told, also the ones that are not there.
static bool fill_attrs(const struct lf_field *f, struct lf_label *l, struct lf_arena *a,
                       struct lf_error *err)
{
    uint32_t n = 0, class_row = LF_NO_CLASS;
    struct lf_attr *attr = lf_arena_take(a, f->attrs, sizeof *attr, err);
    if (!attr)
        return false;
    lf_class_find(f, l->name, &class_row);
    for (uint16_t i = 0; i < f->attrs; i++) {
        const struct lf_attr *old = lf_label_attr(l, i);
        if (!lf_attr_applies(f, class_row, i))
            continue;
        attr[n++] =
            old ? *old
                : (struct lf_attr){.name = i, .type = LF_V_NULL, .text = {"", 0}};
    }
    l->attr = attr;
    l->attrs = n;
    return true;
}

// A copy holds everything; only what the run did not ask for stays out.
static bool fo_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
                    struct lf_events *ev, struct lf_error *err)
{
    (void)ev;
    for (size_t i = 0; i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        const struct lf_field *f = &run->schema.field[l->field];
        uint32_t row;
        l->shipped = l->kind & lf_field_kinds(f) &&
                     (l->kind != LF_MASK || l->masks) && // its file may be missing
                     (!lf_kind_has_class(l->kind) ||
                      (l->name.len && lf_class_find(f, l->name, &row)));
        if (l->shipped && !fill_attrs(f, l, a, err))
            return false;
    }
    return true;
}

static bool too_long(const char *path, struct lf_error *err)
{
    lf_fail(err, LF_E_LIMIT_COUNT, "the file is too long (limit mask-file)");
    return lf_fail_in_file(err, path);
}

// A mask on disk is a member of the tree. It is part of what was read: a copy with
// another mask is another copy.
static bool read_member(void *user, struct lf_slice path, struct lf_buf *out,
                        bool *found, struct lf_error *err)
{
    struct lf_reader *r = user;
    char name[LF_NAME_BYTES + 1];
    size_t i, first = out->len;
    bool ok = true;
    *found = false;
    if (path.len > LF_NAME_BYTES || memchr(path.at, 0, path.len))
        return true;
    memcpy(name, path.at, path.len);
    name[path.len] = '\0';
    if (!lf_tree_find(r->tree, name, &i))
        return true;
    struct lf_in *in = lf_tree_read(r->tree, i, err);
    for (size_t got = 1; in && ok && got;) {
        char *room = lf_buf_room(out, PIECE);
        ok = room ? lf_in_read(in, room, PIECE, &got, err) : lf_buf_ok(out, err);
        got = ok && room ? got : 0;
        out->len += got;
        ok = ok && (out->len - first <= LF_MASK_FILE || too_long(name, err));
    }
    ok = ok && in;
    lf_in_free(&in);
    *found = ok;
    size_t got = out->len - first;
    return ok && (!got || lf_digest_add(r->digest,
                                        (struct lf_slice){out->at + first, got}, err));
}

static void fo_close(struct lf_reader **r)
{
    if (!*r)
        return;
    fo_copy_docs_done(&(*r)->docs);
    lf_digest_free(&(*r)->digest);
    lf_pixel_tool_free(&(*r)->pixels);
    lf_free(*r);
    *r = NULL;
}

static struct lf_reader *fo_open_copy(const struct lf_tree *t, const struct lf_run *run,
                                      int field, struct lf_events *ev,
                                      struct lf_error *err)
{
    struct lf_reader *r = lf_alloc(1, sizeof *r, err);
    (void)ev;
    if (!r)
        return NULL;
    r->run = run;
    r->field = field;
    r->tree = t;
    r->files = (struct lf_files){read_member, r};
    r->pixels = lf_pixel_tool_new(err);
    r->digest = r->pixels ? lf_digest_new(err) : NULL;
    if (!r->digest || !fo_copy_docs_open(&r->docs, t, r->digest, err)) {
        fo_close(&r);
        return NULL;
    }
    r->source.file = lf_slice_of(r->docs.file);
    return r;
}

static bool finish(struct lf_reader *r, struct lf_error *err)
{
    unsigned char digest[LF_DIGEST_BYTES];
    if (!r->done && !lf_digest_take(r->digest, digest, err))
        return false;
    if (!r->done)
        lf_hex(digest, sizeof digest, r->source.digest);
    r->done = true;
    return true;
}

// A label that turns out to be new is taken whole: confidence, tags, attributes outside
// the schema. One of another class than the field holds is made of its parts.
static void keep_whole(const struct lf_field *f, struct lf_label *l)
{
    struct lf_slice cls;
    if (!lf_json_get(l->raw, "_cls", &cls))
        return;
    cls = lf_json_trim(cls);
    if (lf_json_type(cls) == LF_JSON_STRING &&
        lf_json_key_is((struct lf_slice){cls.at + 1, cls.len - 2},
                       lf_slice_of(fo_class_name(f->type, true))))
        l->whole = l->raw;
}

// The person named one field: the copy's others say nothing; nor do learned ones, which
// hold what was drawn in a tool. Labels of other kinds and without a class stay:
// dropped here, a label that got a mask would look like one that was deleted.
static void only_fields(const struct lf_schema *schema, int only, struct lf_sample *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        if ((only < 0 || s->label[i].field == only) &&
            !schema->field[s->label[i].field].learned)
            s->label[n++] = s->label[i];
    s->labels = n;
}

// A sample that cannot be read is damaged in itself: the stream stands behind it.
static bool keep_fault(const struct lf_reader *r, struct lf_item *item, uint64_t at,
                       struct lf_arena *a, struct lf_error *err)
{
    lf_fail_in_file(err, r->docs.file);
    lf_fail_at_offset(err, at);
    return lf_faults_take(&item->faults, a, err);
}

static bool fo_next_copy(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
                         bool *more, struct lf_error *err)
{
    struct fo_copy_doc doc;
    struct lf_slice own;
    struct fo_head head;
    *item = (struct lf_item){.number = -1};
    if (!fo_copy_docs_next(&r->docs, &doc, more, err))
        return false;
    if (!*more)
        return finish(r, err);
    const uint64_t at = doc.at;
    item->file = r->source.file;
    if (doc.broken)
        return keep_fault(r, item, at, a, err);
    if (!lf_arena_text(a, doc.raw, &own, err))
        return false;
    if (lf_json_type(own) != LF_JSON_OBJECT) {
        lf_fail(err, LF_E_DOCUMENT, "a sample is not an object");
        return keep_fault(r, item, at, a, err);
    }
    if (!fo_head(own, a, &head, err) && !keep_fault(r, item, at, a, err))
        return false;
    item->id = head.id;
    item->name = head.filepath;
    if (item->faults.count)
        return true;
    item->sample.width = item->sample.height = 1;
    item->sample.id = head.id;
    struct fo_source source = {.schema = &r->run->schema,
                               .files = &r->files,
                               .pixels = r->pixels,
                               .relative = true,
                               .strays = r->run->learn && r->run->learn->shapes};
    if (!fo_parse(&source, own, a, &item->sample, err)) {
        item->sample.labels = 0;
        return keep_fault(r, item, at, a, err);
    }
    only_fields(&r->run->schema, r->field, &item->sample);
    for (size_t i = 0; i < item->sample.labels; i++) {
        struct lf_label *l = &item->sample.label[i];
        const struct lf_field *f = &r->run->schema.field[l->field];
        if (!fill_attrs(f, l, a, err))
            return false;
        keep_whole(f, l);
        l->says_form = l->kind & (LF_POLYLINE | LF_POLYGON);
    }
    item->sample.told = ALL_KINDS | LF_IDS;
    item->sample.only = r->field;
    return true;
}

static const struct lf_source *fo_sources(const struct lf_reader *r, size_t *count)
{
    *count = 1;
    return &r->source;
}

const struct lf_format lf_format_fiftyone = {
    .name = "fiftyone",
    .tool = "fiftyone-copy",
    .kinds = ALL_KINDS,
    .rules = 1,
    .slack = 0,
    .relative = true,
    .reads =
        "an edited copy of the dataset (metadata.json with samples.json or samples/), "
        "folder or zip",
    .bid = fo_bid,
    .ship = fo_ship,
    .open = fo_open_copy,
    .next = fo_next_copy,
    .sources = fo_sources,
    .close = fo_close,
};
