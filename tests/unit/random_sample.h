// Samples from a seed: documents as a dataset has them, with what is odd in real ones,
// and the same documents after somebody edited them. Number n of a kind is always the
// same.
#ifndef LF_RANDOM_SAMPLE_H
#define LF_RANDOM_SAMPLE_H

#include <stdio.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/label/run.h"
#include "tests/unit/laws.h"
#include "tests/unit/unit.h"

// ---------------------------------------------------------------------------- the run

enum { RANDOM_FIELDS = 4 };

static inline void put_def(struct lf_buf *out, const char *name, const char *type,
                           const char *preset, const char *value)
{
    lf_buf_printf(out,
                  "%s\"%s\": {\"type\": \"%s\", \"default\": \"%s\", \"mutable\": "
                  "true, \"read_only\": false, \"value_type\": \"%s\", \"listed\": "
                  "false%s}",
                  out->at[out->len - 1] == '{' ? "" : ", ", name, type, preset, value,
                  strcmp(type, "select") != 0
                      ? ""
                      : ", \"values\": [\"a\", \"b\", \"\\u00fc c\"]");
}

static inline void put_field(struct lf_buf *out, const char *name, const char *type,
                             bool tag)
{
    lf_buf_printf(out, "%s\"%s\": {\"type\": \"%s\", \"classes\": [\"pier\", ",
                  out->len == 1 ? "" : ", ", name, type);
    if (tag) {
        lf_buf_text(out, "\"sun\", \"fog\"], \"attributes\": {");
    } else {
        lf_buf_text(out, "\"K\\u00fcste & <b>\", {\"classes\": [\"boat\"], "
                         "\"attributes\": {"); // its own crew, and a note of its own
        put_def(out, "crew", "text", "", "int");
        put_def(out, "note", "text", "none", "str");
        lf_buf_text(out, "}}], \"attributes\": {");
        put_def(out, "score", "text", "", "float");
        put_def(out, "flag", "checkbox", "false", "bool");
        put_def(out, "occluded", "checkbox", "true", "bool");
        put_def(out, "pick", "select", "b", "str");
    }
    put_def(out, "note", "text", "", "str");
    put_def(out, "count", "text", "", "int");
    lf_buf_text(out, "}, \"existing_field\": true, \"allow_additions\": true, "
                     "\"allow_deletions\": true, \"allow_label_edits\": true, "
                     "\"allow_index_edits\": true, \"allow_spatial_edits\": true}");
}

// One field of each type.
static inline void random_schema(struct lf_buf *out)
{
    lf_buf_char(out, '{');
    put_field(out, "boxes", "detections", false);
    put_field(out, "one", "detection", false);
    put_field(out, "tags", "classifications", true);
    put_field(out, "tag", "classification", true);
    lf_buf_char(out, '}');
}

// ---------------------------------------------------------------------------- values

static const char *const random_texts[] = {"\"\"",
                                           "\"ok\"",
                                           "\"a \\u00fc <&> \\\"q\\\" 'x'\"",
                                           "\"\\ud83d\\ude00\"",
                                           "\"line\\r\\nend\\t\"",
                                           "\" edges \"",
                                           "\"true\"",
                                           "\"7\"",
                                           "\"]]>\""};
static const char *const odd_texts[] = {"\"\\u0001\"",    "null",
                                        "[1, 2]",         "\"\xc3\xbc\xe6\x97\xa5\"",
                                        "{\"$date\": 1}", "12"};
static const char *const random_ints[] = {"0", "7", "-12", "9007199254740993"};
static const char *const odd_ints[] = {"{\"$numberLong\": \"5\"}", "null", "\"7\"",
                                       "3.5", "\"many\""};
static const char *const random_floats[] = {"0.1", "1e-07", "3.0", "-100.25"};
static const char *const odd_floats[] = {"4", "null", "1.50",
                                         "{\"$numberDouble\": \"NaN\"}"};
static const char *const random_bools[] = {"true", "false"};
static const char *const odd_bools[] = {"null", "\"maybe\"", "\"True\"", "1"};
static const char *const random_picks[] = {"\"a\"", "\"b\"", "\"\\u00fc c\""};
static const char *const odd_picks[] = {"\"zzz\"", "null", "\"\""};

