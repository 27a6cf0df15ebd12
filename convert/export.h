// A dataset's view into archives for one tool, and the record of the run.
#ifndef LF_EXPORT_H
#define LF_EXPORT_H

#include "formats/fiftyone/fo_dataset.h"
#include "formats/format.h"

enum lf_send {     // what becomes of the images
    LF_SEND_COPY,  // a media archive, or a folder where the tool has addresses
    LF_SEND_LINK,  // that folder made of hard links where the file system can
    LF_SEND_EMBED, // inside the task file, as data URIs
    LF_SEND_NONE
};

struct lf_export_job {
    const char *dataset, *out, *run; // run NULL: made from tool and field
    const char *runs_dir;            // NULL: the dataset's annotations/
    const struct lf_format *format;
    const char *const *field; // "NAME" or "NAME:TYPE"
    size_t fields;
    const char *schema_file;  // NULL: none
    const char *classes;      // "a,b", "@FIELD", "dataset"; NULL: those seen
    const char *attributes;   // "a,b", "all", "none", JSON; NULL: all
    const char *mask_targets; // JSON or a file of it; NULL: the dataset's
    const char *occluded_attr, *group_attr; // NULL: those FiftyOne knows by name
    uint32_t select_most; // texts of at most so many values become selects
    const char *const *read_only;
    size_t read_onlys;
    unsigned rights, rights_given; // lf_right bits
    const char *id_attr, *task_name, *media_root;
    const char *media_field;     // whose files are sent instead; NULL: filepath
    uint32_t task_size;          // 0: all in one
    uint32_t segment_size;       // images a job; 0: a task is one job
    const char *who[LF_WHO_END]; // "a,b"; NULL: nobody
    bool skip_damaged; // samples that cannot be shipped are left out; else they stop it
    enum lf_send media;
    const char *media_url; // template of pictures' addresses; NULL: the format's own
    struct lf_out_how how;
    bool as_given, codec_given; // of `how`: spelled out
    bool follow_links, dry_run, replace;
};

struct lf_export_result {
    uint64_t samples, tasks;
    uint64_t left_out;      // samples that cannot be shipped
    uint64_t shipped, home; // labels of the run's fields: shipped, stayed
    char run[160], uid[65];
    struct lf_buf fields; // JSON object: field -> labels shipped
    struct lf_buf left;   // names of the label fields that are not in the run
};

LF_MUST_USE bool lf_export(const struct lf_export_job *job, struct lf_events *ev,
                           struct lf_export_result *result, struct lf_error *err);
void lf_export_result_done(struct lf_export_result *r);

#endif
