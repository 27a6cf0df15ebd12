// The jobs and people that were asked for, into the run; what the tool has no place for
// is told and left out.
#ifndef LF_ASKING_H
#define LF_ASKING_H

#include "convert/export.h"

LF_MUST_USE bool lf_asking(const struct lf_export_job *job, struct lf_run *run,
                           struct lf_events *ev, struct lf_error *err);

#endif
