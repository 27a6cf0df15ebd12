// How FiftyOne 1.22.1 registers a run of its own Label Studio backend.
#include "formats/labelstudio/ls_parts.h"

// The server is not known, and FiftyOne makes a name for its project itself.
static void put_options(const struct lf_run *run, struct lf_buf *out)
{
    (void)run;
    lf_buf_text(out, ", \"url\": null, \"project_name\": null");
}

// The numbers of project and tasks are the server's.
static void put_tasks(const struct lf_run *run, struct lf_buf *out)
{
    (void)run;
    lf_buf_text(out, ", \"project_id\": null, \"uploaded_tasks\": {}");
}

const struct lf_backend ls_backend = {
    .method = "labelstudio",
    .config = "fiftyone.utils.labelstudio.LabelStudioBackendConfig",
    .results = "fiftyone.utils.labelstudio.LabelStudioAnnotationResults",
    .options = put_options,
    .tasks = put_tasks,
};
