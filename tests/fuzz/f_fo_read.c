// A document of a dataset: what is accepted can be shipped, and every label of it
// deleted, reclassed and moved, and stays a document.
#include "formats/base/json.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/table.h"
#include "tests/fuzz/small_run.h"

static struct lf_run run;
static const struct lf_format *format;

static void open_run(void)
{
    struct lf_error err = {0};
    LF_CLAIM(lf_schema_read(LF_S(SMALL_FIELDS), &run.schema, &err));
    LF_CLAIM(lf_schema_index(&run.schema, &err));
    run.id_attr = LF_S("label_id");
    run.uid = LF_S("7dbfaa33bd22dfff87622cd84cfb75fb");
    format = lf_format_named("cvat-images");
    LF_CLAIM(format);
}

static void parse(struct lf_slice doc, struct lf_arena *a, struct lf_sample *s,
                  struct lf_error *err)
{
    struct lf_error why = {0};
    uint8_t digest[LF_BASE_DIGEST];
    struct lf_slice value[8];
    struct lf_buf line = {0};
    *s = (struct lf_sample){.width = 320, .height = 240};
    if (!fo_parse(&(struct fo_source){.schema = &run.schema}, doc, a, s, err))
        return;
    fo_values(&run.schema, doc, value);
    LF_CLAIM(lf_base_digest(&run.schema, value, (struct lf_slice){0}, digest, &why));
    LF_CLAIM(
        lf_base_doc(&run.schema, &s->id, value, (struct lf_slice){0}, &line, &why));
    LF_CLAIM(lf_json_check(lf_buf_view(&line), (struct lf_json_rules){true}, 0, &why));
    LF_CLAIM(!memchr(line.at, '\n', line.len));
    lf_buf_done(&line);
    LF_CLAIM(format->ship(&run, s, a, NULL, &why));
}

// One change of each kind to each label, and an addition to each field.
static void change_all(struct lf_slice doc, const struct lf_sample *s, unsigned how,
                       struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_changes plan = {0};
    struct lf_edits edits;
    struct lf_buf out = {0};
    static double corners[] = {10, 20, 30.5, 44.25};
    static struct lf_attr attr[] = {{.name = 0, .type = LF_V_UNTYPED}};
    struct lf_label box = {.kind = LF_BOX, .points = 2, .xy = corners, .index = -1};
    size_t most = s->labels + run.schema.fields;
    struct lf_label *made = lf_arena_take(a, most, sizeof *made, &err);
    plan.change = lf_arena_take(a, most, sizeof *plan.change, &err);
    LF_CLAIM(made && plan.change);
    struct lf_slice value[8];
    fo_values(&run.schema, doc, value);
    attr[0].text = LF_S("7");
    box.name = LF_S("boat");
    box.attr = attr;
    for (size_t i = 0; i < most; i++) {
        const struct lf_label *ours = i < s->labels ? &s->label[i] : NULL;
        uint16_t field = ours ? ours->field : (uint16_t)(i - s->labels);
        made[i] = box;
        made[i].field = field;
        made[i].kind =
            (uint16_t)(ours ? ours->kind : lf_field_kind(run.schema.field[field].type));
        made[i].attrs = run.schema.field[field].attrs ? 1 : 0;
        bool room = lf_field_is_list(run.schema.field[field].type) || !value[field].len;
        if (ours && !ours->shipped)
            continue; // it stays at home
        if (!ours && (!(how & 4) || !room))
            continue;
        struct lf_change c = {.ours = ours,
                              .theirs = how & 1 && ours ? NULL : &made[i],
                              .parts =
                                  !ours || how & 1 ? LF_EXISTS : LF_CLASS | LF_SPACE,
                              .field = field};
        if (ours && !(how & 1) && made[i].attrs && how & 2) {
            c.parts |= LF_ATTRS;
            lf_attr_set_add(&c.attrs, 0);
        }
        memset(c.id.at, (int)i + 1, sizeof c.id.at);
        c.id.known = true;
        plan.change[plan.count++] = c;
    }
    if (!fo_edits(&(struct fo_source){.schema = &run.schema}, s, &plan, 0.005, NULL, a,
                  &edits, NULL, &err)) {
        LF_CLAIM(err.code != LF_OK && err.code != LF_E_BUG);
        return;
    }
    lf_edits_apply(&edits, doc, &out);
    LF_CLAIM(lf_json_check(lf_buf_view(&out), (struct lf_json_rules){true}, 0, &err));
    struct lf_sample again;
    parse(lf_buf_view(&out), a, &again, &err);
    LF_CLAIM(err.code == LF_OK);
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!format)
        open_run();
    if (size == 0)
        return 0;
    struct lf_slice doc = {(const char *)data + 1, size - 1};
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct fo_head head;
    struct lf_sample s;
    // Documents come out of the stream: checked, and objects.
    if (lf_json_check(doc, (struct lf_json_rules){true}, 0, &err) &&
        lf_json_type(lf_json_trim(doc)) == LF_JSON_OBJECT) {
        doc = lf_json_trim(doc);
        bool ok = fo_head(doc, &a, &head, &err);
        LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
        err = (struct lf_error){0};
        parse(doc, &a, &s, &err);
        LF_CLAIM(err.code != LF_E_BUG);
        if (ok && err.code == LF_OK)
            change_all(doc, &s, data[0], &a);
    }
    lf_arena_done(&a);
    return 0;
}
