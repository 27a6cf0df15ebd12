// What a merge did to files, as its undo/NNNNNN/files.json tells.
#ifndef LF_UNDO_FILES_H
#define LF_UNDO_FILES_H

#include "formats/base/arena.h"
#include "formats/base/digest.h"

struct lf_undo_file {
    struct lf_slice path; // relative to the dataset
    struct lf_slice kept; // of one that was replaced: relative to the undo folder
    struct lf_slice hex;  // SHA-256 of it as the merge left it
};

struct lf_undo_files {
    uint32_t number;               // of the merge
    struct lf_undo_file *replaced; // sorted by path
    struct lf_undo_file *fresh;    // likewise
    struct lf_slice *folder;       // made for them, outer ones first
    size_t replaceds, freshs, folders;
};

// All texts end with a NUL and are paths that may be joined. *found false: the folder
// or its list is not there.
LF_MUST_USE bool lf_undo_files_read(const char *dataset, struct lf_slice key,
                                    uint32_t number, struct lf_arena *a,
                                    struct lf_undo_files *f, bool *found,
                                    struct lf_error *err);
// Whether the merge replaced the file.
bool lf_undo_files_has(const struct lf_undo_files *f, struct lf_slice path);

#endif
