// The run record: one request for annotations, as a folder of plain files under the
// dataset's annotations/.
//
//   run.json    uid, key, tool, format, rules, schema, options, tasks, merges
//   items.tsv   a row a sample, in dataset order: sample id, archive name, task, width,
//   height,
//               digest of base, place and length of base in base.jsonl. Tabs, line
//               feeds and backslashes in names are \t, \n, \\.
//   base.jsonl  a line a sample: {"_id": .., "<field>": <value>, ..}, values byte for
//   byte as
//               they were shipped, and, where some have masks on disk, "_files":
//               {"<path>": "<digest>", ..}. Append-only; items.tsv says which line
//               counts.
//
// The copy that travels with the archives has no base.jsonl.
#ifndef LF_RUN_H
#define LF_RUN_H

#include "formats/base/spool.h"
#include "formats/label/asked.h"
#include "formats/label/run_sent.h"
#include "formats/label/schema.h"

enum { LF_RUN_FORMAT = 1, LF_BASE_DIGEST = 16 };

struct lf_run_item { // 56 bytes a sample; the name stays on disk
    // Width and height are 0 where neither metadata nor image tell them (recorded
    // runs).
    struct lf_id id;
    uint8_t digest[LF_BASE_DIGEST];
    uint32_t task, width, height, base_len;
    uint64_t name_at; // in items.tsv
    uint64_t base_at; // in base.jsonl
};

struct lf_run_merge {       // one archive that was merged
    struct lf_slice digest; // hex, of what was read of it
    struct lf_slice stamp;  // the newest time the archive names, as text; empty: none
    struct lf_slice tasks;  // which tasks it spoke of
    struct lf_slice came;   // which items: {"<field>": "0-8,10"}, rows; empty: not told
    struct lf_slice told; // a JSON list: what it told of tasks (format.h); may be empty
    bool whole;           // nothing of it was left out: it has no more to say
    struct lf_slice origin, pieces; // lf_source's; empty: unknown
    struct lf_slice annotator;
    bool decided; // with a person's decisions, which a repetition lacks
};

// What a reader may ask for while a merge reads: that a class or an attribute the run
// does not know becomes one of its schema's. `class`, `attr` NULL: it stays unknown.
struct lf_learn {
    void *user;
    // *taken false: it cannot become one.
    bool (*class)(void *user, uint16_t field, struct lf_slice name, uint32_t *row,
                  bool *taken, struct lf_error *err);
    bool (*attr)(void *user, uint16_t field, struct lf_slice name, uint16_t *row,
                 bool *taken, struct lf_error *err);
    bool shapes; // shapes of kinds that their field does not hold are kept as well
};

// Work that was not handed in, and counts only where the person who merges says so.
enum lf_accept {
    LF_ACCEPT_SKIPPED = 1,
    LF_ACCEPT_DRAFTS = 2,
    LF_ACCEPT_PREDICTIONS = 4
};

struct lf_run {
    struct lf_slice key, uid, tool, format, dataset, dataset_id, id_attr;
    unsigned rules;
    uint32_t tasks; // chunks of items; a field has one task a chunk
    bool joint;     // one task holds all fields, not each its own
    // As many as lf_run_tasks tells: field by field, or of all fields.
    struct lf_slice *task_name;
    struct lf_slice view;        // what the selection was, as JSON
    struct lf_slice media_field; // whose files were sent; empty: filepath
    struct lf_asked asked;
    struct lf_schema schema;
    struct lf_run_item *item;
    uint32_t items;
    struct lf_run_merge *merge;
    size_t merges;
    bool has_base;
    bool recorded; // FiftyOne sent it; `sent` comes from its record, beside this one
    bool fresh;    // .. and there is no record of ours yet: `folder` is where it goes
    struct lf_run_sent sent; // recorded runs only
    char folder[4096];
    struct lf_run_index *index; // names and ids; made by lf_run_open
    int items_fd, base_fd;
    const struct lf_learn *learn; // only while a merge reads; NULL: nothing is learned
    unsigned accept;              // only while a merge reads: lf_accept bits
    struct lf_first *first; // where base stood before any merge; made when asked for
    struct lf_arena arena;
};

// Opens the record in `folder`. LF_E_RUN_MISSING when there is none.
LF_MUST_USE bool lf_run_open(struct lf_run *run, const char *folder,
                             struct lf_error *err);
void lf_run_done(struct lf_run *run);

// How many tasks were shipped, entries of task_name: the fields that the run learned
// have none.
size_t lf_run_tasks(const struct lf_run *run);
// Which of them holds the items of `chunk` for a field of the run's own.
size_t lf_run_task(const struct lf_run *run, size_t field, uint32_t chunk);
// Row of a sample by its id; `guess` is looked at first.
bool lf_run_row(const struct lf_run *run, const struct lf_id *id, uint32_t guess,
                uint32_t *row);

enum lf_found {
    LF_FOUND_NONE,
    LF_FOUND_EXACT,  // the archive's own name
    LF_FOUND_FORM,   // the same in another Unicode form of its accents
    LF_FOUND_PATH,   // after "./", "\", a drive or escapes of URLs were made plain
    LF_FOUND_SUFFIX, // the only item whose path ends alike
    LF_FOUND_BASE,   // the only item of that base name
    LF_FOUND_TWICE   // more than one item is equally good
};
// Which item an archive's name means. Order of R07: name, plain path, suffix, base
// name; each whatever the Unicode form, the last also whatever the case.
LF_MUST_USE bool lf_run_find(const struct lf_run *run, struct lf_slice name,
                             uint32_t *row, enum lf_found *how, struct lf_error *err);
LF_MUST_USE bool lf_run_name(const struct lf_run *run, uint32_t row, struct lf_arena *a,
                             struct lf_slice *name, struct lf_error *err);

// Digest of a sample's run fields: of (field, value bytes) pairs. `value` may be empty:
// absent; of a learned field that counts as no pair. `files`: what lies beside the
// document (fo_mask_files); empty: nothing.
LF_MUST_USE bool lf_base_digest(const struct lf_schema *s, const struct lf_slice *value,
                                struct lf_slice files, uint8_t out[LF_BASE_DIGEST],
                                struct lf_error *err);
// The line of base for a row, as a document. Reads from disk.
LF_MUST_USE bool lf_base_read(const struct lf_run *run, uint32_t row,
                              struct lf_arena *a, struct lf_slice *doc,
                              struct lf_error *err);
// A line at a known place: what was shipped first, before merges moved base.
LF_MUST_USE bool lf_base_read_at(const struct lf_run *run, uint64_t at, uint32_t len,
                                 struct lf_arena *a, struct lf_slice *doc,
                                 struct lf_error *err);
// The same as it was shipped first, before any merge. *known false: the record does not
// say.
LF_MUST_USE bool lf_base_first(struct lf_run *run, uint32_t row, struct lf_arena *a,
                               struct lf_slice *doc, bool *known, struct lf_error *err);
// The document that base holds for these values and files.
LF_MUST_USE bool lf_base_doc(const struct lf_schema *s, const struct lf_id *id,
                             const struct lf_slice *value, struct lf_slice files,
                             struct lf_buf *out, struct lf_error *err);
// The files of such a document; empty: none.
struct lf_slice lf_base_files(struct lf_slice doc);

// Texts of the three files.
void lf_run_json(const struct lf_run *run, struct lf_buf *out);
void lf_run_item_line(struct lf_buf *out, const struct lf_run_item *item,
                      struct lf_slice name);
// FiftyOne's rule for a run's name.
bool lf_run_key_ok(struct lf_slice key);

#endif
