// The layout of before FiftyOne 0.8, which it still writes on request
// (LegacyFiftyOneDataset, seen in 1.22.1): metadata.json names no version, and its
// sample_fields are texts by name: "filepath": "fiftyone.core.fields.StringField",
// "ground_truth": "fiftyone.core.fields.EmbeddedDocumentField(fiftyone.core.labels.
// Detections)". Samples are written as ever, always in samples.json.
#include "formats/fiftyone/fo_stream.h"

static const char fields_at[] = "fiftyone.core.fields.";
static const char labels_at[] = "(fiftyone.core.labels.";

static void read_type(struct lf_slice text, struct fo_field *f)
{
    const char *end = text.at + text.len;
    f->cls = f->type = (struct lf_slice){"", 0};
    if (!lf_slice_starts(text, LF_S(fields_at)))
        return;
    const char *at = text.at + sizeof fields_at - 1;
    const char *inner = memchr(at, '(', (size_t)(end - at));
    f->type = lf_slice_between(at, inner ? inner : end);
    if (!inner || end[-1] != ')' ||
        !lf_slice_starts(lf_slice_between(inner, end), LF_S(labels_at)))
        return;
    f->cls = lf_slice_between(inner + sizeof labels_at - 1, end - 1);
}

bool fo_legacy_fields(struct fo_dataset *ds, struct lf_slice dict, struct lf_error *err)
{
    struct lf_slice key, value, text;
    void *fields = NULL;
    size_t room = 0;
    for (struct lf_json_walk w = lf_json_enter(dict);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) != LF_JSON_STRING)
            return lf_fail(err, LF_E_NOT_DATASET,
                           "a field's type in \"sample_fields\" is not a text");
        if (!lf_arena_grow(&ds->arena, &fields, &room, ds->fields + 1,
                           sizeof *ds->field, err))
            return false;
        ds->field = fields;
        struct fo_field *f = &ds->field[ds->fields++];
        if (!lf_json_key(key, &ds->arena, &f->name, err) ||
            !lf_json_string(value, &ds->arena, &text, err))
            return false;
        read_type(text, f);
    }
    return true;
}
