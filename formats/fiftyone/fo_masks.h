// Masks of a document: inside the JSON or on disk.
#ifndef FO_MASKS_H
#define FO_MASKS_H

#include "formats/fiftyone/fo_dataset.h"

struct fo_mask_at { // of one label; null values: empty
    struct lf_slice mask, mask_path;
};

struct fo_array { // all zeroes: none
    struct lf_pixels pixels;
    struct lf_buf file; // what a file on disk holds
    bool found;         // an array inside the JSON counts before a file
};

void fo_mask_at(struct lf_slice label, struct fo_mask_at *at);
// A file that is not there, or cannot be read for want of `src->files`, is not found.
// Slices of an array inside the JSON are the document's. LF_E_MASK: of no known form.
LF_MUST_USE bool fo_array_read(const struct fo_source *src, const struct fo_mask_at *at,
                               struct lf_arena *a, struct fo_array *array,
                               struct lf_error *err);
void fo_array_done(struct fo_array *array);

// The pixels of an instance (`box`: relative x y w h) or, of a field of segmentations,
// of its targets, into the label. No tool or no array: it has no masks.
LF_MUST_USE bool fo_read_masks(const struct fo_source *src, const struct fo_mask_at *at,
                               const double *box, const struct lf_sample *s,
                               struct lf_label *l, struct lf_arena *a,
                               struct lf_error *err);

// Marks the labels whose file on disk is not the one that `src->then` tells of.
LF_MUST_USE bool fo_find_lost(const struct fo_source *src, struct lf_sample *s,
                              struct lf_arena *a, struct lf_error *err);

#endif
