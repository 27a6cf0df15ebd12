#include "merge/merging.h"

#include <stdio.h>

#include "merge/field_counts.h"

// "3 polylines, 1 classifications"
static bool unexpected(struct lf_merging *m)
{
    char text[160] = "";
    size_t n = 0;
    const uint64_t *count = m->result->counts.unexpected;
    for (int t = 0; t <= LF_RT_NONE && n < sizeof text; t++)
        if (count[t])
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu %s", n ? ", " : "",
                                  (unsigned long long)count[t],
                                  lf_return_type_name((enum lf_return_type)t));
    return lf_fail(m->err, LF_E_TYPE,
                   "unexpected shapes came back (%s); see --unexpected", text);
}

bool lf_stop_at_policies(struct lf_merging *m)
{
    struct lf_counts *c = &m->result->counts;
    const struct lf_counts before = *c;
    c->ignored += m->in.unmatched_labels + m->in.damaged_labels;
    c->returned += m->in.unmatched_labels + m->in.damaged_labels;
    lf_count_since(c, c->fields, &before);
    m->result->damaged = m->in.damaged;
    if (!lf_counts_balance(c))
        return lf_fail(
            m->err, LF_E_BALANCE,
            "%llu pairs are in buckets, %llu were there to account for",
            (unsigned long long)lf_counts_all(c),
            (unsigned long long)(c->told + c->absent + c->returned - c->paired));
    if (!lf_field_counts_balance(c))
        return lf_fail(m->err, LF_E_BALANCE,
                       "the labels of the fields do not add up to %llu",
                       (unsigned long long)lf_counts_all(c));
    if (m->in.damaged && !m->in.skip_damaged)
        return lf_faults_end(&m->in.first, m->in.damaged, "item", m->err);
    // A copy of the dataset is known by its sample ids; an archive only by its labels'.
    if (!m->in.format->relative && c->told && c->ids && !c->known_ids)
        return lf_fail(
            m->err, LF_E_FOREIGN_RUN,
            "none of the %llu label ids in the archives was shipped by run \"%.*s\"",
            (unsigned long long)c->ids, (int)m->run.key.len, m->run.key.at);
    if (!lf_learning_suggest(&m->learning, c->unexpected, &m->result->keep, m->err))
        return false;
    if (lf_events_count(m->ev, LF_E_TYPE))
        return unexpected(m);
    if (m->job->fail_unmatched && m->result->unmatched)
        return lf_fail(m->err, LF_E_UNMATCHED, "%llu items match no sample",
                       (unsigned long long)m->result->unmatched);
    if (m->job->fail_class && lf_events_count(m->ev, LF_E_CLASS))
        return lf_fail(m->err, LF_E_CLASS, "%llu labels of unknown classes came back",
                       (unsigned long long)lf_events_count(m->ev, LF_E_CLASS));
    if (m->job->fail_attr && lf_events_count(m->ev, LF_E_ATTR))
        return lf_fail(m->err, LF_E_ATTR, "%llu values of unknown attributes came back",
                       (unsigned long long)lf_events_count(m->ev, LF_E_ATTR));
    if (lf_events_count(m->ev, LF_E_ANNOTATORS))
        return lf_fail(
            m->err, LF_E_ANNOTATORS,
            "the archives disagree about %llu parts of labels; --pick latest or "
            "annotator=NAME, or --decisions, decides",
            (unsigned long long)lf_events_count(m->ev, LF_E_ANNOTATORS));
    if (lf_events_count(m->ev, LF_E_CONFLICT) && m->job->conflict == LF_CONFLICT_FAIL)
        return lf_fail(
            m->err, LF_E_CONFLICT,
            "%llu labels were edited on both sides; --conflict ours or theirs decides",
            (unsigned long long)c->conflict);
    return true;
}
