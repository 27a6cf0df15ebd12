// What is wrong with one item of an archive while its file as a whole can be read: a
// number that does not read, runs that do not fill their box, another size. The reader
// stays in step and goes on, so that all of it can be told at once.
#ifndef LF_FAULTS_H
#define LF_FAULTS_H

#include "formats/base/arena.h"
#include "formats/base/error.h"

enum { LF_FAULTS_ITEM = 1000 }; // of one item; those beyond are not listed

struct lf_faults {
    struct lf_error *at; // in the arena
    size_t count, room;
};

// Whether a failure is about the value that was read, not about the file's syntax, the
// machine, safety, or a mistake of ours. Whoever asks must know that no syntax was
// read.
bool lf_is_fault(const struct lf_error *err);
// A failure that is such a fault moves over to `f`, and `err` is clear again. false:
// it is none, and stays in `err`.
LF_MUST_USE bool lf_faults_take(struct lf_faults *f, struct lf_arena *a,
                                struct lf_error *err);
// Ends a command with the first of `count` damaged things ("item", "sample"), the
// others having been told. Returns false.
bool lf_faults_end(const struct lf_error *first, uint64_t count, const char *thing,
                   struct lf_error *err);

#endif
