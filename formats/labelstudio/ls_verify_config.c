// Rules of a labeling config. Those of the server were seen on Label Studio 1.23.2: it
// does not ask for more, so neither do we.
#include "formats/labelstudio/ls_verify.h"

static void check_name(struct ls_verify *v, const struct ls_tag *t)
{
    char name[80];
    if (t->twice)
        ls_found(v, LF_E_LS_CONFIG, "the name \"%s\" occurs twice",
                 ls_safe(t->name, name));
    if (memchr(t->name.at, ',', t->name.len))
        ls_found(v, LF_E_LS_CONFIG, "the name \"%s\" has a comma, which ends a name",
                 ls_safe(t->name, name));
}

static void check_to(struct ls_verify *v, const struct ls_config *c,
                     const struct ls_tag *t)
{
    struct lf_slice list = t->to, to;
    char name[80], other[80];
    while (t->control && ls_list_next(&list, &to)) {
        const struct ls_tag *object = ls_config_find(c, to);
        if (!object && !c->repeats)
            ls_found(v, LF_E_LS_CONFIG, "\"%s\" is for \"%s\", which is not there",
                     ls_safe(t->name, name), ls_safe(to, other));
    }
}

// The editor shows what stands under a condition that never holds to nobody.
static void check_when(struct ls_verify *v, const struct ls_config *c,
                       const struct ls_tag *t)
{
    char name[80], other[80];
    const struct ls_tag *when = ls_config_find(c, t->when_tag);
    if (t->when_tag.len && !c->repeats && !(when && when->control))
        ls_found(v, LF_E_LS_CONFIG,
                 "\"%s\" depends on a control \"%s\", which is not there",
                 ls_safe(t->name, name), ls_safe(t->when_tag, other));
    struct lf_slice list = t->when_label, label;
    if (!when || !when->words || when->open || !list.len)
        return;
    // A label that has a comma itself matches only when it stands alone.
    if (ls_config_lists(c, when, list))
        return;
    while (ls_list_next(&list, &label))
        if (!ls_config_lists(c, when, label))
            ls_found(v, LF_E_LS_CONFIG,
                     "\"%s\" depends on a label \"%s\", which is not listed",
                     ls_safe(t->name, name), ls_safe(label, other));
}

static void check_object(struct ls_verify *v, const struct ls_tag *t)
{
    static const char *const media[] = {"Image", "Video", "Audio"};
    char name[80];
    for (size_t i = 0; i < sizeof media / sizeof *media; i++)
        if (lf_slice_is(t->element, media[i]) && !t->key.len && !t->control)
            ls_found(v, LF_E_LS_CONFIG,
                     "\"%s\" does not say which key of the task it shows",
                     ls_safe(t->name, name));
}

// Masks may travel as a brush or as a bitmap.
static bool same_type(const struct ls_tag *own, const struct ls_tag *t)
{
    return lf_slice_eq(own->type, t->type) || (lf_slice_is(own->type, "brushlabels") &&
                                               lf_slice_is(t->type, "bitmasklabels"));
}

static void check_words(struct ls_verify *v, const struct ls_config *c,
                        const struct ls_tag *t, const struct ls_config *own,
                        const struct ls_tag *ours)
{
    const size_t row = (size_t)(ours - own->tag);
    char name[80], other[80];
    for (size_t i = 0; !t->open && i < own->words.count; i++) {
        struct lf_slice word = own->words.name[i];
        const char *blank = memchr(word.at, ' ', word.len);
        size_t of = 0;
        for (const char *p = word.at; p < blank; p++)
            of = of * 10 + (size_t)(*p - '0');
        word = lf_slice_between(blank + 1, word.at + word.len);
        if (of == row && !ls_config_lists(c, t, word))
            ls_found(v, LF_E_LS_CONFIG, "\"%s\" does not list \"%s\" of the run",
                     ls_safe(t->name, name), ls_safe(word, other));
    }
}

static void check_run(struct ls_verify *v, const struct ls_config *c,
                      const struct ls_config *own)
{
    char name[80], type[80];
    v->line = 0;
    for (size_t i = 0; i < own->tags && !ls_stopped(v); i++) {
        const struct ls_tag *ours = &own->tag[i], *t = ls_config_find(c, ours->name);
        if (!t || !same_type(ours, t)) {
            ls_found(v, LF_E_LS_CONFIG, "there is no %s \"%s\", which the run has",
                     ls_safe(ours->element, type), ls_safe(ours->name, name));
            continue;
        }
        v->line = t->line;
        check_words(v, c, t, own, ours);
        v->line = 0;
    }
}

void ls_verify_config(struct ls_verify *v, const struct ls_config *c,
                      const struct ls_config *own)
{
    for (size_t i = 0; i < c->tags && !ls_stopped(v); i++) {
        const struct ls_tag *t = &c->tag[i];
        v->line = t->line;
        v->field = t->name;
        check_name(v, t);
        check_to(v, c, t);
        check_when(v, c, t);
        check_object(v, t);
        v->field = (struct lf_slice){0};
    }
    if (own)
        check_run(v, c, own);
    v->line = 0;
}