#define LIST(l) l, sizeof(l) / sizeof *(l)
static const struct random_attr {
    const char *name;
    const char *const *plain;
    size_t plains;
    const char *const *odd;
    size_t odds;
    bool tag; // tags have it too
} random_attrs[] = {
    {"note", LIST(random_texts), LIST(odd_texts), true},
    {"count", LIST(random_ints), LIST(odd_ints), true},
    {"score", LIST(random_floats), LIST(odd_floats), false},
    {"flag", LIST(random_bools), LIST(odd_bools), false},
    {"occluded", LIST(random_bools), LIST(odd_bools), false},
    {"pick", LIST(random_picks), LIST(odd_picks), false},
    {"crew", LIST(random_ints), LIST(odd_ints), false},
};
enum { RANDOM_ATTRS = sizeof random_attrs / sizeof *random_attrs };
static const char *const box_classes[] = {"\"pier\"", "\"boat\"",
                                          "\"K\\u00fcste & <b>\""};
static const char *const tag_classes[] = {"\"pier\"", "\"sun\"", "\"fog\""};
static const char *const odd_classes[] = {"null", "\"\"", "\"whale\""};
static const char *const odd_numbers[] = {"0", "1", "0.50", "5e-1",
                                          "0.333333333333333333333"};

// ---------------------------------------------------------------------------- a label

struct sketch { // a label before it is written down
    bool tag, has_id, mask, gone;
    char id[25];
    const char *class; // JSON; NULL: absent
    unsigned sides;    // numbers of the box, 4 unless it is odd
    char side[4][LF_NUMBER_CAP];
    char turn[LF_NUMBER_CAP];        // "": none
    bool old_turn;                   // among the legacy attributes
    const char *value[RANDOM_ATTRS]; // NULL: absent
    bool old[RANDOM_ATTRS];          // among the legacy attributes
};

static inline void spell(double v, char out[LF_NUMBER_CAP])
{
    out[lf_print_double(v, out)] = '\0';
}

static inline void sketch_box(struct dice *d, bool plain, struct sketch *k)
{
    double low = chance(d, 15) ? -0.4 : 0.02, high = low < 0 ? 1.3 : 0.6;
    k->sides = 4;
    for (unsigned i = 0; i < 4; i++) {
        spell(i < 2 ? between(d, low, high) : between(d, 0.05, 0.38), k->side[i]);
        if (!plain && chance(d, 4))
            strcpy(k->side[i], PICK(d, odd_numbers));
        if (!plain && i >= 2 && chance(d, 3))
            spell(-between(d, 0.01, 0.3), k->side[i]);
        if (!plain && i >= 2 && chance(d, 2))
            strcpy(k->side[i], "0.0");
    }
    if (!plain && chance(d, 3))
        k->sides = (unsigned)roll(d, 4);
    if (chance(d, 30))
        spell(between(d, plain ? 1 : -400, plain ? 359 : 800), k->turn);
    if (!plain && chance(d, 4)) // rounds to a whole turn
        strcpy(k->turn, chance(d, 50) ? "359.997" : "-0.004");
    k->old_turn = !plain && chance(d, 30);
    k->mask = !plain && chance(d, 3);
}

static inline void sketch_label(struct dice *d, bool tag, bool plain, struct sketch *k)
{
    *k = (struct sketch){.tag = tag};
    k->has_id = plain || !chance(d, 5);
    snprintf(k->id, sizeof k->id, "%08x%08x%08x", (unsigned)roll(d, UINT32_MAX),
             (unsigned)roll(d, UINT32_MAX), (unsigned)roll(d, UINT32_MAX));
    k->class = tag ? PICK(d, tag_classes) : PICK(d, box_classes);
    if (!plain && chance(d, 8))
        k->class = chance(d, 30) ? NULL : PICK(d, odd_classes);
    if (!tag)
        sketch_box(d, plain, k);
    for (size_t i = 0; i < RANDOM_ATTRS; i++) {
        const struct random_attr *a = &random_attrs[i];
        if ((tag && !a->tag) || chance(d, 30))
            continue;
        k->value[i] = !plain && chance(d, 15) ? a->odd[roll(d, a->odds)]
                                              : a->plain[roll(d, a->plains)];
        k->old[i] = !plain && !tag && chance(d, 15);
    }
}

