// What the files of `labelferry verify` share for Label Studio. Findings are events;
// the functions go on after them and stop only when the machine fails, which then is
// in `err`.
#ifndef LS_VERIFY_H
#define LS_VERIFY_H

#include "formats/base/json.h"
#include "formats/labelstudio/ls_config_read.h"
#include "formats/labelstudio/ls_parts.h"

struct ls_verify {
    const struct lf_run *run;       // NULL: none was given
    const struct ls_config *config; // NULL: there is none
    struct lf_events *ev;
    struct lf_error *err;
    struct lf_arena arena;   // the task's
    struct lf_names samples; // ids that go out, of all files together
    struct lf_names back;    // ids that came back, of one file
    // Where we are, for messages.
    const char *file;
    struct lf_slice element; // the task
    uint64_t at, task;       // its byte, its number from 1
    bool known;              // something was Label Studio's, or could not be read
    uint64_t line;           // of a config
    struct lf_slice here;    // what the finding is about; empty: the task
    struct lf_slice field, label, sample;
    const char *part; // "annotation 2"; NULL: none
    size_t result;    // its number from 1; 0: none
    // Of the task.
    bool returned;                 // it was exported by the tool
    uint32_t width, height;        // of the picture, as a result told it; 0: not yet
    const struct lf_run_item *row; // NULL: unknown
};

// A finding at the place that `v` tells.
void ls_found(struct ls_verify *v, enum lf_code code, const char *fmt, ...)
    LF_PRINTF(3, 4);
// A text for a message.
const char *ls_safe(struct lf_slice text, char out[80]);
// The machine failed: nothing more is to be done.
static inline bool ls_stopped(const struct ls_verify *v)
{
    return v->err->code != LF_OK;
}
// The decoded text under a key; false when there is none, or it is no text.
bool ls_text_of(struct ls_verify *v, struct lf_slice object, const char *key,
                struct lf_slice *text);
// The number under a key; false when there is none. *number NaN: it is no number.
bool ls_number_of(struct lf_slice object, const char *key, double *number);
// The value under a key when it is of that type.
bool ls_has(struct lf_slice object, const char *key, enum lf_json_type type,
            struct lf_slice *value);

// The server's rules of a config, and whether it is one for the run's controls (`own`,
// NULL: not known).
void ls_verify_config(struct ls_verify *v, const struct ls_config *c,
                      const struct ls_config *own);
void ls_verify_task(struct ls_verify *v, struct lf_slice task);
// The results of an annotation, a prediction or a draft.
void ls_verify_results(struct ls_verify *v, struct lf_slice list);
// A value of a control, which may be NULL.
void ls_verify_value(struct ls_verify *v, struct lf_slice type,
                     const struct ls_tag *control, struct lf_slice value);
// Whether results of the type are regions of the picture, or of time.
bool ls_draws(struct lf_slice type);
// Whether the labels of a region fit a list of them with commas.
bool ls_label_in(struct ls_verify *v, struct lf_slice labels, struct lf_slice list);

#endif
