#include "formats/table.h"

#include "formats/cvat/cvat_format.h"
#include "formats/fiftyone/fo_format.h"
#include "formats/labelstudio/ls_format.h"

const struct lf_format *const lf_formats[] = {
    &lf_format_cvat_images,
    &lf_format_labelstudio,
    &lf_format_fiftyone,
    NULL,
};

const struct lf_format *lf_format_named(const char *name)
{
    for (size_t i = 0; lf_formats[i]; i++)
        if (!strcmp(lf_formats[i]->name, name) || !strcmp(lf_formats[i]->tool, name))
            return lf_formats[i];
    return NULL;
}

bool lf_format_of(const struct lf_tree *t, const struct lf_format **f,
                  struct lf_error *err)
{
    int best = 0;
    *f = NULL;
    for (size_t i = 0; lf_formats[i]; i++) {
        int bid = 0;
        if (!lf_formats[i]->bid)
            continue;
        if (!lf_formats[i]->bid(t, &bid, err))
            return false;
        if (bid > best) {
            best = bid;
            *f = lf_formats[i];
        }
    }
    if (!*f) {
        lf_fail(err, LF_E_ARCHIVE, "nothing in it is in a format that can be read");
        return lf_fail_in_file(err, lf_tree_path(t));
    }
    return true;
}
