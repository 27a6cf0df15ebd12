// FiftyOne's own dataset on disk: metadata.json, and samples.json or one file a sample,
// read by slices and written back number by number. Source of the format: a
// FiftyOne 1.22.1 export
// ("FiftyOneDataset"). Coordinates in the file are relative to the image, [x, y, w, h];
// in the model pixels, corners.
#ifndef FO_DATASET_H
#define FO_DATASET_H

#include "formats/base/edit.h"
#include "formats/base/files.h"
#include "formats/base/json_stream.h"
#include "formats/label/change.h"
#include "formats/label/schema.h"
#include "formats/mask/pixels.h"

struct fo_field {
    struct lf_slice name;
    struct lf_slice cls;  // "Detections"; empty: not a label
    struct lf_slice type; // "IntField", "EmbeddedDocumentField"
};

struct fo_file {      // one that holds samples
    const char *name; // below the dataset's folder
    uint64_t state;   // of its size and time when it was read first; 0: not yet
};

struct fo_dataset {
    char folder[4096];
    struct lf_slice name, id, version, media_type;
    struct lf_slice metadata; // metadata.json, whole
    struct fo_field *field;   // sample_fields, in order
    size_t fields;
    bool legacy; // of before FiftyOne 0.8: no version, sample_fields is an object
    bool dirs;   // one document a file, in samples/; else all in samples.json
    struct fo_file *file;
    uint32_t files, next;
    struct lf_buf names, text; // of all files; the file that was read last
    struct lf_in *in;
    struct lf_json_stream *stream;
    int folder_fd;
    int again_fd; // of fo_read_at; -1: none
    uint32_t again;
    struct lf_arena arena;
};

struct fo_doc {
    struct lf_slice gap, raw, tail; // the bytes before it, the document, behind it
    uint64_t at;                    // byte offset of raw in its file
    uint32_t file;                  // number of its file
};

struct fo_place { // where a document stands, for reading it again
    uint64_t at, mark;
    uint32_t file, len;
};

struct fo_head {
    struct lf_id id;
    struct lf_slice filepath; // decoded
    struct lf_slice media_type;
    uint32_t width, height; // 0: no metadata
};

// Reads metadata.json and looks at the layout. LF_E_NOT_DATASET, LF_E_DATASET_LAYOUT.
LF_MUST_USE bool fo_open(struct fo_dataset *ds, const char *folder,
                         struct lf_error *err);
void fo_done(struct fo_dataset *ds);
// Starts (again) at the first sample. A file that changed since the first time:
// LF_E_CHANGED.
LF_MUST_USE bool fo_rewind(struct fo_dataset *ds, struct lf_error *err);
// In samples.json the gap reaches back to the document before and the tail is empty;
// when *more is false, doc->gap holds the rest of the file. A file of its own is gap,
// raw and tail. Slices live until the next call.
LF_MUST_USE bool fo_next(struct fo_dataset *ds, struct fo_doc *doc, bool *more,
                         struct lf_error *err);
struct fo_place fo_place(const struct fo_doc *doc);
// The document at a known place, for reading out of order; another one than was seen
// first is LF_E_CHANGED.
LF_MUST_USE bool fo_read_at(struct fo_dataset *ds, const struct fo_place *place,
                            struct lf_arena *a, struct lf_slice *raw,
                            struct lf_error *err);
// "samples.json", "samples/000001-65a0....json"; lives as long as the dataset.
const char *fo_file_name(const struct fo_dataset *ds, uint32_t file);
// Adds a document's file and offset to a failure.
bool fo_fail_in(const struct fo_dataset *ds, const struct fo_doc *doc,
                struct lf_error *err);
LF_MUST_USE bool fo_head(struct lf_slice raw, struct lf_arena *a, struct fo_head *head,
                         struct lf_error *err);
bool fo_field_find(const struct fo_dataset *ds, struct lf_slice name,
                   const struct fo_field **f);
