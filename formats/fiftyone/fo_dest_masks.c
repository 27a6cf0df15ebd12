// Masks on disk of a field that receives another one's labels. FiftyOne looks for a
// field's files in a folder of the field's own, fields/FIELD or
// fields/FIELD.detections, and takes paths into any other for paths from where it runs.
#include "formats/fiftyone/fo_arrays.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_masks.h"

struct moving {
    const struct fo_source *src;
    const struct lf_field *field;
    const struct fo_new_files *made;
    struct fo_new_files *files;
    struct lf_slice value;
    struct lf_arena *a;
    struct lf_edits edits;
    struct lf_error *err;
};

static const struct fo_new_file *made_at(const struct moving *m, struct lf_slice path)
{
    for (size_t i = 0; i < m->made->count; i++)
        if (lf_slice_eq(m->made->file[i].path, path))
            return &m->made->file[i];
    return NULL;
}

static bool keep(struct moving *m, const struct fo_new_file *file)
{
    void *list = m->files->file;
    if (!lf_arena_grow(m->a, &list, &m->files->room, m->files->count + 1,
                       sizeof *m->files->file, m->err))
        return false;
    m->files->file = list;
    m->files->file[m->files->count++] = *file;
    return true;
}

// The path in the folder of the field that receives; empty: it is in no field's.
static bool path_there(const struct moving *m, struct lf_slice path,
                       struct lf_slice *there)
{
    const struct lf_slice lead = LF_S("fields/"), name = m->field->name;
    size_t n = lead.len + name.len;
    *there = (struct lf_slice){0};
    if (path.len <= n || memcmp(path.at, lead.at, lead.len) != 0 ||
        memcmp(path.at + lead.len, name.at, name.len) != 0 ||
        (path.at[n] != '/' && path.at[n] != '.'))
        return true;
    return lf_arena_printf(m->a, there, m->err, "%.*s%.*s%.*s", (int)lead.len, lead.at,
                           (int)m->field->dest.len, m->field->dest.at,
                           (int)(path.len - n), path.at + n);
}

static bool copy_file(struct moving *m, struct lf_slice from, struct lf_slice to,
                      struct lf_slice bytes)
{
    struct lf_buf text = {0};
    struct lf_slice path, put;
    bool ok = fo_file_add(m->files, m->a, to, bytes, &path, m->err);
    if (ok)
        lf_json_quote(&text, path, true);
    ok = ok && lf_buf_ok(&text, m->err) &&
         lf_arena_text(m->a, lf_buf_view(&text), &put, m->err) &&
         lf_edits_add(&m->edits, m->a, (size_t)(from.at - m->value.at), from.len, put,
                      m->err);
    lf_buf_done(&text);
    return ok;
}

static bool move_label(struct moving *m, struct lf_slice label)
{
    struct fo_mask_at at;
    struct lf_slice path, there;
    struct lf_buf bytes = {0};
    bool found = false, ok = true;
    fo_mask_at(label, &at);
    if (!at.mask_path.len || lf_json_type(at.mask_path) != LF_JSON_STRING)
        return true;
    if (!lf_json_string(at.mask_path, m->a, &path, m->err) ||
        !path_there(m, path, &there))
        return false;
    const struct fo_new_file *made = made_at(m, path);
    if (!there.len)
        return !made || keep(m, made);
    if (made)
        return copy_file(m, at.mask_path, there, made->bytes);
    if (m->src->files)
        ok = m->src->files->read(m->src->files->user, path, &bytes, &found, m->err) &&
             lf_buf_ok(&bytes, m->err);
    ok = ok && (!found || copy_file(m, at.mask_path, there, lf_buf_view(&bytes)));
    lf_buf_done(&bytes);
    return ok;
}

bool fo_dest_masks(const struct fo_source *src, const struct lf_field *field,
                   const struct fo_new_files *made, struct lf_arena *a,
                   struct lf_slice *value, struct fo_new_files *files,
                   struct lf_error *err)
{
    struct moving m = {.src = src,
                       .field = field,
                       .made = made,
                       .files = files,
                       .value = *value,
                       .a = a,
                       .err = err};
    struct lf_slice list, label;
    struct lf_buf text = {0};
    bool ok = true;
    if (field->type == LF_FT_SCALAR || lf_json_type(*value) != LF_JSON_OBJECT)
        return true;
    if (!lf_field_is_list(field->type))
        ok = move_label(&m, *value);
    else if (lf_json_get(*value, fo_list_key(field->type), &list) &&
             lf_json_type(list) == LF_JSON_ARRAY)
        for (struct lf_json_walk w = lf_json_enter(lf_json_trim(list));
             ok && lf_json_element(&w, &label);)
            ok = move_label(&m, lf_json_trim(label));
    if (ok && m.edits.count) {
        ok = lf_edits_sort(&m.edits, a, value->len, err);
        if (ok)
            lf_edits_apply(&m.edits, *value, &text);
        ok = ok && lf_buf_ok(&text, err) &&
             lf_arena_text(a, lf_buf_view(&text), value, err);
    }
    lf_buf_done(&text);
    return ok;
}
