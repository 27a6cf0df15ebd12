// What a merge wants of one sample, as data: from it come the report, the new base and
// the new bytes.
#ifndef LF_CHANGE_H
#define LF_CHANGE_H

#include "formats/label/schema.h"

struct lf_change {               // ours NULL: addition; theirs NULL: deletion
    const struct lf_label *ours; // as parsed from the document that is to change
    const struct lf_label *theirs;
    unsigned parts;           // lf_part bits to take from theirs
    struct lf_attr_set attrs; // which attributes, when LF_ATTRS is set
    struct lf_id id;          // of an addition
    uint16_t field;
};

struct lf_changes { // in an arena
    struct lf_change *change;
    size_t count, capacity;
};

#endif
