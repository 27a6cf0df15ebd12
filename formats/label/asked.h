// Who is to do what: the jobs and people that export was asked for. Most tools let them
// be set on the server only, so they stand in the record and on the sheet.
#ifndef LF_ASKED_H
#define LF_ASKED_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

enum lf_who { LF_TASK_ASSIGNEE, LF_JOB_ASSIGNEE, LF_JOB_REVIEWER, LF_WHO_END };

struct lf_asked {
    uint32_t segment; // images a job at most; 0: the whole task is one job
    struct lf_slice *name[LF_WHO_END];
    size_t names[LF_WHO_END];
};

// "a, b": names between commas, into the arena. LF_E_OPTION: there is none.
LF_MUST_USE bool lf_asked_names(struct lf_asked *asked, enum lf_who who,
                                const char *list, struct lf_arena *a,
                                struct lf_error *err);
// Of a record. LF_E_RUN_RECORD.
LF_MUST_USE bool lf_asked_read(struct lf_slice json, struct lf_arena *a,
                               struct lf_asked *asked, struct lf_error *err);
void lf_asked_write(const struct lf_asked *asked, struct lf_buf *out);

bool lf_asked_any(const struct lf_asked *asked);
// Jobs of a task of so many images; 0: nothing about jobs was asked.
uint32_t lf_asked_jobs(const struct lf_asked *asked, uint32_t items);
// Frames of a job, `stop` included.
void lf_asked_frames(const struct lf_asked *asked, uint32_t items, uint32_t job,
                     uint32_t *start, uint32_t *stop);
// The names take turns; empty: nobody.
struct lf_slice lf_asked_who(const struct lf_asked *asked, enum lf_who who,
                             size_t number);
// As FiftyOne has them: "task_assignee"; as the options: "task-assignee".
const char *lf_who_key(enum lf_who who);
const char *lf_who_option(enum lf_who who);

#endif
