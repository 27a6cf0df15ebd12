#include "formats/base/json.h"
#include "merge/diffing.h"

bool lf_diff_wants(const struct lf_diff_job *job, struct lf_slice field)
{
    bool wanted = job->fields == 0;
    for (size_t i = 0; i < job->fields; i++)
        wanted |= lf_slice_is(field, job->field[i]);
    return wanted;
}

// Where a dataset came from and when it was written says nothing of its labels.
static bool by_default(struct lf_slice name)
{
    return !fo_field_own(name) || lf_slice_is(name, "tags") ||
           lf_slice_is(name, "metadata");
}

static bool is_compared(const struct lf_diff_job *job, struct lf_slice name)
{
    return job->fields ? lf_diff_wants(job, name) : by_default(name);
}

static struct lf_slice type_of(const struct fo_field *f)
{
    return f->cls.len ? f->cls : f->type;
}

static bool add_row(struct lf_diffing *d, const struct fo_field *a,
                    const struct fo_field *b)
{
    struct lf_arena *keep = &d->report->arena;
    size_t i = d->report->fields++;
    struct lf_diff_field *row = &d->report->field[i];
    d->a.field[i] = a;
    d->b.field[i] = b;
    d->a.name[i] = a ? a->name : b->name;
    d->b.name[i] = b ? b->name : a->name;
    return lf_arena_text(keep, d->a.name[i], &row->name, d->err) &&
           (!a || lf_arena_text(keep, type_of(a), &row->was, d->err)) &&
           (!b || lf_arena_text(keep, type_of(b), &row->came, d->err));
}

// The fields named by --fields.
static bool two_fields(struct lf_diffing *d)
{
    const struct fo_field *a, *b;
    const char *missing = NULL;
    if (!fo_field_find(d->a.ds, lf_slice_of(d->job->field_a), &a))
        missing = d->job->field_a;
    else if (!fo_field_find(d->a.ds, lf_slice_of(d->job->field_b), &b))
        missing = d->job->field_b;
    if (missing)
        return lf_fail(d->err, LF_E_FIELD, "the dataset has no field \"%s\"", missing);
    return add_row(d, a, b);
}

static bool all_fields(struct lf_diffing *d)
{
    const struct fo_field *other;
    for (size_t i = 0; i < d->a.ds->fields; i++) {
        const struct fo_field *f = &d->a.ds->field[i];
        if (is_compared(d->job, f->name) &&
            !add_row(d, f, fo_field_find(d->b.ds, f->name, &other) ? other : NULL))
            return false;
    }
    for (size_t i = 0; i < d->b.ds->fields; i++) {
        const struct fo_field *f = &d->b.ds->field[i];
        if (is_compared(d->job, f->name) && !fo_field_find(d->a.ds, f->name, &other) &&
            !add_row(d, NULL, f))
            return false;
    }
    return true;
}

static bool check_asked(const struct lf_diffing *d)
{
    const struct fo_field *f;
    for (size_t i = 0; i < d->job->fields; i++) {
        struct lf_slice name = lf_slice_of(d->job->field[i]);
        if (!fo_field_find(d->a.ds, name, &f) && !fo_field_find(d->b.ds, name, &f))
            return lf_fail(d->err, LF_E_FIELD, "neither dataset has a field \"%s\"",
                           d->job->field[i]);
    }
    return true;
}

// Masks are read only of fields of instances; boxes in those stay boxes.
static enum lf_field_type place_type(const struct fo_field *f)
{
    enum lf_field_type type = f ? fo_field_type(f) : LF_FT_UNKNOWN;
    return type == LF_FT_DETECTION    ? LF_FT_INSTANCE
           : type == LF_FT_DETECTIONS ? LF_FT_INSTANCES
           : type == LF_FT_SCALAR     ? LF_FT_UNKNOWN
                                      : type;
}

static bool make_schema(struct lf_diffing *d, struct lf_diff_side *s)
{
    for (size_t i = 0; i < d->report->fields; i++) {
        enum lf_field_type type = place_type(s->field[i]);
        s->place[i] = -1;
        if (type == LF_FT_UNKNOWN)
            continue;
        struct lf_field *f = lf_schema_add_field(&s->schema, s->name[i], d->err);
        if (!f)
            return false;
        f->type = type;
        s->place[i] = (int32_t)s->schema.fields - 1;
    }
    s->source.schema = &s->schema;
    s->source.every_class = true;
    return lf_schema_index(&s->schema, d->err);
}

static bool make_side(struct lf_diffing *d, struct lf_diff_side *s, size_t most)
{
    struct lf_arena *a = &d->report->arena;
    return (s->field = lf_arena_take(a, most, sizeof(void *), d->err)) &&
           (s->name = lf_arena_take(a, most, sizeof *s->name, d->err)) &&
           (s->place = lf_arena_take(a, most, sizeof *s->place, d->err)) &&
           (s->value = lf_arena_take(a, most, sizeof *s->value, d->err));
}

bool lf_diff_fields(struct lf_diffing *d)
{
    size_t most = d->a.ds->fields + d->b.ds->fields;
    d->report->field =
        lf_arena_take(&d->report->arena, most, sizeof *d->report->field, d->err);
    if (!d->report->field || !make_side(d, &d->a, most) || !make_side(d, &d->b, most) ||
        !check_asked(d))
        return false;
    return (d->job->field_a ? two_fields(d) : all_fields(d)) && make_schema(d, &d->a) &&
           make_schema(d, &d->b);
}

void lf_diff_fields_done(struct lf_diffing *d)
{
    lf_schema_done(&d->a.schema);
    lf_schema_done(&d->b.schema);
}

bool lf_diff_values(struct lf_diffing *d, struct lf_diff_side *s, struct lf_slice raw)
{
    struct lf_slice key, value;
    size_t n = d->report->fields, guess = 0;
    s->raw = raw;
    s->parsed = false;
    for (size_t i = 0; i < n; i++)
        s->value[i] = (struct lf_slice){0};
    for (struct lf_json_walk w = lf_json_enter(raw); lf_json_member(&w, &key, &value);)
        for (size_t k = 0; k < n; k++) {
            size_t i = guess + k < n ? guess + k : guess + k - n; // mostly in order
            if (!s->field[i] || !lf_json_key_is(key, s->name[i]))
                continue;
            value = lf_json_trim(value);
            if (lf_json_type(value) != LF_JSON_NULL)
                s->value[i] = value;
            guess = i + 1 < n ? i + 1 : 0;
            break;
        }
    return true;
}
