#include "convert/asking.h"

#include <stdio.h>

static bool no_place(const struct lf_export_job *job, const char *option,
                     struct lf_events *ev, struct lf_error *err)
{
    char text[160];
    (void)snprintf(text, sizeof text, "--%s has no place in %s and was left out",
                   option, job->format->tool);
    struct lf_event e = {.code = LF_N_OPTION, .text = lf_slice_of(text)};
    return lf_events_add(ev, &e, err);
}

bool lf_asking(const struct lf_export_job *job, struct lf_run *run,
               struct lf_events *ev, struct lf_error *err)
{
    bool place = job->format->jobs;
    run->asked = (struct lf_asked){.segment = place ? job->segment_size : 0};
    if (job->segment_size && !place && !no_place(job, "segment-size", ev, err))
        return false;
    for (unsigned i = 0; i < LF_WHO_END; i++) {
        enum lf_who who = (enum lf_who)i;
        if (!job->who[i])
            continue;
        if (place ? !lf_asked_names(&run->asked, who, job->who[i], &run->arena, err)
                  : !no_place(job, lf_who_option(who), ev, err))
            return false;
    }
    return true;
}
