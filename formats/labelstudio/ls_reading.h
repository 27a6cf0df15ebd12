// What the parts of the reader share: the controls of a run, a task, and the item that
// is made of somebody's results for it.
#ifndef LS_READING_H
#define LS_READING_H

#include "formats/base/names.h"
#include "formats/format.h"
#include "formats/labelstudio/ls_names.h"
#include "formats/labelstudio/ls_value.h"

// ---------------------------------------------------------------------------- controls

enum { LS_FIELD = -1, LS_ID = -2 }; // what a control is for, where not for an attribute

struct ls_control {
    uint16_t field;
    int32_t attr; // row, or LS_FIELD, LS_ID
};

struct ls_controls { // of the run's own fields; all zeroes: none
    struct lf_names names;
    struct ls_control *at;
};

LF_MUST_USE bool ls_controls_of(const struct lf_run *run, struct ls_controls *c,
                                struct lf_error *err);
bool ls_controls_find(const struct ls_controls *c, struct lf_slice name,
                      struct ls_control *found);
void ls_controls_done(struct ls_controls *c);

// ---------------------------------------------------------------------------- tasks

struct ls_turn {           // what one person handed in for a task
    struct lf_slice who;   // annotator; empty: unknown
    struct lf_slice stamp; // when it was last changed, sortable
    int64_t id;            // of the annotation, for those of one time; -1: none
    struct lf_slice list;  // its results; of JSON_MIN the record
    struct lf_error fault; // it cannot be read
};

struct ls_task {                // in the arena of its reading
    struct lf_slice data, meta; // objects; empty: none
    struct lf_slice name;       // "task 7"; empty: it has no number
    uint64_t at;                // byte offset in its file
    struct lf_slice project, created;
    struct lf_id sample;
    struct lf_slice item; // the sample's name, as the task has it
    bool flat;            // a record of JSON_MIN
    bool foreign;         // of another run
    struct ls_turn *turn;
    size_t turns, room;
};

struct ls_place { // where something is said
    const struct lf_run *run;
    struct lf_events *ev;
    const char *file;
};

// Reads an element of a list of tasks, or the one task of a file, and tells what of it
// does not count. What is no task at all fails, as does memory.
LF_MUST_USE bool ls_read_task(const struct ls_place *p, struct lf_slice json,
                              uint64_t at, struct ls_task *t, struct lf_arena *a,
                              struct lf_error *err);
// A time with its fraction in six digits, so that texts sort as times do.
LF_MUST_USE bool ls_stamp(struct lf_slice text, struct lf_arena *a,
                          struct lf_slice *stamp, struct lf_error *err);
// The name of a picture behind an address: escapes decoded, what storages and uploads
// put around it gone. Empty: it has none (a data URI).
LF_MUST_USE bool ls_image_name(struct lf_slice url, struct lf_arena *a,
                               struct lf_slice *name, struct lf_error *err);

// ---------------------------------------------------------------------------- items

#define LS_NO_PART UINT32_MAX

struct ls_region {        // beside the label it became
    struct lf_slice id;   // as the tool has it; empty: none
    struct lf_slice base; // of ours, without its part; empty: not ours
    uint32_t part, parts; // part from 0 or LS_NO_PART; parts 0: not told
    struct lf_slice node; // the first text in its meta
    uint32_t class_row;   // LF_NO_CLASS: unknown
    uint32_t number;      // of its result
    size_t attr_room;
    bool gone; // it went into another label
};

struct ls_work { // an item that is being made
    struct ls_place place;
    const struct ls_controls *controls;
    int forced; // field the person named, -1
    const struct ls_task *task;
    struct lf_arena *a;
    struct lf_item *item;
    struct ls_region *region; // as many as labels
    size_t label_room, region_room;
    struct lf_names ids; // of regions
    uint32_t *first;     // by id: its first region
    size_t first_room;
    bool bare;     // there is no run: all is counted, nothing known
    bool unlinked; // JSON_MIN: attributes do not say whose they are
    bool lost;     // .. and ids do not either
};

// The results of a list into labels of the item. What is damaged becomes a fault of it.
LF_MUST_USE bool ls_read_results(struct ls_work *w, struct lf_slice list,
                                 struct lf_error *err);
// The same for a record of JSON_MIN.
LF_MUST_USE bool ls_read_flat(struct ls_work *w, struct lf_slice record,
                              struct lf_error *err);
LF_MUST_USE bool ls_take_results(struct ls_work *w, const struct ls_result *r, size_t n,
                                 struct lf_error *err);
void ls_work_done(struct ls_work *w);

// Regions that are one label: points are put together, rings get their parts.
LF_MUST_USE bool ls_gather(struct ls_work *w, struct lf_error *err);

LF_MUST_USE bool ls_tell(const struct ls_work *w, enum lf_code code, uint32_t number,
                         const struct lf_label *l, struct lf_slice was,
                         struct lf_slice came, const char *text, struct lf_error *err);

#endif
