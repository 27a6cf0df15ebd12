#include "formats/labelstudio/ls_format.h"

#include "formats/labelstudio/ls_parts.h"

const struct lf_format lf_format_labelstudio = {
    .name = "labelstudio",
    .tool = "labelstudio",
    .kinds = LS_KINDS,
    .rules = 1,
    // The editor keeps doubles, and moves points by less than 1e-9 percent when it
    // computes with them; nobody moves one by so little with a mouse.
    .slack = 1e-4,
    .people = true,
    .joint = true,
    .parts = true,
    .forms = true,
    .numbers = true,
    .urls = "/data/local-files/?d={run}/{path}",
    .reads = "JSON or JSON_MIN exports as file, folder or zip; also a file a task",
    .writes = "a folder with config.xml and tasks.json for each task, and media/",
    .backend = &ls_backend,
    .lint = ls_lint,
    .ship = ls_ship,
    .begin = ls_begin,
    .put = ls_put,
    .end = ls_end,
    .drop = ls_drop,
    .sheet = ls_sheet,
    .bid = ls_bid,
    .open = ls_open,
    .next = ls_next,
    .sources = ls_sources,
    .close = ls_close,
    .verify = ls_verify,
};
