#include "formats/cvat/cvat_meta.h"

#include <stdio.h>

#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"

static bool keep(struct cvat_meta *m, struct lf_slice text, struct lf_slice *out,
                 struct lf_error *err)
{
    return lf_arena_text(&m->arena, text, out, err);
}

static struct lf_slice behind(struct lf_slice path, size_t n)
{
    return (struct lf_slice){path.at + n, path.len - n};
}

bool cvat_meta_open(struct cvat_meta *m, struct lf_slice path, struct lf_error *err)
{
    m->seen = true;
    if (!cvat_told_open(&m->told, path, &m->arena, err))
        return false;
    if (!m->kind[0] && !memchr(path.at, '/', path.len) && path.len < sizeof m->kind &&
        (lf_slice_is(path, "task") || lf_slice_is(path, "job") ||
         lf_slice_is(path, "project")))
        snprintf(m->kind, sizeof m->kind, "%.*s", (int)path.len, path.at);
    if (lf_slice_ends(path, LF_S("/labels/label"))) {
        void *labels = m->label;
        if (!lf_arena_grow(&m->arena, &labels, &m->label_room, m->labels + 1,
                           sizeof *m->label, err))
            return false;
        m->label = labels;
        m->label[m->labels++] = (struct cvat_label){0};
    }
    if (lf_slice_is(path, "project/tasks/task")) {
        void *tasks = m->task;
        if (!lf_arena_grow(&m->arena, &tasks, &m->task_room, m->tasks + 1,
                           sizeof *m->task, err))
            return false;
        m->task = tasks;
        m->task[m->tasks++] = (struct cvat_task){.field = -1};
    }
    return true;
}

static bool label_leaf(struct cvat_meta *m, struct lf_slice rest, struct lf_slice text,
                       const struct lf_run *run, struct lf_error *err)
{
    struct cvat_label *l = &m->label[m->labels - 1];
    if (lf_slice_is(rest, "name"))
        return keep(m, text, &l->name, err);
    if (lf_slice_is(rest, "color"))
        return keep(m, text, &l->color, err);
    if (lf_slice_is(rest, "parent")) {
        l->node = true;
        m->with_id -= l->has_id;
        l->has_id = false;
    }
    if (lf_slice_is(rest, "attributes/attribute/name") && !l->has_id && !l->node &&
        lf_slice_eq(text, run->id_attr)) {
        l->has_id = true;
        m->with_id++;
    }
    return true;
}

// So many jobs are told one from another; of more none is.
enum { MOST_SEGMENTS = 256 };

static bool keep_url(struct cvat_meta *m, struct lf_slice url, struct lf_error *err)
{
    if (++m->segments > MOST_SEGMENTS) {
        lf_buf_clear(&m->urls);
        return true;
    }
    lf_buf_slice(&m->urls, url);
    lf_buf_char(&m->urls, ' ');
    return lf_buf_ok(&m->urls, err);
}

bool cvat_meta_leaf(struct cvat_meta *m, struct lf_slice path, struct lf_slice text,
                    const struct lf_run *run, struct lf_error *err)
{
    static const char labels[] = "/labels/label/", tasks[] = "project/tasks/task/";
    size_t kind = strlen(m->kind);
    struct lf_slice rest = path.len > kind ? behind(path, kind) : path;
    if (!cvat_told_leaf(&m->told, path, text, &m->arena, err))
        return false;
    if (lf_slice_is(path, "dumped"))
        return keep(m, text, &m->dumped, err);
    if (!kind || path.len <= kind)
        return true;
    if (m->labels && lf_slice_starts(rest, LF_S(labels)))
        return label_leaf(m, behind(rest, sizeof labels - 1), text, run, err);
    if (m->tasks && lf_slice_starts(path, LF_S(tasks))) {
        struct cvat_task *t = &m->task[m->tasks - 1];
        rest = behind(path, sizeof tasks - 1);
        if (lf_slice_is(rest, "segments/segment/url"))
            return keep_url(m, text, err);
        if (lf_slice_is(rest, "size") && !lf_parse_int64(text, &t->size))
            t->size = 0;
        return lf_slice_is(rest, "id")       ? keep(m, text, &t->id, err)
               : lf_slice_is(rest, "subset") ? keep(m, text, &t->subset, err)
               : lf_slice_is(rest, "name")   ? keep(m, text, &t->name, err)
                                             : true;
    }
    int64_t size;
    if (lf_slice_is(rest, "/size") && !strcmp(m->kind, "task") &&
        lf_parse_int64(text, &size) && size > 0)
        m->size = (uint64_t)size;
    if (lf_slice_is(rest, "/segments/segment/url"))
        return keep_url(m, text, err);
    return lf_slice_is(rest, "/id")                  ? keep(m, text, &m->id, err)
           : lf_slice_is(rest, "/name")              ? keep(m, text, &m->name, err)
           : lf_slice_is(rest, "/created")           ? keep(m, text, &m->created, err)
           : lf_slice_is(rest, "/updated")           ? keep(m, text, &m->updated, err)
           : lf_slice_is(rest, "/owner/username")    ? keep(m, text, &m->owner, err)
           : lf_slice_is(rest, "/assignee/username") ? keep(m, text, &m->assignee, err)
                                                     : true;
}

