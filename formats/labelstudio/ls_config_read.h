// A labeling config, ours or anybody's, as the tags that have a name and what they let
// a person choose. Configs are small: all of it is in memory.
#ifndef LS_CONFIG_READ_H
#define LS_CONFIG_READ_H

#include "formats/base/in.h"
#include "formats/base/names.h"

struct ls_tag {              // with a name
    struct lf_slice element; // "RectangleLabels"
    struct lf_slice type;    // in small letters: of its results
    struct lf_slice name;
    struct lf_slice to;  // of a control: names of objects, with commas between
    struct lf_slice key; // of an object: "$image" without the '$'; empty: none
    struct lf_slice when_tag, when_label; // where it shows; empty: everywhere
    uint64_t line;
    double least, most; // of a number; as far as has_* say so
    bool has_least, has_most;
    bool control;    // it has a toName
    bool per_region; // its results belong to regions
    bool open;       // what it lists comes from elsewhere (the task, an address)
    bool words;      // it lists labels or choices
    bool twice;      // a tag before it has the name
};

struct ls_key { // of a task's data, which the server wants there
    struct lf_slice name;
    bool media; // the address of a picture, video or sound
};

struct ls_config {
    struct ls_tag *tag;
    struct ls_key *key;
    size_t tags, keys, tag_room, key_room;
    struct lf_names names; // of the tags; their first ones are in `first`
    uint32_t *first;
    size_t first_room;
    struct lf_names words; // "<row of the tag> <word>"
    bool repeats;          // names are made of others (<Repeater>)
    struct lf_arena arena;
};

// LF_E_XML and its like: not well formed, a DTD, too deep. `c` is to be given to
// ls_config_done whatever comes out.
LF_MUST_USE bool ls_config_read(struct lf_in *in, struct ls_config *c,
                                struct lf_error *err);
void ls_config_done(struct ls_config *c);
// The first tag of that name, or NULL.
const struct ls_tag *ls_config_find(const struct ls_config *c, struct lf_slice name);
// Whether a control lists the word, by its value or its alias.
bool ls_config_lists(const struct ls_config *c, const struct ls_tag *t,
                     struct lf_slice word);
// The next name of a list with commas; false after the last.
bool ls_list_next(struct lf_slice *list, struct lf_slice *name);

#endif
