// Samples that cannot be shipped, for what is wrong with themselves: no media, no size,
// a mask or labels that cannot be read. Each is told; they stop the export when all are
// told, or are left out.
#ifndef LF_DAMAGE_H
#define LF_DAMAGE_H

#include "formats/base/event.h"

struct lf_damage {
    bool skip; // left out as asked
    uint64_t count;
    struct lf_error first;
    struct lf_events *ev;
};

// Takes a failure that is about one sample: told, counted, `err` clear again. false: it
// is none, and stays. `item`: the sample's filepath, empty if unknown.
LF_MUST_USE bool lf_damage_take(struct lf_damage *d, struct lf_slice item,
                                struct lf_error *err);
// Fails with what is wrong with the first if there is any and nobody asked to skip.
LF_MUST_USE bool lf_damage_stop(const struct lf_damage *d, struct lf_error *err);

#endif
