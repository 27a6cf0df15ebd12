// A task: which sample it is, and what of all that was done to it counts.
#include <stdio.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/labelstudio/ls_reading.h"

struct reading {
    const struct ls_place *p;
    struct ls_task *t;
    struct lf_arena *a;
    struct lf_names who; // annotators of the task, by the number of their turn
    uint64_t skipped, drafts, older;
};

static struct lf_slice object_of(struct lf_slice object, const char *key)
{
    struct lf_slice json;
    if (!object.len || !lf_json_get(object, key, &json))
        return (struct lf_slice){0};
    json = lf_json_trim(json);
    return lf_json_type(json) == LF_JSON_OBJECT ? json : (struct lf_slice){0};
}

// A text, or a number as it is spelled; else empty.
static bool word_of(struct lf_slice object, const char *key, struct lf_arena *a,
                    struct lf_slice *text, struct lf_error *err)
{
    *text = (struct lf_slice){"", 0};
    if (!object.len || !lf_json_get(object, key, text)) {
        *text = (struct lf_slice){"", 0};
        return true;
    }
    *text = lf_json_trim(*text);
    if (lf_json_type(*text) == LF_JSON_NUMBER)
        return lf_arena_text(a, *text, text, err);
    if (lf_json_type(*text) == LF_JSON_STRING)
        return lf_json_string(*text, a, text, err);
    *text = (struct lf_slice){"", 0};
    return true;
}

static bool is_true(struct lf_slice object, const char *key)
{
    struct lf_slice value;
    return lf_json_get(object, key, &value) &&
           lf_json_type(lf_json_trim(value)) == LF_JSON_TRUE;
}

static bool tell(const struct reading *r, enum lf_code code, uint64_t count,
                 const char *one, const char *many, struct lf_error *err)
{
    char text[160], task[40];
    lf_escape(r->t->name, task, sizeof task);
    snprintf(text, sizeof text, "%s%s%s", task, task[0] && one[0] ? ": " : "",
             count == 1 ? one : "");
    if (count > 1)
        snprintf(text, sizeof text, "%s%s%llu %s", task, task[0] ? ": " : "",
                 (unsigned long long)count, many);
    struct lf_event e = {.code = code,
                         .file = lf_slice_of(r->p->file),
                         .offset = r->t->at,
                         .item = r->t->item,
                         .text = lf_slice_of(text)};
    return lf_events_add(r->p->ev, &e, err);
}

// ---------------------------------------------------------------------------- sample

// Of data that is not ours: the picture, or what else looks like an address.
static bool picture_name(struct reading *r, struct lf_error *err)
{
    struct lf_slice key, value, text, name;
    struct lf_json_walk w = lf_json_enter(r->t->data);
    if (!word_of(r->t->data, LS_OBJECT, r->a, &text, err) ||
        !ls_image_name(text, r->a, &r->t->item, err))
        return false;
    while (!r->t->item.len && lf_json_member(&w, &key, &value)) {
        value = lf_json_trim(value);
        if (lf_json_type(value) != LF_JSON_STRING)
            continue;
        if (!lf_json_string(value, r->a, &text, err))
            return false;
        if (text.len < 4096 && memchr(text.at, '/', text.len) &&
            !lf_slice_starts(text, LF_S("data:"))) {
            if (!ls_image_name(text, r->a, &name, err))
                return false;
            r->t->item = name;
        }
    }
    return true;
}

// An id that is none of the run's is nobody's: never is a name asked then.
static bool find_sample(struct reading *r, struct lf_error *err)
{
    struct ls_task *t = r->t;
    struct lf_slice ours = object_of(t->meta, "fiftyone"), id, run;
    if (!word_of(t->data, "fo_sample_id", r->a, &id, err) ||
        (!id.len && !word_of(ours, "sample_id", r->a, &id, err)) ||
        !word_of(t->data, "fo_name", r->a, &t->item, err) ||
        (!t->item.len && !word_of(ours, "name", r->a, &t->item, err)) ||
        !word_of(t->data, "fo_run", r->a, &run, err) ||
        (!run.len && !word_of(ours, "run", r->a, &run, err)))
        return false;
    if (!t->item.len && !picture_name(r, err))
        return false;
    if (id.len && !lf_id_parse(id, &t->sample))
        t->item = id;
    const struct lf_slice uid = r->p->run->uid;
    t->foreign = uid.len && run.len && !lf_slice_eq(uid, run);
    return true;
}

// ---------------------------------------------------------------------------- turns

static bool fail_turn(struct reading *r, struct ls_turn *turn, const char *what)
{
    char task[40];
    lf_fail(&turn->fault, LF_E_LABELSTUDIO, "%s%s%s",
            lf_escape(r->t->name, task, sizeof task), r->t->name.len ? ": " : "", what);
    lf_fail_in_file(&turn->fault, r->p->file);
    lf_fail_at_offset(&turn->fault, r->t->at);
    return true;
}

