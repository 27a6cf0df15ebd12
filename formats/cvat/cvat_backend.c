// How FiftyOne 1.22.1 registers a run of its own CVAT backend.
#include "formats/base/json.h"
#include "formats/cvat/cvat_parts.h"

static void put_names(const struct lf_asked *asked, enum lf_who who, struct lf_buf *out)
{
    bool list = who != LF_TASK_ASSIGNEE || asked->names[who] > 1;
    if (!asked->names[who])
        return;
    lf_buf_printf(out, ", \"%s\": %s", lf_who_key(who), list ? "[" : "");
    for (size_t i = 0; i < asked->names[who]; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, asked->name[who][i], true);
    }
    lf_buf_text(out, list ? "]" : "");
}

// As many of one task; what else FiftyOne has options for stays at its defaults.
static void put_options(const struct lf_run *run, struct lf_buf *out)
{
    unsigned long first = 0;
    for (uint32_t i = 0; run->tasks > 1 && i < run->items; i++)
        first += run->item[i].task == 0;
    lf_buf_text(out, ", \"url\": null, \"task_size\": ");
    if (first)
        lf_buf_printf(out, "%lu", first);
    else
        lf_buf_text(out, "null");
    if (run->asked.segment)
        lf_buf_printf(out, ", \"segment_size\": %lu",
                      (unsigned long)run->asked.segment);
    for (unsigned who = 0; who < LF_WHO_END; who++)
        put_names(&run->asked, (enum lf_who)who, out);
}

// The numbers of tasks, jobs and frames are the server's.
static void put_tasks(const struct lf_run *run, struct lf_buf *out)
{
    (void)run;
    lf_buf_text(out, ", \"server_id_map\": {}, \"project_ids\": [], \"task_ids\": [], "
                     "\"job_ids\": {}, \"frame_id_map\": {}, \"labels_task_map\": {}");
}

const struct lf_backend cvat_backend = {
    .method = "cvat",
    .config = "fiftyone.utils.cvat.CVATBackendConfig",
    .results = "fiftyone.utils.cvat.CVATAnnotationResults",
    .options = put_options,
    .tasks = put_tasks,
};
