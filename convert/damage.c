#include "convert/damage.h"

#include "formats/label/faults.h"

// What leads out of the dataset's folder is looked at by a person, unless they asked
// for the sample to be left out.
static bool of_sample(const struct lf_damage *d, enum lf_code code)
{
    switch (code) {
    case LF_E_DOCUMENT:
    case LF_E_MASK:
    case LF_E_NO_SIZE:
    case LF_E_NO_MEDIA:
    case LF_E_ALTERNATE:
    case LF_E_TURNED:
        return true;
    default:
        return code == LF_E_PATH && d->skip;
    }
}

bool lf_damage_take(struct lf_damage *d, struct lf_slice item, struct lf_error *err)
{
    struct lf_error fault = *err;
    bool first = d->first.code == LF_OK;
    if (!of_sample(d, err->code))
        return false;
    if (first)
        d->first = fault;
    d->count++;
    lf_error_clear(err);
    struct lf_event e = {.code = fault.code,
                         .file = lf_slice_of(fault.file),
                         .line = fault.line,
                         .offset = fault.offset,
                         .sample = lf_slice_of(fault.sample),
                         .item = item,
                         .text = lf_slice_of(fault.what),
                         .skipped = d->skip,
                         .silent = first && !d->skip};
    return lf_events_add(d->ev, &e, err);
}

bool lf_damage_stop(const struct lf_damage *d, struct lf_error *err)
{
    return !d->count || d->skip || lf_faults_end(&d->first, d->count, "sample", err);
}