// "ann@here.org" or "user 3"; an export knows the one or the other.
static bool annotator(struct lf_slice annotation, const char *key, struct lf_arena *a,
                      struct lf_slice *who, struct lf_error *err)
{
    struct lf_slice object = object_of(annotation, key), id;
    if (!object.len) {
        if (!word_of(annotation, key, a, who, err))
            return false;
    } else if (!word_of(object, "email", a, who, err) ||
               (!who->len && !word_of(object, "id", a, who, err))) {
        return false;
    }
    id = *who;
    for (size_t i = 0; i < id.len; i++)
        if (id.at[i] < '0' || id.at[i] > '9')
            return true;
    return !id.len || lf_arena_printf(a, who, err, "user %.*s", (int)id.len, id.at);
}

static bool later(const struct ls_turn *a, const struct ls_turn *b)
{
    int d = lf_slice_cmp(a->stamp, b->stamp);
    return d ? d > 0 : a->id > b->id;
}

// Of what one person handed in the last counts.
static bool add_turn(struct reading *r, const struct ls_turn *turn,
                     struct lf_error *err)
{
    struct ls_task *t = r->t;
    void *turns = t->turn;
    uint32_t number;
    bool added;
    if (!lf_names_add(&r->who, turn->who, &number, &added, err))
        return false;
    if (!added) {
        r->older++;
        if (later(turn, &t->turn[number]))
            t->turn[number] = *turn;
        return true;
    }
    if (!lf_arena_grow(r->a, &turns, &t->room, t->turns + 1, sizeof *t->turn, err))
        return false;
    t->turn = turns;
    t->turn[t->turns++] = *turn;
    return true;
}

static bool read_head(struct reading *r, struct lf_slice json, const char *who,
                      struct ls_turn *turn, struct lf_error *err)
{
    struct lf_slice time, id;
    *turn = (struct ls_turn){.id = -1};
    if (!annotator(json, who, r->a, &turn->who, err) ||
        !word_of(json, "updated_at", r->a, &time, err) ||
        (!time.len && !word_of(json, "created_at", r->a, &time, err)) ||
        !ls_stamp(time, r->a, &turn->stamp, err) ||
        !word_of(json, "id", r->a, &id, err))
        return false;
    if (!lf_parse_int64(id, &turn->id))
        turn->id = -1;
    return true;
}

static bool read_list(struct reading *r, struct lf_slice json, struct ls_turn *turn)
{
    if (lf_json_get(json, "result", &turn->list)) {
        turn->list = lf_json_trim(turn->list);
        if (lf_json_type(turn->list) == LF_JSON_ARRAY)
            return true;
    }
    turn->list = (struct lf_slice){0};
    return fail_turn(r, turn, "an annotation has no list \"result\"");
}

static bool take_annotation(struct reading *r, struct lf_slice json,
                            struct lf_error *err)
{
    struct ls_turn turn = {.id = -1};
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return fail_turn(r, &turn, "an annotation is not an object") &&
               add_turn(r, &turn, err);
    if (is_true(json, "was_cancelled") && !(r->p->run->accept & LF_ACCEPT_SKIPPED)) {
        r->skipped++;
        return true;
    }
    return read_head(r, json, "completed_by", &turn, err) &&
           read_list(r, json, &turn) && add_turn(r, &turn, err);
}

// A draft of an annotation is a later state of it. Its user is an e-mail where the
// annotation's is a number, so that the same person would be taken for two.
static bool owner_of_draft(struct reading *r, struct lf_slice json,
                           struct ls_turn *turn, struct lf_error *err)
{
    struct lf_slice text;
    int64_t id;
    if (!word_of(json, "annotation", r->a, &text, err))
        return false;
    if (!lf_parse_int64(text, &id))
        return true;
    for (size_t i = 0; i < r->t->turns; i++)
        if (r->t->turn[i].id == id)
            turn->who = r->t->turn[i].who;
    return true;
}

// Unsaved work; where it is accepted it is somebody's like all other.
static bool take_draft(struct reading *r, struct lf_slice json, struct lf_error *err)
{
    struct ls_turn turn;
    json = lf_json_trim(json);
    r->drafts++;
    if (!(r->p->run->accept & LF_ACCEPT_DRAFTS) || lf_json_type(json) != LF_JSON_OBJECT)
        return true;
    r->drafts--;
    return read_head(r, json, "user", &turn, err) &&
           owner_of_draft(r, json, &turn, err) && read_list(r, json, &turn) &&
           add_turn(r, &turn, err);
}

// In a usual export predictions are numbers, which say nothing.
static bool take_prediction(struct reading *r, struct lf_slice json,
                            struct lf_error *err)
{
    struct ls_turn turn;
    struct lf_slice model;
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return true;
    if (!read_head(r, json, "", &turn, err) ||
        !word_of(json, "model_version", r->a, &model, err) ||
        !lf_arena_printf(r->a, &turn.who, err, "prediction%s%.*s", model.len ? " " : "",
                         (int)model.len, model.at))
        return false;
    return read_list(r, json, &turn) && add_turn(r, &turn, err);
}

