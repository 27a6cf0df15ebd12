// What the files that write a merge's result share. Private to write_result.c,
// write_in_place.c and write_new.c.
#ifndef LF_WRITING_H
#define LF_WRITING_H

#include "merge/write_result.h"

// A file that is complete: in its place at once in a new dataset, else it waits beside
// it for the commit.
LF_MUST_USE bool lf_writing_file_end(const struct lf_writing *w, struct lf_out *out,
                                     struct lf_error *err);
// metadata.json, with new fields declared only where a label of one is there.
LF_MUST_USE bool lf_writing_metadata(struct lf_writing *w,
                                     const struct lf_schema *schema, bool *written,
                                     struct lf_error *err);
LF_MUST_USE bool lf_writing_run_path(const struct lf_run *run, const char *name,
                                     char *out, size_t cap, struct lf_error *err);

// The journal's file of a merge, up to the end of writing.
LF_MUST_USE bool lf_writing_log(const struct lf_writing *w,
                                const struct lf_written *with, uint32_t number,
                                struct lf_out *out, struct lf_error *err);

// write_in_place.c: all that changed takes its place as one commit.
LF_MUST_USE bool lf_writing_end_in_place(struct lf_writing *w,
                                         const struct lf_written *with,
                                         struct lf_error *err);
// write_new.c: the rest of the dataset is copied, and the folder takes its place.
LF_MUST_USE bool lf_writing_end_new(struct lf_writing *w, const struct lf_written *with,
                                    struct lf_error *err);

#endif
