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
    const struct lf_format *f = job->format;
    const bool place = f->people;
    run->asked = (struct lf_asked){.segment = f->jobs ? job->segment_size : 0};
    if ((job->segment_size && !f->jobs && !no_place(job, "segment-size", ev, err)) ||
        (job->media_url && !f->urls && !no_place(job, "media-url", ev, err)) ||
        (job->how.most_bytes && !f->parts &&
         !no_place(job, "max-archive-bytes", ev, err)) ||
        (job->how.most_items && !f->parts &&
         !no_place(job, "max-archive-files", ev, err)) ||
        (job->as_given && !f->forms && !no_place(job, "as", ev, err)) ||
        (job->codec_given && !f->forms && !no_place(job, "mask-codec", ev, err)))
        return false;
    if (!f->urls && (job->media == LF_SEND_LINK || job->media == LF_SEND_EMBED))
        return lf_fail(err, LF_E_OPTION, "--media: %s is sent an archive; copy or none",
                       f->tool);
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