// The entries of a list of the task, which may be absent or null.
static bool each(struct reading *r, struct lf_slice task, const char *key,
                 bool (*take)(struct reading *r, struct lf_slice json,
                              struct lf_error *err),
                 size_t *count, struct lf_error *err)
{
    struct lf_slice list, entry;
    *count = 0;
    if (!lf_json_get(task, key, &list) ||
        lf_json_type(lf_json_trim(list)) == LF_JSON_NULL)
        return true;
    list = lf_json_trim(list);
    if (lf_json_type(list) != LF_JSON_ARRAY) {
        struct ls_turn turn = {.id = -1};
        char what[60];
        snprintf(what, sizeof what, "its \"%s\" are not a list", key);
        *count = 1;
        return fail_turn(r, &turn, what) && add_turn(r, &turn, err);
    }
    struct lf_json_walk w = lf_json_enter(list);
    for (; lf_json_element(&w, &entry); ++*count)
        if (!take(r, entry, err))
            return false;
    return true;
}

static bool tell_task(struct reading *r, size_t annotations, struct lf_error *err)
{
    return (!r->skipped ||
            tell(r, LF_N_TASK_SKIPPED, r->skipped, "", "annotations are skips", err)) &&
           (!r->drafts || tell(r, LF_E_DRAFT, r->drafts, "", "drafts", err)) &&
           (!r->older ||
            tell(r, LF_N_ANNOTATION_OLDER, r->older, "", "older annotations", err)) &&
           (annotations || r->t->turns || tell(r, LF_N_UNTOUCHED, 1, "", "", err));
}

static bool take_turns(struct reading *r, struct lf_slice task, struct lf_error *err)
{
    size_t annotations, more;
    if (!each(r, task, "annotations", take_annotation, &annotations, err) ||
        // of old exports
        (!annotations &&
         !each(r, task, "completions", take_annotation, &annotations, err)) ||
        !each(r, task, "drafts", take_draft, &more, err))
        return false;
    if (!r->t->turns && r->p->run->accept & LF_ACCEPT_PREDICTIONS &&
        !each(r, task, "predictions", take_prediction, &more, err))
        return false;
    return tell_task(r, annotations, err);
}

// ---------------------------------------------------------------------------- forms

// What is exported to a storage is an annotation with its task inside.
static bool is_lone(struct lf_slice json)
{
    struct lf_slice list;
    return object_of(json, "task").len && lf_json_get(json, "result", &list);
}

static bool is_flat(struct lf_slice json)
{
    struct lf_slice value;
    return !lf_json_get(json, "annotations", &value) && !object_of(json, "data").len &&
           (lf_json_get(json, "annotation_id", &value) ||
            lf_json_get(json, "annotator", &value));
}

static bool read_flat(struct reading *r, struct lf_slice json, struct lf_error *err)
{
    struct ls_turn turn;
    struct lf_slice id;
    if (!read_head(r, json, "annotator", &turn, err) ||
        !word_of(json, "annotation_id", r->a, &id, err))
        return false;
    if (!lf_parse_int64(id, &turn.id))
        turn.id = -1;
    turn.list = json;
    return add_turn(r, &turn, err);
}

static bool is_task(struct lf_slice json)
{
    static const char *const keys[] = {"data", "annotations", "completions",
                                       "predictions"};
    struct lf_slice value;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (lf_json_get(json, keys[i], &value))
            return true;
    return false;
}

static bool read_all(struct reading *r, struct lf_slice json, struct lf_error *err)
{
    struct ls_task *t = r->t;
    const bool lone = is_lone(json);
    struct lf_slice id, task = lone ? object_of(json, "task") : json;
    t->flat = !lone && is_flat(json);
    if (!t->flat && !is_task(task))
        return lf_fail(err, LF_E_LABELSTUDIO,
                       "an object is neither a task nor a record of JSON_MIN");
    t->data = t->flat ? json : object_of(task, "data");
    t->meta = t->flat ? (struct lf_slice){0} : object_of(task, "meta");
    if (!word_of(task, "id", r->a, &id, err) ||
        !word_of(t->flat ? (struct lf_slice){0} : task, "project", r->a, &t->project,
                 err) ||
        !word_of(task, "created_at", r->a, &t->created, err) ||
        (id.len && !lf_arena_printf(r->a, &t->name, err, "task %.*s",
                                    (int)(id.len < 20 ? id.len : 20), id.at)) ||
        (t->data.len && !find_sample(r, err)))
        return false;
    if (t->foreign)
        return tell(r, LF_E_OTHER_RUN, 1, "", "", err);
    return t->flat ? read_flat(r, json, err)
           : lone  ? take_annotation(r, json, err) && tell_task(r, 1, err)
                   : take_turns(r, task, err);
}

bool ls_read_task(const struct ls_place *p, struct lf_slice json, uint64_t at,
                  struct ls_task *t, struct lf_arena *a, struct lf_error *err)
{
    struct reading r = {.p = p, .t = t, .a = a};
    *t = (struct ls_task){.at = at};
    json = lf_json_trim(json);
    bool ok = lf_json_type(json) == LF_JSON_OBJECT
                  ? read_all(&r, json, err)
                  : lf_fail(err, LF_E_LABELSTUDIO, "a task is not an object");
    lf_names_done(&r.who);
    return ok || (lf_fail_in_file(err, p->file), lf_fail_at_offset(err, at));
}