static inline void move_side(struct dice *d, struct sketch *k, unsigned i, double most)
{
    double v;
    if (lf_parse_double(lf_slice_of(k->side[i]), &v))
        spell(v + between(d, -most, most), k->side[i]);
}

// One or two changes as people make them.
static inline void edit_label(struct editor *e, struct sketch *k)
{
    struct dice *d = &e->dice;
    for (unsigned n = 1 + chance(d, 30); n > 0; n--) {
        size_t i = (size_t)roll(d, RANDOM_ATTRS);
        switch (roll(d, k->tag ? 5 : 9)) {
        case 0:
            k->class = k->tag ? PICK(d, tag_classes) : PICK(d, box_classes);
            break;
        case 1:
        case 2:
            if (!k->tag || random_attrs[i].tag)
                k->value[i] = random_attrs[i].plain[roll(d, random_attrs[i].plains)];
            break;
        case 3:
            k->gone = true;
            break;
        case 4:
            if (e->archive && chance(d, 50))
                k->has_id = false;
            else if (e->archive)
                snprintf(k->id, sizeof k->id, "00000000%016x", (unsigned)roll(d, 9));
            break;
        case 5:
            spell(between(d, 0, 360), k->turn);
            break;
        case 6:
            move_side(d, k, (unsigned)roll(d, 4), 0.3);
            break;
        default:
            move_side(d, k, 0, 0.1);
            move_side(d, k, 1, 0.1);
            break;
        }
    }
}

static inline void put_value(const struct sketch *k, size_t i, struct lf_buf *out)
{
    lf_buf_printf(
        out, k->old[i] ? "\"%s\": {\"_cls\": \"Attribute\", \"value\": " : ", \"%s\": ",
        random_attrs[i].name);
    lf_buf_text(out, k->value[i]);
    lf_buf_text(out, k->old[i] ? "}" : "");
}

static inline void put_legacy(const struct sketch *k, struct lf_buf *out)
{
    const char *between_two = "";
    lf_buf_text(out, ", \"attributes\": {");
    for (size_t i = 0; i < RANDOM_ATTRS; i++)
        if (k->value[i] && k->old[i]) {
            lf_buf_text(out, between_two);
            put_value(k, i, out);
            between_two = ", ";
        }
    if (k->turn[0] && k->old_turn)
        lf_buf_printf(out,
                      "%s\"rotation\": {\"_cls\": \"NumericAttribute\", \"value\": %s}",
                      between_two, k->turn);
    lf_buf_char(out, '}');
}

static inline void put_sketch(const struct sketch *k, struct lf_buf *out)
{
    lf_buf_char(out, '{');
    if (k->has_id)
        lf_buf_printf(out, "\"_id\": {\"$oid\": \"%s\"}, ", k->id);
    lf_buf_printf(out, "\"_cls\": \"%s\"", k->tag ? "Classification" : "Detection");
    if (!k->tag)
        put_legacy(k, out);
    if (k->class)
        lf_buf_printf(out, ", \"label\": %s", k->class);
    for (unsigned i = 0; !k->tag && i < k->sides; i++)
        lf_buf_printf(out, "%s%s", i ? ", " : ", \"bounding_box\": [", k->side[i]);
    if (!k->tag)
        lf_buf_text(out, k->sides ? "]" : ", \"bounding_box\": []");
    if (k->mask)
        lf_buf_text(
            out,
            ", \"mask\": {\"$binary\": {\"base64\": \"eA==\", \"subType\": \"00\"}}");
    lf_buf_text(out, ", \"confidence\": 0.50");
    if (k->turn[0] && !k->old_turn)
        lf_buf_printf(out, ", \"rotation\": %s", k->turn);
    for (size_t i = 0; i < RANDOM_ATTRS; i++)
        if (k->value[i] && !k->old[i])
            put_value(k, i, out);
    lf_buf_char(out, '}');
}

