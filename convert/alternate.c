#include "convert/alternate.h"

#include "formats/base/cli.h"
#include "formats/base/json.h"

bool lf_alternate_field(const struct fo_dataset *ds, const char *field,
                        struct lf_error *err)
{
    const struct fo_field *f;
    char safe[100];
    if (fo_field_find(ds, lf_slice_of(field), &f) && fo_field_scalar(f) == LF_V_TEXT)
        return true;
    return lf_fail(err, LF_E_OPTION,
                   "--media-field: the dataset has no text field \"%s\"",
                   lf_escape(lf_slice_of(field), safe, sizeof safe));
}

static bool refuse(const char *field, const char *why, struct lf_error *err)
{
    char safe[100];
    return lf_fail(err, LF_E_ALTERNATE, "field \"%s\": %s",
                   lf_escape(lf_slice_of(field), safe, sizeof safe), why);
}

bool lf_alternate_path(const struct lf_media_roots *roots, struct lf_slice raw,
                       const char *field, struct lf_slice original, struct lf_arena *a,
                       struct lf_slice *path, struct lf_error *err)
{
    struct lf_slice value, text;
    if (!lf_json_get(raw, field, &value) ||
        lf_json_type(lf_json_trim(value)) != LF_JSON_STRING)
        return refuse(field, "the sample has no alternate media", err);
    if (!lf_json_string(lf_json_trim(value), a, &text, err))
        return false;
    if (!text.len)
        return refuse(field, "the sample has no alternate media", err);
    if (lf_media_same(roots, text, original))
        return refuse(field, "its file is the original", err);
    *path = text;
    return true;
}
