// Arrays of pixels for tests in Python: one question a line, one answer a line.
//
//   mask ARRAY W H X Y W H       an instance over a relative box ("mask ARRAY": as it
//   is) classes ARRAY W H            of a segmentation; 0 0: the array's own size kind
//   ARRAY write DTYPE CHANNELS PNG INSIDE MASK change ARRAY W H MASKS MASKS
//
// ARRAY is base64 text of .npy, or "png:" and a PNG in base64, which is what comes back
// as well. MASK is VALUE:LEFT:TOP:WIDTH:HEIGHT:RUN,RUN,..; several stand with ";"
// between them, "-" is none. Errors answer "error CODE what".
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/mask/base64.h"
#include "formats/mask/pixels.h"

struct job {
    struct lf_pixel_tool *tool;
    struct lf_arena arena;
    struct lf_buf out;
    char *rest;
};

static char *word(struct job *j)
{
    char *begin = j->rest ? j->rest : "";
    j->rest = strchr(begin, ' ');
    if (j->rest)
        *j->rest++ = 0;
    return begin;
}

static uint32_t number(struct job *j)
{
    return (uint32_t)strtoul(word(j), NULL, 10);
}

static bool array(struct job *j, struct lf_pixels *p, struct lf_error *err)
{
    struct lf_slice text = lf_slice_of(word(j));
    *p = (struct lf_pixels){.bytes = text};
    if (!lf_slice_starts(text, LF_S("png:")))
        return true;
    text = (struct lf_slice){text.at + 4, text.len - 4};
    size_t n = 0;
    unsigned char *bytes =
        lf_arena_take(&j->arena, lf_base64_room(text.len) + 1, 1, err);
    if (!bytes || !lf_base64_read(text, bytes, &n, err))
        return false;
    *p = (struct lf_pixels){.bytes = {(char *)bytes, n}, .png = true};
    return true;
}

static bool masks(struct job *j, struct lf_mask **out, uint32_t *count,
                  struct lf_error *err)
{
    char *text = word(j);
    *count = 0;
    *out = lf_arena_take(&j->arena, strlen(text) + 1, sizeof **out, err);
    if (!*out)
        return false;
    while (strchr("-;", *text) == NULL || (*text == ';' && text++)) {
        struct lf_mask *m = &(*out)[(*count)++];
        uint32_t *part[] = {&m->value, &m->left, &m->top, &m->width, &m->height};
        for (size_t i = 0; i < sizeof part / sizeof *part; i++)
            *part[i] = (uint32_t)strtoul(text + (*text == ':'), &text, 10);
        uint32_t *run = lf_arena_take(&j->arena, strlen(text), sizeof *run, err);
        if (!run)
            return false;
        while (*text == ':' || *text == ',')
            run[m->runs++] = (uint32_t)strtoul(text + 1, &text, 10);
        m->run = run;
    }
    return true;
}

static void print_masks(struct job *j, const struct lf_mask *m, uint32_t count)
{
    if (!count)
        lf_buf_text(&j->out, "-");
    for (uint32_t i = 0; i < count; i++, m++) {
        lf_buf_printf(&j->out, "%s%u:%u:%u:%u:%u", i ? ";" : "", m->value, m->left,
                      m->top, m->width, m->height);
        for (uint32_t k = 0; k < m->runs; k++)
            lf_buf_printf(&j->out, "%c%u", k ? ',' : ':', m->run[k]);
    }
}

static bool mask_job(struct job *j, struct lf_error *err)
{
    struct lf_pixels p;
    struct lf_mask m;
    double rel[4];
    if (!array(j, &p, err))
        return false;
    bool plain = !j->rest;
    uint32_t w = number(j);
    uint32_t h = number(j);
    for (int i = 0; i < 4; i++)
        rel[i] = strtod(word(j), NULL);
    if (!lf_pixels_mask(j->tool, &p, plain ? NULL : rel, w, h, &j->arena, &m, err))
        return false;
    print_masks(j, &m, m.runs != 0);
    return true;
}

