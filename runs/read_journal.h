// The journal of a run, read back.
#ifndef LF_READ_JOURNAL_H
#define LF_READ_JOURNAL_H

#include "formats/base/json.h"
#include "formats/label/journal.h"
#include "runs/read_lines.h"

struct lf_entry { // a merge or an undo
    uint32_t number;
    bool merge;           // else an undo
    bool made;            // a merge with -o: it made this dataset
    bool elsewhere;       // a merge that changed a record outside of the dataset
    bool undone;          // a merge that was taken back
    struct lf_slice head; // first line of its file, checked JSON
};

struct lf_journal {
    struct lf_entry *entry; // by number, ascending
    size_t entries;
};

// What is said in the files' first lines, in the arena. No journal: no entries.
LF_MUST_USE bool lf_journal_read(const char *dataset, struct lf_slice key,
                                 struct lf_arena *a, struct lf_journal *j,
                                 struct lf_error *err);
// Opens the file of an entry behind its first line.
LF_MUST_USE bool lf_journal_open(const char *dataset, struct lf_slice key,
                                 const struct lf_entry *e, struct lf_lines *lines,
                                 struct lf_error *err);
// Whether a line behind the first is a JSON object.
LF_MUST_USE bool lf_journal_line(struct lf_slice line, struct lf_error *err);
// A whole number in a JSON object; 0 when there is none.
uint64_t lf_journal_count(struct lf_slice object, const char *name);

#endif
