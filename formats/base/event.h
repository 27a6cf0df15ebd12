// Facts about single labels, items and options that a person may want to look at. They
// are printed as they come (a few of each kind), counted, and kept as JSON for the
// report.
#ifndef LF_EVENT_H
#define LF_EVENT_H

#include <stdio.h>

#include "formats/base/spool.h"

struct lf_event { // empty slices: not known, or not about such a thing
    enum lf_code code;
    struct lf_slice file;   // archive or file, as lf_in_name gives it
    uint64_t line;          // 0: unknown
    uint64_t offset;        // byte in the file, where there are no lines; 0: unknown
    struct lf_slice sample; // id, 24 digits
    struct lf_slice item;   // name in the archive
    struct lf_slice field, label; // label: id
    struct lf_slice was, came;    // values, for an edit
    struct lf_slice text;         // one sentence; empty: the code's cause
    const char *bucket;           // of the accounting ("refused"); NULL: none
    bool skipped; // an error that is passed over as asked: told as a warning
    bool silent;  // not printed: it is what the command ends with
};

struct lf_events;

// `out`: where lines go (NULL: nowhere). `most`: lines printed of each code. `notes`:
// whether notes are printed too.
LF_MUST_USE struct lf_events *lf_events_new(FILE *out, unsigned most, bool notes,
                                            struct lf_error *err);
// `e` may be NULL: nobody listens.
LF_MUST_USE bool lf_events_add(struct lf_events *e, const struct lf_event *event,
                               struct lf_error *err);
uint64_t lf_events_count(const struct lf_events *e, enum lf_code code);
uint64_t lf_events_of(const struct lf_events *e, enum lf_severity severity);
// The first error among the events, for the exit status; LF_OK when there is none.
enum lf_code lf_events_stop(const struct lf_events *e);
// "... and 480 more of LF2009 edit-refused" for each code that had more than `most`.
void lf_events_rest(const struct lf_events *e);
// All events as the elements of a JSON array, written to `out` piece by piece.
LF_MUST_USE bool lf_events_json(struct lf_events *e,
                                bool (*write)(void *user, struct lf_slice text,
                                              struct lf_error *err),
                                void *user, struct lf_error *err);
// Those about a label, one object a line.
LF_MUST_USE bool lf_events_of_labels(struct lf_events *e,
                                     bool (*write)(void *user, struct lf_slice text,
                                                   struct lf_error *err),
                                     void *user, struct lf_error *err);
// All events as the lines a person reads, notes too.
LF_MUST_USE bool lf_events_text(struct lf_events *e,
                                bool (*write)(void *user, struct lf_slice text,
                                              struct lf_error *err),
                                void *user, struct lf_error *err);
// {"LF2009": 3, ...}; changes that were asked for are not findings.
void lf_events_counts_json(const struct lf_events *e, struct lf_buf *out);
void lf_events_free(struct lf_events **e);

#endif
