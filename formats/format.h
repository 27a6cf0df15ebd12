// What a format is: a folder and a row in table.c. Readers and writers only go forward.
//
// The law every row is tested by, on fixtures and on random samples:
//   next(put(ship(s))) == ship(s)
#ifndef LF_FORMAT_H
#define LF_FORMAT_H

#include "formats/base/event.h"
#include "formats/base/tree.h"
#include "formats/label/faults.h"
#include "formats/label/run.h"

struct lf_item {          // one image of an archive
    struct lf_slice name; // as the archive spells it
    struct lf_slice task; // "task 7", "job 12": where `number` counts; empty: unknown
    int64_t number;       // the archive's own number, -1: none
    uint32_t source;      // which of the reader's sources said it
    uint64_t line;
    struct lf_slice file; // for messages
    struct lf_id id;      // sample id, where the archive carries it
    // When it was last changed, as sortable text, where that is told of each item: of
    // what two annotators say the later counts, should --pick ask for that.
    struct lf_slice stamp;
    struct lf_slice url; // to be written: where the tool finds the picture
    uint32_t attributes; // attributes of its shapes, known to the run or not
    uint32_t unread;     // shapes that could not be read, beside the sample's labels
    struct lf_faults faults; // any: the item is damaged, and its labels are not all
    struct lf_sample sample;
};

struct lf_source { // one document of an archive
    struct lf_slice file;
    struct lf_slice task; // what the tool calls it: "task 7"; empty: unknown
    struct lf_slice
        stamp; // when the tool last changed it, sortable text; empty: unknown
    // Tells one task (or job) from another of the same name, on another server or made
    // later: two documents of one origin are two states of one thing. Empty: unknown.
    struct lf_slice origin;
    // Names, with a space between them, of the pieces of work it holds: a task and its
    // job have one in common, two tasks none. Empty: unknown.
    struct lf_slice pieces;
    struct lf_slice annotator; // the tool's name of who did it; empty: unknown
    char digest[65];           // SHA-256 of its bytes, hex
    // What it tells of people and progress, as JSON: a list of {"id", "name", "field",
    // "status", "assignee", "updated", "url", "jobs": [{"id", "start", "stop",
    // "status", "assignee", "reviewer", "url"}, ..]}; start and stop are frames of the
    // task, numbers, all else texts, each absent when not told. Empty: nothing.
    struct lf_slice told;
    uint64_t whole; // images of the task that it tells all of, also of those that were
                    // removed there; 0: it may be a part, or is no task
};

struct lf_out_how {      // what export was asked for beside the labels
    bool annotations;    // as finished work, not as proposals to be confirmed
    bool bitmask;        // masks as pictures, not in the tool's own code
    uint64_t most_bytes; // of a file; 0: the format's own limit
    uint32_t most_items; // of a file, likewise
};

struct lf_out_task {      // what a writer is to make
    const char *folder;   // an existing folder for this task's files
    const char *media;    // its media archive, as the sheet names it; NULL: none
    struct lf_slice name; // what the task is to be called in the tool
    uint16_t field;       // of a joint format: 0, and all fields are meant
    uint32_t items;
    struct lf_out_how how;
};

struct lf_backend { // how FiftyOne registers runs of the tool, for `runs register`
    const char *method, *config, *results; // name, and the classes of its two documents
    // Further members of the two documents, each behind ", ".
    void (*options)(const struct lf_run *run, struct lf_buf *out);
    void (*tasks)(const struct lf_run *run, struct lf_buf *out);
};

struct lf_reader;
struct lf_writer;

struct lf_format {
    const char *name; // as a person types it
    const char *tool; // as a person calls it
    unsigned kinds;   // lf_kind bits it can carry, and LF_FLAGS
    unsigned rules;   // version of `ship`; stored in the run, checked at merge
    double slack;     // pixels: half the tool's rounding and a little
    bool jobs;        // its tasks have jobs, which the sheet tells
    bool people;      // .. and people who are to do them
    bool joint;       // one task holds all fields of the run
    bool parts;       // its files can be kept below --max-archive-bytes and -files
    bool forms;       // it heeds --as and --mask-codec
    bool numbers;     // numbers need no bounds there
    // It finds pictures by their addresses, not in a media archive: how those are made
    // if the person says nothing, {run} and {path} being what differs. NULL: it is sent
    // an archive.
    const char *urls;
    bool relative; // coordinates come relative: both sides are taken at size 1 x 1
    const char *reads, *writes;       // one line each, for help and info
    const struct lf_backend *backend; // NULL: FiftyOne has none for the tool

    // 0..100 from names and first bytes. Failures to read are failures.
    bool (*bid)(const struct lf_tree *t, int *bid, struct lf_error *err);
    // Gives classes and attributes names and defaults the tool can hold, and refuses
    // what it cannot.
    bool (*lint)(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
                 struct lf_error *err);
    // Turns a dataset sample into the sample the tool will hold. `ev` may be NULL.
    bool (*ship)(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
                 struct lf_events *ev, struct lf_error *err);

    // The schema of a run that FiftyOne sent to the tool itself, as its label_schema
    // has it: names and defaults that its upload gave, and nothing is open after.
    // LF_E_RECORDED: no upload had such a schema. NULL: such runs cannot be read.
    bool (*adopt)(struct lf_schema *s, const struct lf_run_sent *sent,
                  struct lf_slice occluded_attr, struct lf_slice group_attr,
                  struct lf_error *err);

    // One task at a time; items in the byte order of their names.
    struct lf_writer *(*begin)(const struct lf_run *run, const struct lf_out_task *task,
                               struct lf_error *err);
    bool (*put)(struct lf_writer *w, const struct lf_item *item, struct lf_error *err);
    bool (*end)(struct lf_writer **w,
                struct lf_error *err); // also frees; *w NULL after
    void (*drop)(struct lf_writer **w);
    // The page for the person on the other side, about all tasks.
    bool (*sheet)(const struct lf_run *run, const struct lf_out_task *task,
                  size_t tasks, struct lf_buf *out, struct lf_error *err);

    // `field`: the row all labels belong to where the person said so, else -1.
    struct lf_reader *(*open)(const struct lf_tree *t, const struct lf_run *run,
                              int field, struct lf_events *ev, struct lf_error *err);
    // What is damaged in an item while the file's syntax is whole is among its faults;
    // the name and id are empty if they do not read. The reader goes on behind it.
    bool (*next)(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
                 bool *more, struct lf_error *err);
    // After the last item: what was read. Lives as long as the reader.
    const struct lf_source *(*sources)(const struct lf_reader *r, size_t *count);
    void (*close)(struct lf_reader **r);

    // Whether the tool will take and show what lies there: every finding is an event.
    // `run` NULL: none was given. LF_E_ARCHIVE: there is nothing of the format. NULL:
    // all there is to do is to read it once.
    bool (*verify)(const struct lf_tree *t, const struct lf_run *run,
                   struct lf_events *ev, struct lf_error *err);
};

#endif
