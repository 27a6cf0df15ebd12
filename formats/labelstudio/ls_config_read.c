#include "formats/labelstudio/ls_config_read.h"

#include <stdio.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/xml_in.h"

struct reading {
    struct ls_config *c;
    uint32_t owner[LF_XML_DEPTH + 2]; // 1 + row of the control around, by depth
    size_t depth;
};

static bool lowered(struct lf_slice text, struct lf_arena *a, struct lf_slice *low,
                    struct lf_error *err)
{
    if (!lf_arena_text(a, text, low, err))
        return false;
    char *at = lf_arena_take(a, text.len + 1, 1, err);
    for (size_t i = 0; at && i < text.len; i++)
        at[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] + 32
                                                              : text.at[i]);
    *low = (struct lf_slice){at, text.len};
    return at != NULL;
}

static struct lf_slice find(const struct lf_xml_attr *attr, size_t attrs,
                            const char *name)
{
    for (size_t i = 0; i < attrs; i++)
        if (lf_slice_is(attr[i].name, name))
            return attr[i].value;
    return LF_S("");
}

static bool has(const struct lf_xml_attr *attr, size_t attrs, const char *name)
{
    for (size_t i = 0; i < attrs; i++)
        if (lf_slice_is(attr[i].name, name))
            return true;
    return false;
}

