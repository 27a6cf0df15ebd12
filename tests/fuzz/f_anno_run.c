// A run that FiftyOne recorded: the input is metadata.json, a NUL, then the results of
// run "k". What opens is made a schema with the tool's names, and each thing it says
// was sent is found again.
#include "formats/cvat/cvat_parts.h"
#include "formats/fiftyone/fo_anno_run.h"
#include "tests/fuzz/small_run.h"

static void ask(const struct lf_run_sent *sent, const struct lf_schema *s)
{
    struct lf_id sample;
    int64_t task;
    char name[40];
    for (size_t i = 0; i < sent->labels && i < 100; i++) {
        const struct lf_sent_label *l = &sent->label[i];
        LF_CLAIM(l->field < s->fields && l->sample.known);
        LF_CLAIM(lf_sent_has(sent, &l->sample, l->field, &l->id));
    }
    for (size_t i = 0; i < sent->frames && i < 100; i++) {
        const struct lf_sent_frame *f = &sent->frame[i];
        int n = snprintf(name, sizeof name, "task %lld", (long long)f->task);
        LF_CLAIM(lf_sent_task(sent, (struct lf_slice){name, (size_t)n}, &task) &&
                 task == f->task);
        LF_CLAIM(lf_sent_sample(sent, task, f->frame, &sample) &&
                 lf_id_eq(&sample, &f->sample));
        LF_CLAIM(lf_sent_field(sent, task) < (int)s->fields);
    }
    for (size_t i = 0; i < sent->jobs && i < 100; i++) {
        int n = snprintf(name, sizeof name, "job %lld", (long long)sent->job[i].job);
        LF_CLAIM(lf_sent_task(sent, (struct lf_slice){name, (size_t)n}, &task) &&
                 task == sent->job[i].task);
    }
    LF_CLAIM(!lf_sent_task(sent, LF_S("task"), &task));
    LF_CLAIM(!lf_sent_task(sent, LF_S("job x"), &task));
}

// A schema that was adopted is one that a record of ours can hold.
static void keep(const struct lf_schema *s)
{
    struct lf_buf text = {0};
    struct lf_schema again = {0};
    struct lf_error err = {0};
    lf_schema_write(s, &text);
    LF_CLAIM(lf_schema_read(lf_buf_view(&text), &again, &err));
    LF_CLAIM(again.fields == s->fields);
    lf_schema_done(&again);
    lf_buf_done(&text);
}

static void adopt(const struct fo_anno_run *r)
{
    struct lf_schema s = {0};
    struct lf_run_sent sent;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    bool ok =
        lf_schema_read(r->schema, &s, &err) && fo_anno_sent(r, &s, &a, &sent, &err);
    if (ok)
        ask(&sent, &s);
    if (ok && cvat_adopt(&s, &sent, r->occluded_attr, r->group_attr, &err))
        keep(&s);
    LF_CLAIM(err.code != LF_E_BUG);
    lf_arena_done(&a);
    lf_schema_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[64];
    char path[100];
    struct fo_dataset ds;
    struct fo_anno_run run;
    struct lf_error err = {0};
    bool found = false;
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    const size_t cut = nul ? (size_t)(nul - data) : size;
    if (!folder[0]) {
        make_small(folder);
        snprintf(path, sizeof path, "%s/annotations", folder);
        LF_CLAIM(mkdir(path, 0700) == 0);
        write_small(folder, "samples.json", "{\"samples\": []}", 15);
    }
    write_small(folder, "metadata.json", data, cut);
    snprintf(path, sizeof path, "%s/annotations", folder);
    write_small(path, "k.json", nul ? nul + 1 : data, nul ? size - cut - 1 : 0);
    if (fo_open(&ds, folder, &err)) {
        bool ok = fo_anno_open(&run, &ds, LF_S("k"), &found, &err);
        LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
        if (ok && found) {
            adopt(&run);
            fo_anno_done(&run);
        }
        fo_done(&ds);
    }
    return 0;
}
