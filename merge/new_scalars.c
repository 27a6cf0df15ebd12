#include "merge/new_scalars.h"

#include "formats/base/alloc.h"
#include "formats/label/value.h"

struct fits { // which types hold all values seen of a field
    bool any, whole, real, boolean;
};

static bool holds(struct lf_slice text, enum lf_value type)
{
    struct lf_buf out = {0};
    bool widened, ok = lf_value_write(text, type, true, &out, &widened) && !widened;
    lf_buf_done(&out);
    return ok;
}

static void see(const struct lf_field *f, const struct lf_label *l, struct fits *fits)
{
    struct lf_slice text = f->by_class ? l->name : (struct lf_slice){0};
    if (!f->by_class && l->attrs)
        text = l->attr[0].text;
    if (!text.len)
        return;
    fits->whole = (fits->whole || !fits->any) && holds(text, LF_V_INT);
    fits->real = (fits->real || !fits->any) && holds(text, LF_V_FLOAT);
    fits->boolean = (fits->boolean || !fits->any) && holds(text, LF_V_BOOL);
    fits->any = true;
}

static bool see_all(const struct lf_incoming *in, const struct lf_schema *s,
                    struct fits *fits, struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_theirs theirs = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < in->places; i++) {
        ok = lf_incoming_take(in, i, &a, &theirs, err);
        for (size_t k = 0; ok && k < theirs.sample.labels; k++) {
            const struct lf_label *l = &theirs.sample.label[k];
            if (l->kind == LF_SCALAR)
                see(&s->field[l->field], l, &fits[l->field]);
        }
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
    return ok;
}

void lf_scalar_type(struct lf_field *f, enum lf_value type)
{
    f->scalar = type;
    if (!f->by_class && f->attrs)
        f->attr[0].type = type;
}

bool lf_settle_scalars(struct lf_run *run, const struct fo_dataset *ds,
                       const struct lf_incoming *in, struct lf_error *err)
{
    const struct fo_field *known;
    bool open = false;
    for (size_t i = 0; i < run->schema.fields; i++) {
        struct lf_field *f = &run->schema.field[i];
        if (f->type != LF_FT_SCALAR)
            continue;
        if (fo_field_find(ds, f->name, &known))
            lf_scalar_type(f, fo_field_scalar(known));
        open |= f->scalar == LF_V_NULL;
    }
    if (!open)
        return true;
    struct fits *fits = lf_alloc(run->schema.fields, sizeof *fits, err);
    bool ok = fits && see_all(in, &run->schema, fits, err);
    for (size_t i = 0; ok && i < run->schema.fields; i++)
        if (run->schema.field[i].type == LF_FT_SCALAR &&
            run->schema.field[i].scalar == LF_V_NULL)
            lf_scalar_type(&run->schema.field[i], fits[i].whole     ? LF_V_INT
                                                  : fits[i].real    ? LF_V_FLOAT
                                                  : fits[i].boolean ? LF_V_BOOL
                                                                    : LF_V_TEXT);
    lf_free(fits);
    return ok;
}
