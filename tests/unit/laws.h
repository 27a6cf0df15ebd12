// The laws that every crossing rests on, over random samples that go through the real
// writer and reader. A program of its own says what samples it makes.
#ifndef LF_LAWS_H
#define LF_LAWS_H

#include "formats/format.h"
#include "formats/mask/pixels.h"
#include "tests/unit/dice.h"

// How a document differs from the one it was made from.
struct editor {
    struct dice dice;
    unsigned percent; // of the labels that are edited; 0: none
    bool archive;     // an annotator's: only what the tool can hold and knows
};

// What the laws must have seen, or they tested nothing.
struct laws_least {
    unsigned kept, edited, added, deleted, conflicts; // labels
};

struct laws { // a kind of random samples; number n is always the same
    const struct lf_format *format;
    const char *file; // of a task's folder: what comes back
    double close;     // pixels: how exactly it tells places
    double steps;     // to a pixel and degree, of what comes back rounded
    uint32_t samples;
    uint16_t fields;
    const char *const *task; // a name a field
    void (*schema)(struct lf_buf *out);
    void (*size)(uint64_t seed, uint32_t *width, uint32_t *height);
    // `plain`: nothing odd in it, and numbers and texts are spelled as this program
    // spells them. `e` NULL: as it was before anybody edited it. `tool`: for arrays.
    void (*document)(struct lf_pixel_tool *tool, uint64_t seed, bool plain,
                     struct editor *e, struct lf_buf *out);
    // An annotator's edits of what the tool holds, so many percent of the labels; NULL:
    // `document` makes them.
    void (*annotate)(const struct lf_run *run, struct dice *dice, unsigned percent,
                     struct lf_sample *s, struct lf_arena *a);
    struct laws_least least;
};

// Runs them all; as cmocka_run_group_tests.
int laws_run(const struct laws *of);

#endif
