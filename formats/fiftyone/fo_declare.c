#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_keys.h"

static const char *scalar_class(enum lf_value type)
{
    switch (type) {
    case LF_V_BOOL:
        return "BooleanField";
    case LF_V_INT:
        return "IntField";
    case LF_V_FLOAT:
        return "FloatField";
    default:
        return "StringField";
    }
}

// The keys that FiftyOne 1.22.1 reads of a field's entry; its dates are left out (no
// clock).
static void put_entry(const struct lf_field *f, struct lf_slice attrs,
                      struct lf_buf *out)
{
    bool scalar = f->type == LF_FT_SCALAR;
    lf_buf_text(out, "{\"name\": ");
    lf_json_quote(out, lf_field_target(f), true);
    lf_buf_printf(out, ", \"ftype\": \"fiftyone.core.fields.%s\", ",
                  scalar ? scalar_class(f->scalar) : "EmbeddedDocumentField");
    if (scalar)
        lf_buf_text(out, "\"embedded_doc_type\": null");
    else
        lf_buf_printf(out, "\"embedded_doc_type\": \"fiftyone.core.labels.%s\"",
                      fo_class_name(f->type, false));
    lf_buf_text(out, ", \"subfield\": null, \"fields\": ");
    lf_buf_slice(out, attrs);
    lf_buf_text(out, ", \"db_field\": ");
    lf_json_quote(out, lf_field_target(f), true);
    lf_buf_text(out, ", \"description\": null, \"info\": null, \"read_only\": false}");
}

// What is declared of the labels of a field that gives them to another one: they keep
// their attributes.
static struct lf_slice attrs_of(const struct lf_field *f, struct lf_slice list)
{
    struct lf_slice entry, name, attrs;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &entry);)
        if (f->dest.len && lf_json_type(entry) == LF_JSON_OBJECT &&
            lf_json_get(entry, "name", &name) && lf_json_type(name) == LF_JSON_STRING) {
            name = lf_json_trim(name);
            if (lf_json_key_is((struct lf_slice){name.at + 1, name.len - 2}, f->name) &&
                lf_json_get(entry, "fields", &attrs) &&
                lf_json_type(attrs) == LF_JSON_ARRAY)
                return lf_json_trim(attrs);
        }
    return LF_S("[]");
}

// The same before FiftyOne 0.8.
static void put_legacy(const struct lf_field *f, struct lf_buf *out)
{
    lf_json_quote(out, lf_field_target(f), true);
    if (f->type == LF_FT_SCALAR)
        lf_buf_printf(out, ": \"fiftyone.core.fields.%s\"", scalar_class(f->scalar));
    else
        lf_buf_printf(out,
                      ": \"fiftyone.core.fields.EmbeddedDocumentField("
                      "fiftyone.core.labels.%s)\"",
                      fo_class_name(f->type, false));
}

// Behind the last field that is declared; NULL: there is none.
static const char *last_end(const struct fo_dataset *ds, struct lf_slice list)
{
    struct lf_slice key, entry;
    const char *end = NULL;
    struct lf_json_walk w = lf_json_enter(list);
    while (ds->legacy ? lf_json_member(&w, &key, &entry)
                      : lf_json_element(&w, &entry)) {
        entry = lf_json_trim(entry);
        end = entry.at + entry.len;
    }
    return end;
}

bool fo_declare(const struct fo_dataset *ds, const struct lf_schema *s,
                struct lf_buf *out, bool *changed, struct lf_error *err)
{
    struct lf_slice list;
    const struct fo_field *known;
    struct lf_buf put = {0};
    *changed = false;
    if (!lf_json_get(lf_json_trim(ds->metadata), "sample_fields", &list))
        return lf_fail(err, LF_E_NOT_DATASET,
                       "metadata.json has no list \"sample_fields\"");
    list = lf_json_trim(list);
    const char *end = last_end(ds, list);
    for (size_t i = 0; i < s->fields; i++) {
        if (fo_field_find(ds, lf_field_target(&s->field[i]), &known))
            continue;
        if (end || *changed)
            lf_buf_text(&put, ", ");
        if (ds->legacy)
            put_legacy(&s->field[i], &put);
        else
            put_entry(&s->field[i], attrs_of(&s->field[i], list), &put);
        *changed = true;
    }
    const char *at = end ? end : list.at + 1;
    lf_buf_slice(out, lf_slice_between(ds->metadata.at, at));
    lf_buf_slice(out, lf_buf_view(&put));
    lf_buf_slice(out, lf_slice_between(at, ds->metadata.at + ds->metadata.len));
    bool ok = lf_buf_ok(&put, err) && lf_buf_ok(out, err);
    lf_buf_done(&put);
    return ok;
}