// Type of a declared field where nobody asked for another: boxes of Detections,
// polygons of Polylines, as FiftyOne does. LF_FT_UNKNOWN: it cannot be annotated.
enum lf_field_type fo_field_type(const struct fo_field *f);
// Whether a run may ask for the field as `type`.
bool fo_field_takes(const struct fo_field *f, enum lf_field_type type);
// The words for those types, default first, with `between` between them; none: empty.
void fo_field_words(const struct fo_field *f, const char *between, struct lf_buf *out);
// What every sample has: names, places and dates that nobody annotates.
bool fo_field_own(struct lf_slice name);
// Whether FiftyOne takes a new field, or an attribute of a label, under that name.
bool fo_field_name_ok(struct lf_slice name);
bool fo_attr_name_ok(struct lf_slice name);
// JSON type of a scalar field's values; LF_V_NULL: it is none that can be annotated.
enum lf_value fo_field_scalar(const struct fo_field *f);

// What a document's labels are read with.
struct fo_source {
    const struct lf_schema *schema;
    const struct lf_files *files; // masks on disk; NULL: none can be read
    struct lf_pixel_tool *pixels;
    bool relative;    // samples of size 1 x 1: the document's own numbers and arrays
    bool every_class; // masks of all labels, whatever the schema's classes
    bool strays;      // masks among boxes are read as well
    struct lf_slice then; // fo_mask_files of the document that was shipped; empty: now
};

// Masks on disk, by their path below the dataset's folder; no link is followed. An
// absolute path is never found. LF_E_PATH, LF_E_LIMIT_COUNT (limit mask-file). `ds`,
// open, must outlive it.
struct lf_files fo_files(const struct fo_dataset *ds);
// {"fields/a.png": "<32 hex digits of its content>", ..} of the run's masks on disk
// that count (those of labels without an array of their own), in the order of the
// document; empty if there are none. A file that is missing has "". What `src->then`
// tells is taken from there.
LF_MUST_USE bool fo_mask_files(const struct fo_source *src, struct lf_slice raw,
                               struct lf_arena *a, struct lf_slice *json,
                               struct lf_error *err);

// Every label in a field's value, of whatever kind: the value itself if it has an id,
// or the elements of its list, those without an id too.
LF_MUST_USE bool fo_each_label(struct lf_slice value,
                               bool (*see)(void *user, const struct lf_id *id,
                                           struct lf_slice raw, struct lf_error *err),
                               void *user, struct lf_error *err);
// The values of the run's fields in a document, field by field; absent and null: empty.
void fo_values(const struct lf_schema *s, struct lf_slice raw, struct lf_slice *value);
// The run's labels of a document. `sample` comes with id, row, width and height
// (pixels) set. Masks are read of labels that may travel; LF_E_MASK: one cannot be.
// With `src->then`, labels are `lost` whose file is another one now.
LF_MUST_USE bool fo_parse(const struct fo_source *src, struct lf_slice raw,
                          struct lf_arena *a, struct lf_sample *sample,
                          struct lf_error *err);

struct fo_own { // a key that FiftyOne does not declare, raw, and its value
    struct lf_slice key, value;
};
struct fo_attrs {
    struct fo_own *own;
    size_t count;
    struct lf_slice legacy; // the object "attributes"; empty: nothing in it
};

// What is seen of a field while a schema is inferred: one call a label.
struct fo_seen {
    struct lf_slice name; // class; empty: none
    unsigned kind;
    struct lf_slice raw; // the label
    struct fo_attrs attrs;
    size_t rings; // of a polyline or polygon: its shapes
};
LF_MUST_USE bool fo_walk(enum lf_field_type type, struct lf_slice value,
                         bool (*see)(void *user, const struct fo_seen *seen,
                                     struct lf_error *err),
                         void *user, struct lf_arena *a, struct lf_error *err);
