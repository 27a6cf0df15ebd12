// Pass 1's memory of a sample: who it is, where it stands, what it will be called.
#ifndef LF_ROWS_H
#define LF_ROWS_H

#include "convert/export.h"
#include "formats/fiftyone/fo_dataset.h"

struct lf_row {
    struct lf_run_item item;
    struct lf_slice path;  // of its media, as the dataset has it
    struct lf_slice name;  // in the archive; set by lf_rows_name
    struct fo_place place; // of the document
    bool damaged;          // it cannot be shipped, and that was told
};

struct lf_rows {
    struct lf_row *row;
    size_t count, room;
    struct lf_arena arena; // owns paths and names
};

LF_MUST_USE bool lf_rows_add(struct lf_rows *rows, const struct lf_row *row,
                             struct lf_error *err);
// Names for the archive: the path below data/ (or below what all absolute paths have in
// common), unique without its ending, whatever the case and the Unicode form, safe in
// every tool. R06, R08.
LF_MUST_USE bool lf_rows_name(struct lf_rows *rows, struct lf_error *err);
void lf_rows_done(struct lf_rows *rows);

// Where media may be read: below the dataset's folder and below --media-root. A
// filepath that leads elsewhere is refused, so that a dataset cannot make us ship any
// file of this machine.
struct lf_media_roots {
    int dataset_fd, root_fd;        // root_fd: -1 without --media-root
    char dataset[4096], root[4096]; // absolute, links resolved
    bool links;
};

LF_MUST_USE bool lf_media_open(struct lf_media_roots *roots,
                               const struct fo_dataset *ds, const char *media_root,
                               bool links, struct lf_error *err);
void lf_media_close(struct lf_media_roots *roots);
// The folder (one of the roots') and the path below it of a sample's media. *found
// false: there is no such file. LF_E_PATH: it lies outside the roots.
LF_MUST_USE bool lf_media_find(const struct lf_media_roots *roots, struct lf_slice path,
                               int *folder, char relpath[4096], bool *found,
                               struct lf_error *err);
// Whether `path` leads to the file that `original` names, in the dataset or below
// --media-root, by whatever name or link; false where one is not there.
bool lf_media_same(const struct lf_media_roots *roots, struct lf_slice path,
                   struct lf_slice original);

#endif
