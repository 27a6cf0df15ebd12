#include "formats/cvat/cvat_format.h"

#include "formats/cvat/cvat_parts.h"

const struct lf_format lf_format_cvat_images = {
    .name = "cvat-images",
    .tool = "cvat",
    .kinds = CVAT_KINDS | LF_FLAGS,
    .rules = 2,
    // The server's writer rounds to two decimals: half of that, and room for the
    // double's own.
    .slack = 0.005001,
    .jobs = true,
    .people = true,
    .reads =
        "XML, zip or folder of 'CVAT for images 1.1' dumps of tasks, jobs and projects",
    .writes = "a folder with labels.json, annotations.zip and media.zip for each task",
    .backend = &cvat_backend,
    .bid = cvat_bid,
    .lint = cvat_lint,
    .ship = cvat_ship,
    .adopt = cvat_adopt,
    .begin = cvat_begin,
    .put = cvat_put,
    .end = cvat_end,
    .drop = cvat_drop,
    .sheet = cvat_sheet,
    .open = cvat_open,
    .next = cvat_next,
    .sources = cvat_sources,
    .close = cvat_close,
};