// Attributes of a label, direct and legacy: name (decoded) and value, one call each.
// Declared keys of FiftyOne's own are left out.
LF_MUST_USE bool fo_walk_attrs(const struct fo_attrs *attrs,
                               bool (*see)(void *user, struct lf_slice name,
                                           struct lf_slice value, struct lf_error *err),
                               void *user, struct lf_arena *a, struct lf_error *err);

// The byte changes that a plan means. `sample` was parsed from its raw; `slack`
// (pixels) decides which numbers of a box count as come back as they were. Sorted, no
// overlap. `note` is told of values that were widened or do not fit (code, change,
// attribute row).
struct fo_notes {
    void *user;
    bool (*note)(void *user, enum lf_code code, const struct lf_change *c,
                 unsigned attr, struct lf_error *err);
};
struct fo_new_file { // a mask on disk that an edit made; named by its content
    struct lf_slice path, bytes;
};
struct fo_new_files { // in an arena
    struct fo_new_file *file;
    size_t count, room;
};
// `files` NULL: masks on disk are written into the document instead, beside their path
// (base has no files). Numbers that came back as they were keep their text, arrays
// their type; rings pair by part.
LF_MUST_USE bool fo_edits(const struct fo_source *src, const struct lf_sample *sample,
                          const struct lf_changes *plan, double slack,
                          const struct fo_notes *notes, struct lf_arena *a,
                          struct lf_edits *edits, struct fo_new_files *files,
                          struct lf_error *err);
// What a merge gives to another field than the run's.
struct fo_dest {
    const struct lf_field *field; // with `dest`, of the same class
    struct lf_slice value;        // raw, as of fo_values; empty: nothing
    const struct lf_slice *was;   // scalars that may be replaced, likewise
    size_t wases;
    // Whether a label there is the run's, so that it may be replaced or removed; called
    // with an id that is known.
    bool (*known)(const void *user, const struct lf_id *id);
    // Hears of each label that is.
    bool (*tell)(void *user, const struct lf_id *id, struct lf_error *err);
    void *user;
    bool force; // single fields and scalars: somebody else's is replaced too
};
// Adds the edits that bring `d` into the sample's document; labels of somebody else
// stay. *occupied: a single field or scalar holds somebody else's, so nothing was
// added. Sort the edits afterwards. LF_E_DOCUMENT: the field holds something of another
// class.
LF_MUST_USE bool fo_edit_dest(const struct fo_source *src,
                              const struct lf_sample *sample, const struct fo_dest *d,
                              struct lf_arena *a, struct lf_edits *edits,
                              bool *occupied, struct lf_error *err);
// The value of `field` with its masks on disk as files of their own in the folder of
// `dest`, added to `files`; those that `made` holds are taken from there. A file that
// is missing keeps its path.
LF_MUST_USE bool fo_dest_masks(const struct fo_source *src,
                               const struct lf_field *field,
                               const struct fo_new_files *made, struct lf_arena *a,
                               struct lf_slice *value, struct fo_new_files *files,
                               struct lf_error *err);
// A new label as FiftyOne's JSON of it. `f` tells its class and its attributes; a mask
// on disk goes inside.
LF_MUST_USE bool fo_label_json(const struct fo_source *src, const struct lf_field *f,
                               const struct lf_sample *sample, const struct lf_label *l,
                               const struct lf_id *id, struct lf_arena *a,
                               struct lf_buf *out, struct lf_error *err);
// The byte change that appends a tag to a sample's "tags", or makes the list; no edit
// if the tag is there or "tags" is no list.
LF_MUST_USE bool fo_add_tag(struct lf_slice raw, struct lf_slice tag,
                            struct lf_arena *a, struct lf_edits *edits,
                            struct lf_error *err);
// metadata.json with the run's new fields declared; *changed false when all are there.
LF_MUST_USE bool fo_declare(const struct fo_dataset *ds, const struct lf_schema *s,
                            struct lf_buf *out, bool *changed, struct lf_error *err);

#endif