// ---------------------------------------------------------------------------- a sample

static inline void put_label(uint64_t seed, uint64_t part, bool tag, bool plain,
                             struct editor *e, unsigned *count, struct lf_buf *out)
{
    struct dice d = dice_of(seed, part);
    struct sketch k;
    sketch_label(&d, tag, plain, &k);
    if (e && chance(&e->dice, e->percent))
        edit_label(e, &k);
    if (k.gone)
        return;
    lf_buf_text(out, (*count)++ ? ", " : "");
    put_sketch(&k, out);
    if (e && e->archive && chance(&e->dice, 2)) { // a copy, id and all
        move_side(&e->dice, &k, 0, 0.2);
        lf_buf_text(out, (*count)++ ? ", " : "");
        put_sketch(&k, out);
    }
}

static inline void put_list(uint64_t seed, bool tag, bool plain, struct editor *e,
                            struct lf_buf *out)
{
    struct dice d = dice_of(seed, tag ? 2 : 1);
    unsigned labels = (unsigned)roll(&d, tag ? 4 : 7), count = 0;
    if (!plain && chance(&d, 5)) {
        lf_buf_printf(out, ", \"%s\": null", tag ? "tags" : "boxes");
        return;
    }
    lf_buf_printf(out, ", \"%s\": {\"_cls\": \"%s\", \"%s\": [", tag ? "tags" : "boxes",
                  tag ? "Classifications" : "Detections",
                  tag ? "classifications" : "detections");
    for (unsigned i = 0; i < labels; i++)
        put_label(seed, (tag ? 200u : 100u) + i, tag, plain, e, &count, out);
    if (e && e->archive && chance(&e->dice, 10)) { // drawn anew
        struct sketch k;
        sketch_label(&e->dice, tag, true, &k);
        k.has_id = false;
        lf_buf_text(out, count ? ", " : "");
        put_sketch(&k, out);
    }
    lf_buf_text(out, "]}");
}

static inline void put_single(uint64_t seed, bool tag, bool plain, struct editor *e,
                              struct lf_buf *out)
{
    struct dice d = dice_of(seed, tag ? 4 : 3);
    const char *name = tag ? "tag" : "one";
    unsigned count = 0;
    struct lf_buf label = {0};
    if (chance(&d, 20))
        return;
    if (!chance(&d, 10)) {
        struct editor quiet = e ? *e : (struct editor){0};
        quiet.archive = false; // no copies here
        put_label(seed, tag ? 400 : 300, tag, plain, e ? &quiet : NULL, &count, &label);
        if (e)
            e->dice = quiet.dice;
    }
    lf_buf_printf(out, ", \"%s\": ", name);
    if (count)
        lf_buf_slice(out, lf_buf_view(&label));
    else
        lf_buf_text(out, "null");
    lf_buf_done(&label);
}

// Size of sample `seed`, in pixels.
static inline void random_size(uint64_t seed, uint32_t *width, uint32_t *height)
{
    static const uint32_t sides[] = {64, 333, 640, 1080, 1920, 3840, 7, 1};
    struct dice d = dice_of(seed, 5);
    *width = PICK(&d, sides);
    *height = PICK(&d, sides);
}

// The document of sample `seed`. `plain`: nothing odd in it, and numbers and texts are
// spelled as this program spells them. `e` NULL: as it was before anybody edited it.
static inline void random_document(struct lf_pixel_tool *tool, uint64_t seed,
                                   bool plain, struct editor *e, struct lf_buf *out)
{
    (void)tool;
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%024llx\"}, \"filepath\": \"x\"",
                  (unsigned long long)seed + 1);
    put_list(seed, false, plain, e, out);
    lf_buf_text(out, ", \"kept\": [0.10, {\"a\": null}]");
    put_single(seed, false, plain, e, out);
    put_list(seed, true, plain, e, out);
    put_single(seed, true, plain, e, out);
    lf_buf_printf(out, ", \"_dataset_id\": {\"$oid\": \"%024x\"}}", 0);
}

#endif
