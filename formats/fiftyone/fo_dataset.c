#include "formats/fiftyone/fo_dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_stream.h"

// metadata.json holds schema and runs of a dataset, never labels; a larger one is not
// FiftyOne's.
enum { METADATA_MOST = 1 << 28 };

static const struct lf_json_rules as_python = {.constants = true};

static struct lf_slice text_or(struct lf_slice doc, const char *key, struct lf_arena *a,
                               struct lf_error *err)
{
    struct lf_slice value, text = {"", 0};
    if (lf_json_get(doc, key, &value)) {
        value = lf_json_trim(value);
        struct lf_slice raw;
        if (lf_json_type(value) == LF_JSON_STRING &&
            lf_json_string(value, a, &raw, err))
            text = raw;
    }
    return text;
}

// "fiftyone.core.labels.Detections" -> "Detections"; empty without the prefix.
static struct lf_slice after(struct lf_slice type, struct lf_slice prefix)
{
    if (!lf_slice_starts(type, prefix))
        return (struct lf_slice){"", 0};
    return (struct lf_slice){type.at + prefix.len, type.len - prefix.len};
}

static bool read_fields(struct fo_dataset *ds, struct lf_slice list,
                        struct lf_error *err)
{
    struct lf_slice entry;
    size_t room = 0;
    void *fields = NULL;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &entry);) {
        if (!lf_arena_grow(&ds->arena, &fields, &room, ds->fields + 1,
                           sizeof *ds->field, err))
            return false;
        ds->field = fields;
        entry = lf_json_trim(entry);
        struct lf_slice db = text_or(entry, "db_field", &ds->arena, err);
        struct fo_field *f = &ds->field[ds->fields++];
        f->name = db.len ? db : text_or(entry, "name", &ds->arena, err);
        f->cls = after(text_or(entry, "embedded_doc_type", &ds->arena, err),
                       LF_S("fiftyone.core.labels."));
        f->type = after(text_or(entry, "ftype", &ds->arena, err),
                        LF_S("fiftyone.core.fields."));
    }
    return err->code == LF_OK;
}

// FiftyOne takes a folder without a version for the layout of before 0.8.
static bool read_schema(struct fo_dataset *ds, struct lf_slice doc,
                        struct lf_error *err)
{
    struct lf_slice fields, version;
    bool has_fields = lf_json_get(doc, "sample_fields", &fields);
    enum lf_json_type type =
        has_fields ? lf_json_type(lf_json_trim(fields)) : LF_JSON_NULL;
    ds->legacy = has_fields && !lf_json_get(doc, "version", &version);
    if (ds->legacy && type == LF_JSON_OBJECT)
        return fo_legacy_fields(ds, lf_json_trim(fields), err);
    if (ds->legacy && type == LF_JSON_ARRAY)
        return lf_fail(err, LF_E_DATASET_LAYOUT,
                       "metadata.json names no version, so FiftyOne would take it for "
                       "one of before 0.8, where fields are listed otherwise");
    if (type != LF_JSON_ARRAY)
        return lf_fail(err, LF_E_NOT_DATASET,
                       "metadata.json has no list \"sample_fields\"");
    return read_fields(ds, lf_json_trim(fields), err);
}

static bool read_metadata(struct fo_dataset *ds, struct lf_error *err)
{
    struct lf_buf text = {0};
    struct lf_in *in = lf_in_below(ds->folder_fd, "metadata.json", true, err);
    bool ok = in && fo_read_all(in, METADATA_MOST, LF_E_NOT_DATASET,
                                "metadata.json is too long for one", &text, err);
    ok = ok && lf_arena_text(&ds->arena, lf_buf_view(&text), &ds->metadata, err);
    lf_in_free(&in);
    lf_buf_done(&text);
    if (ok && !lf_json_check(ds->metadata, as_python, 0, err))
        return lf_fail_in_file(err, "metadata.json");
    if (!ok)
        return false;
    struct lf_slice doc = lf_json_trim(ds->metadata);
    ds->version = text_or(doc, "version", &ds->arena, err);
    ds->name = text_or(doc, "name", &ds->arena, err);
    ds->media_type = text_or(doc, "media_type", &ds->arena, err);
    struct lf_slice id;
    struct lf_id parsed;
    char hex[25] = "";
    if (lf_json_get(doc, "_id", &id) && fo_id(id, &parsed))
        lf_id_print(&parsed, hex);
    if (!lf_arena_text(&ds->arena, lf_slice_of(hex), &ds->id, err))
        return false;
    return read_schema(ds, doc, err) || lf_fail_in_file(err, "metadata.json");
}

