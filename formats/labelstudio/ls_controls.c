#include "formats/base/alloc.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/labelstudio/ls_reading.h"

static bool add(struct ls_controls *c, size_t *room, struct lf_slice name,
                struct ls_control control, struct lf_error *err)
{
    uint32_t number;
    bool added;
    void *at = c->at;
    if (!lf_names_add(&c->names, name, &number, &added, err))
        return false;
    if (!added)
        return true; // the first of a name
    if (!lf_grow(&at, room, number + (size_t)1, sizeof *c->at, err))
        return false;
    c->at = at;
    c->at[number] = control;
    return true;
}

static bool add_field(const struct lf_run *run, uint16_t i, struct ls_controls *c,
                      size_t *room, struct lf_buf *name, struct lf_error *err)
{
    const struct lf_field *f = &run->schema.field[i];
    lf_buf_clear(name);
    ls_control(f->name, name);
    bool ok = lf_buf_ok(name, err) &&
              add(c, room, lf_buf_view(name), (struct ls_control){i, LS_FIELD}, err);
    lf_buf_clear(name);
    ls_attr_control(f->name, run->id_attr, name);
    if (ok && ls_is_region(f))
        ok = lf_buf_ok(name, err) &&
             add(c, room, lf_buf_view(name), (struct ls_control){i, LS_ID}, err);
    for (size_t k = 0; ok && k < f->attrs && ls_has_attrs(f); k++)
        ok = !f->attr[k].alias.len ||
             add(c, room, f->attr[k].alias, (struct ls_control){i, (int32_t)k}, err);
    return ok;
}

bool ls_controls_of(const struct lf_run *run, struct ls_controls *c,
                    struct lf_error *err)
{
    struct lf_buf name = {0};
    size_t room = 0;
    bool ok = true;
    *c = (struct ls_controls){0};
    for (size_t i = 0; ok && run->uid.len && i < lf_schema_own(&run->schema); i++)
        ok = add_field(run, (uint16_t)i, c, &room, &name, err);
    lf_buf_done(&name);
    if (!ok)
        ls_controls_done(c);
    return ok;
}

bool ls_controls_find(const struct ls_controls *c, struct lf_slice name,
                      struct ls_control *found)
{
    uint32_t number;
    if (!lf_names_find(&c->names, name, &number))
        return false;
    *found = c->at[number];
    return true;
}

void ls_controls_done(struct ls_controls *c)
{
    lf_names_done(&c->names);
    lf_free(c->at);
    *c = (struct ls_controls){0};
}