static bool is_media(struct lf_slice element)
{
    static const char *const names[] = {"Image", "Video", "Audio", "AudioPlus"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (lf_slice_is(element, names[i]))
            return true;
    return false;
}

static bool is_key(struct lf_slice value)
{
    return value.len > 1 && value.at[0] == '$';
}

// Of any tag: the server looks for all of them in a task's data.
static bool add_key(struct ls_config *c, struct lf_slice element, struct lf_slice value,
                    struct lf_error *err)
{
    if (!is_key(value))
        return true;
    value = (struct lf_slice){value.at + 1, value.len - 1};
    for (size_t i = 0; i < c->keys; i++)
        if (lf_slice_eq(c->key[i].name, value)) {
            c->key[i].media |= is_media(element);
            return true;
        }
    void *rows = c->key;
    struct ls_key key = {.media = is_media(element)};
    if (!lf_arena_text(&c->arena, value, &key.name, err) ||
        !lf_arena_grow(&c->arena, &rows, &c->key_room, c->keys + 1, sizeof *c->key,
                       err))
        return false;
    c->key = rows;
    c->key[c->keys++] = key;
    return true;
}

struct word_key {
    char text[LF_CLASS_BYTES + 64];
};

// "3 boat", a word of tag 3. Needs no memory, so that asking never fails; of a word
// longer than any class the hash tells the rest.
static struct lf_slice key_of(size_t row, struct lf_slice word, struct word_key *k)
{
    size_t most = LF_CLASS_BYTES, n = word.len < most ? word.len : most;
    int head = word.len > most ? snprintf(k->text, sizeof k->text, "%zu~%llx ", row,
                                          (unsigned long long)lf_hash(word))
                               : snprintf(k->text, sizeof k->text, "%zu ", row);
    if (n)
        memcpy(k->text + head, word.at, n);
    return (struct lf_slice){k->text, (size_t)head + n};
}

static bool add_word(struct reading *r, uint32_t row, struct lf_slice word,
                     struct lf_error *err)
{
    struct word_key key;
    uint32_t number;
    return lf_names_add(&r->c->words, key_of(row, word, &key), &number, NULL, err);
}

// A label or a choice belongs to the control around it.
static bool add_choice(struct reading *r, const struct lf_xml_attr *attr, size_t attrs,
                       struct lf_error *err)
{
    uint32_t owner = r->owner[r->depth - 1];
    struct lf_slice value = find(attr, attrs, "value");
    if (!owner)
        return true;
    struct ls_tag *t = &r->c->tag[owner - 1];
    t->open |= is_key(value);
    t->words = true;
    return add_word(r, owner - 1, value, err) &&
           (!has(attr, attrs, "alias") ||
            add_word(r, owner - 1, find(attr, attrs, "alias"), err));
}

static void bound(const struct lf_xml_attr *attr, size_t attrs, const char *name,
                  double *value, bool *there)
{
    double v;
    if (lf_parse_decimal(find(attr, attrs, name), &v)) {
        *value = v;
        *there = true;
    }
}

static bool is_true(struct lf_slice text)
{
    return lf_slice_is(text, "true") || lf_slice_is(text, "True");
}

static bool fill(struct ls_tag *t, struct lf_slice element,
                 const struct lf_xml_attr *attr, size_t attrs, struct lf_arena *a,
                 struct lf_error *err)
{
    struct lf_slice value = find(attr, attrs, "value");
    if (is_key(value) && !t->control)
        t->key = (struct lf_slice){value.at + 1, value.len - 1};
    t->open = (is_key(value) && t->control) || has(attr, attrs, "apiUrl");
    t->per_region = is_true(find(attr, attrs, "perRegion"));
    bound(attr, attrs, "min", &t->least, &t->has_least);
    bound(attr, attrs, "max", &t->most, &t->has_most);
    bound(attr, attrs, "maxRating", &t->most, &t->has_most);
    return lf_arena_text(a, element, &t->element, err) &&
           lowered(element, a, &t->type, err) &&
           lf_arena_text(a, find(attr, attrs, "name"), &t->name, err) &&
           lf_arena_text(a, find(attr, attrs, "toName"), &t->to, err) &&
           lf_arena_text(a, t->key, &t->key, err) &&
           lf_arena_text(a, find(attr, attrs, "whenTagName"), &t->when_tag, err) &&
           lf_arena_text(a, find(attr, attrs, "whenLabelValue"), &t->when_label, err);
}

static bool add_tag(struct reading *r, struct lf_slice element,
                    const struct lf_xml_attr *attr, size_t attrs, uint64_t line,
                    struct lf_error *err)
{
    struct ls_config *c = r->c;
    struct ls_tag t = {.line = line, .control = has(attr, attrs, "toName")};
    void *rows = c->tag, *first = c->first;
    uint32_t number;
    bool added;
    if (!fill(&t, element, attr, attrs, &c->arena, err) ||
        !lf_names_add(&c->names, t.name, &number, &added, err) ||
        !lf_arena_grow(&c->arena, &rows, &c->tag_room, c->tags + 1, sizeof *c->tag,
                       err) ||
        !lf_arena_grow(&c->arena, &first, &c->first_room, c->names.count,
                       sizeof *c->first, err))
        return false;
    c->tag = rows;
    c->first = first;
    t.twice = !added;
    if (added)
        c->first[number] = (uint32_t)c->tags;
    c->tag[c->tags++] = t;
    if (t.control)
        r->owner[r->depth] = (uint32_t)c->tags;
    return true;
}

static bool start(void *user, struct lf_slice name, const struct lf_xml_attr *attr,
                  size_t attrs, uint64_t line, struct lf_error *err)
{
    struct reading *r = user;
    if (r->depth > LF_XML_DEPTH)
        return lf_fail(err, LF_E_XML_DEPTH, "elements lie too deep in each other");
    r->depth++;
    r->owner[r->depth] = r->owner[r->depth - 1];
    r->c->repeats |= lf_slice_is(name, "Repeater");
    if (!add_key(r->c, name, find(attr, attrs, "value"), err))
        return false;
    if (lf_slice_is(name, "Label") || lf_slice_is(name, "Choice"))
        return add_choice(r, attr, attrs, err);
    return !has(attr, attrs, "name") || add_tag(r, name, attr, attrs, line, err);
}

static bool end(void *user, struct lf_slice name, uint64_t line, struct lf_error *err)
{
    struct reading *r = user;
    (void)name, (void)line, (void)err;
    r->depth--;
    return true;
}

static bool text(void *user, struct lf_slice text, struct lf_error *err)
{
    (void)user, (void)text, (void)err;
    return true;
}

bool ls_config_read(struct lf_in *in, struct ls_config *c, struct lf_error *err)
{
    char piece[4096];
    struct reading r = {.c = c};
    const struct lf_xml_handler h = {&r, start, end, text};
    *c = (struct ls_config){0};
    struct lf_xml_in *x = lf_xml_in_new(&h, err);
    bool ok = x != NULL;
    for (size_t got = 1; ok && got;) {
        ok = lf_in_read(in, piece, sizeof piece, &got, err) &&
             lf_xml_in_push(x, piece, got, err);
    }
    ok = ok && lf_xml_in_end(x, err);
    lf_xml_in_free(&x);
    return ok || lf_fail_in_file(err, lf_in_name(in));
}

void ls_config_done(struct ls_config *c)
{
    lf_names_done(&c->names);
    lf_names_done(&c->words);
    lf_arena_done(&c->arena);
    *c = (struct ls_config){0};
}

const struct ls_tag *ls_config_find(const struct ls_config *c, struct lf_slice name)
{
    uint32_t number;
    return lf_names_find(&c->names, name, &number) ? &c->tag[c->first[number]] : NULL;
}

bool ls_config_lists(const struct ls_config *c, const struct ls_tag *t,
                     struct lf_slice word)
{
    struct word_key key;
    uint32_t number;
    return lf_names_find(&c->words, key_of((size_t)(t - c->tag), word, &key), &number);
}

bool ls_list_next(struct lf_slice *list, struct lf_slice *name)
{
    if (!list->at)
        return false;
    const char *comma = list->len ? memchr(list->at, ',', list->len) : NULL;
    const char *last = list->at + list->len;
    *name = lf_slice_between(list->at, comma ? comma : last);
    *list = comma ? lf_slice_between(comma + 1, last) : (struct lf_slice){0};
    return true;
}