bool fo_open(struct fo_dataset *ds, const char *folder, struct lf_error *err)
{
    struct stat st;
    *ds = (struct fo_dataset){.folder_fd = -1, .again_fd = -1};
    if (strlen(folder) >= sizeof ds->folder - 64)
        return lf_fail(err, LF_E_PATH, "the path is too long");
    snprintf(ds->folder, sizeof ds->folder, "%s", folder);
    ds->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = ds->folder_fd >= 0 ||
              (errno == ENOTDIR ? lf_fail(err, LF_E_NOT_DATASET, "it is not a folder")
                                : lf_fail_errno(err, "cannot open the dataset"));
    if (ok && fstatat(ds->folder_fd, "metadata.json", &st, 0) != 0)
        ok = errno == ENOENT
                 ? lf_fail(err, LF_E_NOT_DATASET, "there is no metadata.json")
                 : lf_fail_errno(err, "cannot look at metadata.json");
    ok = ok && read_metadata(ds, err);
    ok = ok && fo_list(ds, err);
    if (!ok) {
        lf_fail_in_file(err, folder);
        fo_done(ds);
    }
    return ok;
}

void fo_done(struct fo_dataset *ds)
{
    lf_json_stream_free(&ds->stream);
    lf_in_free(&ds->in);
    if (ds->folder_fd >= 0)
        close(ds->folder_fd);
    if (ds->again_fd >= 0)
        close(ds->again_fd);
    lf_free(ds->file);
    lf_buf_done(&ds->names);
    lf_buf_done(&ds->text);
    lf_arena_done(&ds->arena);
    *ds = (struct fo_dataset){.folder_fd = -1, .again_fd = -1};
}

bool fo_field_find(const struct fo_dataset *ds, struct lf_slice name,
                   const struct fo_field **f)
{
    for (size_t i = 0; i < ds->fields; i++)
        if (lf_slice_eq(ds->field[i].name, name)) {
            *f = &ds->field[i];
            return true;
        }
    return false;
}

bool fo_field_own(struct lf_slice name)
{
    static const char *const names[] = {"id",       "filepath",   "tags",
                                        "metadata", "created_at", "last_modified_at"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (lf_slice_is(name, names[i]))
            return true;
    return name.len && name.at[0] == '_';
}

bool fo_field_name_ok(struct lf_slice name)
{
    bool ok = name.len && name.len <= LF_NAME_BYTES && !fo_field_own(name) &&
              !lf_slice_is(name, "frames") && !lf_slice_is(name, "groups");
    for (size_t i = 0; ok && i < name.len; i++)
        ok = name.at[i] != '.' && name.at[i] != '$' && (unsigned char)name.at[i] >= ' ';
    return ok;
}

bool fo_attr_name_ok(struct lf_slice name)
{
    bool ok = name.len && name.len <= LF_NAME_BYTES && fo_key(name) == FO_OWN &&
              name.at[0] != '$' && !lf_slice_is(name, "rotation") &&
              !lf_slice_is(name, "id");
    for (size_t i = 0; ok && i < name.len; i++)
        ok = name.at[i] != '.' && (unsigned char)name.at[i] >= ' ';
    return ok;
}

enum lf_value fo_field_scalar(const struct fo_field *f)
{
    static const struct {
        const char *type;
        enum lf_value value;
    } rows[] = {{"IntField", LF_V_INT},
                {"FloatField", LF_V_FLOAT},
                {"BooleanField", LF_V_BOOL},
                {"StringField", LF_V_TEXT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(f->type, rows[i].type) && !fo_field_own(f->name))
            return rows[i].value;
    return LF_V_NULL;
}

bool fo_field_takes(const struct fo_field *f, enum lf_field_type type)
{
    if (type == LF_FT_SCALAR)
        return fo_field_scalar(f) != LF_V_NULL;
    return f->cls.len && type != LF_FT_UNKNOWN &&
           lf_slice_is(f->cls, fo_class_name(type, false));
}

enum lf_field_type fo_field_type(const struct fo_field *f)
{
    static const enum lf_field_type types[] = {
        LF_FT_CLASSIFICATION, LF_FT_CLASSIFICATIONS, LF_FT_DETECTION, LF_FT_DETECTIONS,
        LF_FT_POLYGON,        LF_FT_POLYGONS,        LF_FT_KEYPOINT,  LF_FT_KEYPOINTS,
        LF_FT_SEGMENTATION,   LF_FT_SCALAR};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (fo_field_takes(f, types[i]))
            return types[i];
    return LF_FT_UNKNOWN;
}

void fo_field_words(const struct fo_field *f, const char *between, struct lf_buf *out)
{
    enum lf_field_type first = fo_field_type(f);
    if (first == LF_FT_UNKNOWN)
        return;
    lf_buf_text(out, lf_field_type_name(first));
    for (int i = LF_FT_CLASSIFICATION; i < LF_FT_END; i++) {
        enum lf_field_type type = (enum lf_field_type)i;
        if (type != first && fo_field_takes(f, type)) {
            lf_buf_text(out, between);
            lf_buf_text(out, lf_field_type_name(type));
        }
    }
}
