// The journal of a run: the first file of log/, a NUL, files.json of the first undo
// folder. What opens can be told in sentences, and explained as JSON.
#include "formats/base/relpath.h"
#include "runs/explain_label.h"
#include "runs/show_entry.h"
#include "runs/undo_files.h"
#include "tests/fuzz/small_run.h"

#define LABEL "65a000006861726200000011"

static void make_folders(const char *ds)
{
    static const char *const below[] = {"annotations", "annotations/k",
                                        "annotations/k/log", "annotations/k/undo",
                                        "annotations/k/undo/000001"};
    char path[200];
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        snprintf(path, sizeof path, "%s/%s", ds, below[i]);
        LF_CLAIM(mkdir(path, 0700) == 0);
    }
    static const char metadata[] = "{\"version\": \"1.22.1\", \"sample_fields\": []}";
    static const char samples[] = "{\"samples\": [" SMALL_SAMPLE "]}";
    write_small(ds, "metadata.json", metadata, sizeof metadata - 1);
    write_small(ds, "samples.json", samples, sizeof samples - 1);
}

static void claim_answer(bool ok, const struct lf_error *err)
{
    LF_CLAIM(ok == (err->code == LF_OK) && err->code != LF_E_BUG &&
             err->code != LF_E_IO);
}

static void tell(const char *ds, const struct lf_entry *e, struct lf_arena *a,
                 struct lf_buf *out)
{
    struct lf_error err = {0};
    struct lf_lines lines;
    struct lf_slice line;
    bool more = true, ok;
    claim_answer(lf_show_entry(LF_S("k"), e, a, out, &err), &err);
    lf_error_clear(&err);
    LF_CLAIM(lf_journal_open(ds, LF_S("k"), e, &lines, &err));
    while ((ok = lf_lines_next(&lines, &line, &more, &err)) && more) {
        claim_answer(lf_show_line(line, e, true, a, out, &err), &err);
        lf_error_clear(&err);
        lf_buf_clear(out);
    }
    claim_answer(ok, &err);
    lf_lines_done(&lines);
}

static void explain(const char *ds, bool json, struct lf_buf *out)
{
    const struct lf_explain_job job = {.dataset = ds, .id = LABEL, .json = json};
    struct lf_error err = {0};
    lf_buf_clear(out);
    bool ok = lf_explain(&job, out, &err);
    claim_answer(ok, &err);
    if (ok && json)
        LF_CLAIM(
            lf_json_check(lf_buf_view(out), (struct lf_json_rules){true}, 0, &err));
}

static void undo(const char *ds, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_undo_files f;
    bool found = false;
    bool ok = lf_undo_files_read(ds, LF_S("k"), 1, a, &f, &found, &err);
    claim_answer(ok, &err);
    for (size_t i = 0; ok && i < f.replaceds; i++)
        LF_CLAIM(lf_relpath_check(f.replaced[i].path, LF_E_PATH, &err) &&
                 lf_relpath_check(f.replaced[i].kept, LF_E_PATH, &err));
    for (size_t i = 0; ok && i < f.freshs; i++)
        LF_CLAIM(f.fresh[i].hex.len == LF_DIGEST_HEX - 1 &&
                 (!i || lf_slice_cmp(f.fresh[i - 1].path, f.fresh[i].path) <= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char ds[64];
    char path[100];
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    const size_t cut = nul ? (size_t)(nul - data) : size;
    struct lf_arena a = {0};
    struct lf_buf out = {0};
    struct lf_journal j;
    struct lf_error err = {0};
    if (!ds[0]) {
        make_small(ds);
        make_folders(ds);
    }
    snprintf(path, sizeof path, "%s/annotations/k/log", ds);
    write_small(path, "000001.jsonl", data, cut);
    snprintf(path, sizeof path, "%s/annotations/k/undo/000001", ds);
    write_small(path, "files.json", nul ? nul + 1 : data, nul ? size - cut - 1 : 0);
    bool ok = lf_journal_read(ds, LF_S("k"), &a, &j, &err);
    claim_answer(ok, &err);
    if (ok) {
        LF_CLAIM(j.entries == 1 && j.entry[0].number == 1);
        tell(ds, &j.entry[0], &a, &out);
    }
    explain(ds, true, &out);
    explain(ds, false, &out);
    undo(ds, &a);
    lf_buf_done(&out);
    lf_arena_done(&a);
    return 0;
}
