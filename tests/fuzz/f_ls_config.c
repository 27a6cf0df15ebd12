// A labeling config and, behind the first NUL, a task that is verified against it.
// Whatever they say: a tag is found by its name, findings are told and nothing stops.
#include "formats/labelstudio/ls_verify.h"
#include "tests/fuzz/fuzz.h"

static void claim_config(const struct ls_config *c)
{
    for (size_t i = 0; i < c->tags; i++) {
        const struct ls_tag *t = ls_config_find(c, c->tag[i].name);
        LF_CLAIM(t && lf_slice_eq(t->name, c->tag[i].name));
        LF_CLAIM((t == &c->tag[i]) == !c->tag[i].twice);
        LF_CLAIM(c->tag[i].type.len == c->tag[i].element.len);
    }
    for (size_t i = 0; i < c->keys; i++)
        LF_CLAIM(c->key[i].name.len);
    LF_CLAIM(c->names.count <= c->tags);
}

static void verify(struct ls_config *c, struct lf_slice task)
{
    struct lf_error err = {0};
    struct lf_error none = {0};
    const struct lf_json_rules rules = {0};
    struct lf_events *ev = lf_events_new(NULL, 0, false, &none);
    struct ls_verify v = {
        .config = c, .ev = ev, .err = &err, .file = "fuzz", .element = task};
    LF_CLAIM(ev);
    ls_verify_config(&v, c, c);
    LF_CLAIM(err.code == LF_OK);
    if (lf_json_check(task, rules, 0, &none)) {
        v.element = lf_json_trim(task);
        v.task = 1;
        ls_verify_task(&v, v.element);
        LF_CLAIM(err.code == LF_OK);
        LF_CLAIM(!v.part && !v.result && !v.here.at);
    }
    lf_names_done(&v.samples);
    lf_names_done(&v.back);
    lf_arena_done(&v.arena);
    lf_events_free(&ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_error err = {0};
    struct ls_config c;
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    struct lf_slice xml = {(const char *)data, nul ? (size_t)(nul - data) : size};
    struct lf_slice task = LF_S("{}");
    if (nul)
        task = lf_slice_between((const char *)nul + 1, (const char *)data + size);
    struct lf_in *in = lf_in_memory(xml, "config.xml", &err);
    LF_CLAIM(in);
    bool ok = ls_config_read(in, &c, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
    LF_CLAIM(ok || (err.what[0] && err.file[0]));
    if (ok) {
        claim_config(&c);
        verify(&c, task);
    }
    ls_config_done(&c);
    lf_in_free(&in);
    return 0;
}
