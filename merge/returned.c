#include "merge/returned.h"

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/out.h"
#include "merge/unexpected.h"

struct lf_returned {
    struct lf_out *out;
    const struct fo_source *src;
    const struct lf_run *run;
    const char *path;
    struct lf_buf text;
    struct lf_arena a;
    bool any;
};

struct lf_returned *lf_returned_new(const char *path, const struct fo_source *src,
                                    const struct lf_run *run, struct lf_error *err)
{
    struct lf_returned *r = lf_alloc(1, sizeof *r, err);
    if (!r)
        return NULL;
    *r = (struct lf_returned){.src = src, .run = run, .path = path};
    r->out = lf_out_new(path, err);
    if (!r->out) {
        lf_fail_in_file(err, path);
        lf_returned_free(&r);
    }
    return r;
}

bool lf_returned_add(void *returned, const struct lf_sample *base,
                     const struct lf_label *l, const struct lf_id *id,
                     struct lf_error *err)
{
    struct lf_returned *r = returned;
    const enum lf_return_type type = lf_return_type_of(l->kind);
    struct lf_field f = r->run->schema.field[l->field];
    char sample[25];
    f.type = lf_return_field_type(type);
    lf_id_print(&base->id, sample);
    lf_buf_clear(&r->text);
    lf_buf_text(&r->text, r->any ? ",\n {\"field\": " : "[\n {\"field\": ");
    lf_json_quote(&r->text, f.name, true);
    lf_buf_printf(&r->text,
                  ", \"sample\": \"%s\", \"frame\": null, \"type\": \"%s\", "
                  "\"label\": ",
                  sample, lf_return_type_name(type));
    bool ok = fo_label_json(r->src, &f, base, l, id, &r->a, &r->text, err);
    lf_buf_char(&r->text, '}');
    lf_arena_reset(&r->a);
    r->any = true;
    return ok && lf_buf_ok(&r->text, err) &&
           lf_out_write(r->out, lf_buf_view(&r->text), err);
}

bool lf_returned_seal(struct lf_returned *r, struct lf_error *err)
{
    return !r ||
           (lf_out_write(r->out, r->any ? LF_S("\n]\n") : LF_S("[]\n"), err) &&
            lf_out_seal(r->out, err)) ||
           lf_fail_in_file(err, r->path);
}

bool lf_returned_commit(struct lf_returned *r, struct lf_error *err)
{
    return !r || lf_out_commit(r->out, true, err) || lf_fail_in_file(err, r->path);
}

void lf_returned_free(struct lf_returned **r)
{
    if (!*r)
        return;
    lf_out_free(&(*r)->out);
    lf_buf_done(&(*r)->text);
    lf_arena_done(&(*r)->a);
    lf_free(*r);
    *r = NULL;
}