static bool same_color(struct lf_slice a, const char *b)
{
    if (a.len != 7)
        return false;
    for (size_t i = 0; i < 7; i++)
        if ((a.at[i] >= 'A' && a.at[i] <= 'F' ? a.at[i] + 32 : a.at[i]) != b[i])
            return false;
    return true;
}

// How many of the dump's labels wear the colours this run gave to the field's classes.
static size_t colors_of(const struct cvat_meta *m, const struct lf_run *run,
                        uint16_t field)
{
    const struct lf_field *f = &run->schema.field[field];
    size_t n = 0;
    for (size_t i = 0; i < m->labels; i++) {
        char color[8];
        uint32_t row;
        if (m->label[i].node || !lf_class_find_alias(f, m->label[i].name, &row))
            continue;
        cvat_color(run->uid, f->name, f->class[row].name, row, color);
        n += same_color(m->label[i].color, color);
    }
    return n;
}

static int by_color(const struct cvat_meta *m, const struct lf_run *run)
{
    size_t best = 0;
    int field = -1;
    for (uint16_t i = 0; i < lf_schema_own(&run->schema); i++) {
        size_t n = colors_of(m, run, i);
        if (n > best) {
            best = n;
            field = i;
        } else if (n == best && n) {
            field = -1; // a project of several fields
        }
    }
    return field;
}

static int by_task_name(const struct lf_run *run, struct lf_slice name)
{
    int field = -1;
    for (size_t i = 0; i < lf_schema_own(&run->schema) * run->tasks; i++)
        if (lf_slice_eq(run->task_name[i], name)) {
            if (field >= 0 && field != (int)(i / run->tasks))
                return -1;
            field = (int)(i / run->tasks);
        }
    return field;
}

static size_t foreign_labels(const struct cvat_meta *m, const struct lf_field *f)
{
    size_t n = 0;
    uint32_t row;
    for (size_t i = 0; i < m->labels; i++)
        n += !m->label[i].node && !lf_class_find_alias(f, m->label[i].name, &row);
    return n;
}

// The one field whose classes hold all of the dump's labels.
static int by_labels(const struct cvat_meta *m, const struct lf_run *run)
{
    int field = -1;
    for (uint16_t i = 0; i < lf_schema_own(&run->schema); i++)
        if (m->labels && !foreign_labels(m, &run->schema.field[i])) {
            if (field >= 0)
                return -1;
            field = i;
        }
    return field;
}

void cvat_meta_settle(struct cvat_meta *m, const struct lf_run *run)
{
    for (size_t i = 0; i < m->tasks; i++)
        m->task[i].field = by_task_name(run, m->task[i].name);
    if (run->recorded) { // its classes tell, and only they
        m->field = run->schema.fields == 1 ? 0 : -1;
        return;
    }
    m->field = by_task_name(run, m->name);
    if (m->field < 0)
        m->field = by_color(m, run);
    if (m->field < 0 && lf_schema_own(&run->schema) == 1)
        m->field = 0;
    if (m->field < 0)
        m->field = by_labels(m, run);
    if (m->tasks == 1 && m->task[0].field >= 0)
        m->field = m->task[0].field;
}

static bool place_in_project(struct cvat_meta *m, struct lf_slice task_id,
                             struct lf_arena *a, struct lf_slice *task, int64_t *number,
                             struct lf_error *err)
{
    const struct cvat_task *of = NULL;
    for (size_t i = 0; i < m->tasks && !of; i++)
        if (task_id.len && lf_slice_eq(m->task[i].id, task_id))
            of = &m->task[i];
    if (!of)
        return true;
    for (const struct cvat_task *t = m->task; t < of; t++)
        if (lf_slice_eq(t->subset, of->subset) && t->size > 0 && t->size <= *number)
            *number -= t->size;
    return lf_arena_printf(a, task, err, "task %.*s", (int)task_id.len, task_id.at);
}

bool cvat_meta_place(struct cvat_meta *m, struct lf_slice task_id, struct lf_arena *a,
                     struct lf_slice *task, int64_t *number, struct lf_error *err)
{
    *task = (struct lf_slice){"", 0};
    if (!strcmp(m->kind, "project"))
        return place_in_project(m, task_id, a, task, number, err);
    return !m->id.len ||
           lf_arena_printf(a, task, err, "%s %.*s", m->kind, (int)m->id.len, m->id.at);
}

int cvat_meta_field(const struct cvat_meta *m, struct lf_slice task_id)
{
    for (size_t i = 0; i < m->tasks; i++)
        if (task_id.len && m->task[i].field >= 0 && lf_slice_eq(m->task[i].id, task_id))
            return m->task[i].field;
    return m->field;
}
