// A dataset's folder: the input is metadata.json, a line feed of its own ("\n\n"), then
// a sample's file. Whatever opens is walked, read again at its place and declared in.
#include "formats/fiftyone/fo_dataset.h"
#include "tests/fuzz/small_run.h"

static void declare(const struct fo_dataset *ds)
{
    struct lf_schema s = {0};
    struct lf_buf out = {0};
    struct lf_error err = {0};
    bool changed = false;
    if (lf_schema_read(LF_S("{\"new one\": {\"type\": \"detections\", \"classes\": "
                            "[\"a\"]}}"),
                       &s, &err) &&
        fo_declare(ds, &s, &out, &changed, &err) && changed)
        LF_CLAIM(lf_json_check(lf_buf_view(&out),
                               (struct lf_json_rules){.constants = true}, 0, &err));
    lf_buf_done(&out);
    lf_schema_done(&s);
}

static void walk(struct fo_dataset *ds)
{
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct fo_doc doc;
    struct fo_head head;
    struct lf_slice raw;
    bool more = false;
    bool ok = fo_rewind(ds, &err);
    while (ok && (ok = fo_next(ds, &doc, &more, &err)) && more) {
        struct fo_place place = fo_place(&doc);
        struct lf_error none = {0};
        LF_CLAIM(fo_read_at(ds, &place, &a, &raw, &err));
        LF_CLAIM(lf_slice_eq(raw, doc.raw));
        ok = fo_head(doc.raw, &a, &head, &none) || none.code != LF_E_BUG;
    }
    LF_CLAIM(ok || err.code != LF_E_BUG);
    lf_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[64];
    char path[100];
    struct fo_dataset ds;
    struct lf_error err = {0};
    size_t cut = 0;
    if (!folder[0]) {
        make_small(folder);
        snprintf(path, sizeof path, "%s/samples", folder);
        LF_CLAIM(mkdir(path, 0700) == 0);
    }
    while (cut + 2 < size && (data[cut] != '\n' || data[cut + 1] != '\n'))
        cut++;
    if (cut + 2 >= size)
        cut = size;
    const uint8_t *rest = cut < size ? data + cut + 2 : data;
    const size_t left = cut < size ? size - cut - 2 : 0;
    write_small(folder, "metadata.json", data, cut);
    snprintf(path, sizeof path, "%s/samples", folder);
    write_small(path, "1.json", rest, left);
    for (int all = 0; all < 2; all++) {
        snprintf(path, sizeof path, "%s/samples.json", folder);
        if (all)
            write_small(folder, "samples.json", rest, left);
        else
            (void)unlink(path);
        if (fo_open(&ds, folder, &err)) {
            walk(&ds);
            declare(&ds);
            fo_done(&ds);
        }
        LF_CLAIM(err.code != LF_E_BUG);
        lf_error_clear(&err);
    }
    return 0;
}