static bool classes_job(struct job *j, struct lf_error *err)
{
    struct lf_pixels p;
    struct lf_mask *m = NULL;
    uint32_t count = 0;
    if (!array(j, &p, err))
        return false;
    uint32_t w = number(j);
    uint32_t h = number(j);
    if (!lf_pixels_classes(j->tool, &p, w, h, NULL, NULL, &j->arena, &m, &count, err))
        return false;
    print_masks(j, m, count);
    return true;
}

static bool kind_job(struct job *j, struct lf_error *err)
{
    struct lf_pixels p;
    struct lf_pixels_kind k;
    if (!array(j, &p, err) || !lf_pixels_kind(j->tool, &p, &k, err))
        return false;
    lf_buf_printf(&j->out, "%u %u %u %s %d %lld", k.width, k.height, k.channels,
                  k.dtype, k.png, (long long)k.inside);
    return true;
}

static void print_array(struct job *j, const struct lf_buf *made, bool png)
{
    if (png)
        lf_buf_text(&j->out, "png:");
    if (png)
        lf_base64_write((const unsigned char *)made->at, made->len, &j->out);
    else
        lf_buf_slice(&j->out, lf_buf_view(made));
}

static bool write_job(struct job *j, struct lf_error *err)
{
    struct lf_pixels_kind k = {0};
    struct lf_buf made = {0};
    struct lf_mask *m = NULL;
    uint32_t count = 0;
    (void)snprintf(k.dtype, sizeof k.dtype, "%.7s", word(j));
    k.channels = number(j);
    k.png = number(j) != 0;
    k.inside = (uint64_t)strtoll(word(j), NULL, 10);
    bool ok =
        masks(j, &m, &count, err) && lf_pixels_write_mask(j->tool, m, &k, &made, err);
    if (ok)
        print_array(j, &made, k.png);
    lf_buf_done(&made);
    return ok;
}

static bool change_job(struct job *j, struct lf_error *err)
{
    struct lf_pixels p;
    struct lf_buf made = {0};
    struct lf_mask *from = NULL;
    struct lf_mask *to = NULL;
    uint32_t froms = 0;
    uint32_t tos = 0;
    if (!array(j, &p, err))
        return false;
    uint32_t w = number(j);
    uint32_t h = number(j);
    bool ok = masks(j, &from, &froms, err) && masks(j, &to, &tos, err) &&
              lf_pixels_write_classes(j->tool, &p, NULL, from, froms, to, tos, w, h,
                                      &made, err);
    if (ok)
        print_array(j, &made, p.png);
    lf_buf_done(&made);
    return ok;
}

static void answer(struct job *j, char *line)
{
    static const struct {
        const char *name;
        bool (*run)(struct job *j, struct lf_error *err);
    } jobs[] = {{"mask", mask_job},
                {"classes", classes_job},
                {"kind", kind_job},
                {"write", write_job},
                {"change", change_job}};
    struct lf_error err = {0};
    bool ok = false;
    line[strcspn(line, "\n")] = 0;
    j->rest = line;
    const char *name = word(j);
    lf_buf_clear(&j->out);
    lf_arena_reset(&j->arena);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        if (strcmp(name, jobs[i].name) == 0)
            ok = jobs[i].run(j, &err) && lf_buf_ok(&j->out, &err);
    }
    if (ok)
        printf("%.*s\n", (int)j->out.len, j->out.at);
    else
        printf("error %d %s\n", (int)err.code, err.what);
    fflush(stdout);
}

int main(void)
{
    struct lf_error err = {0};
    struct job j = {.tool = lf_pixel_tool_new(&err)};
    char *line = NULL;
    size_t room = 0;
    if (!j.tool)
        return 1;
    while (getline(&line, &room, stdin) > 0)
        answer(&j, line);
    free(line);
    lf_arena_done(&j.arena);
    lf_buf_done(&j.out);
    lf_pixel_tool_free(&j.tool);
    return 0;
}
