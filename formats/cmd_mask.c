#include "formats/cmd_mask.h"

#include "formats/base/in.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/out.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_codec.h"

struct args {
    const char *codec_name, *width, *height, *threshold, *out;
    const struct lf_mask_codec *codec;
    struct lf_mask_asked asked;
    bool encode, force, help;
};

static const struct lf_option options[] = {
    {"codec", 0, "NAME", false,
     "ls-brush (a list of bytes), ls-bitmask (data:image/png;base64,..), cvat "
     "(rle=\"..\" "
     "left=\"..\" .. of an element, or runs over the whole image), coco, "
     "coco-compressed (with or without size and counts around it), png, or npy"},
    {"width", 0, "PIXELS", false,
     "the image's width; needed where the code does not say it"},
    {"height", 0, "PIXELS", false, "its height, likewise"},
    {"threshold", 0, "N", false,
     "decode ls-brush, ls-bitmask: inside is an alpha of N or more, 1 to 255 (default: "
     "128)"},
    {"output", 'o', "FILE", false, "write there (default: standard output)"},
    {"force", 0, NULL, false, "replace an earlier output of the same name"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"codec", &a->codec_name, NULL},    {"width", &a->width, NULL},
        {"height", &a->height, NULL},       {"output", &a->out, NULL},
        {"threshold", &a->threshold, NULL}, {"force", NULL, &a->force},
        {"help", NULL, &a->help},
    };
    (void)off, (void)err;
    (void)lf_cli_put(places, sizeof places / sizeof *places, o, value);
    return true;
}

static bool find_codec(struct args *a, struct lf_error *err)
{
    const struct lf_mask_codec *c;
    const char *names[16] = {0};
    if (!a->codec_name)
        return lf_fail(err, LF_E_USAGE, "mask needs a --codec");
    for (size_t i = 0; (c = lf_mask_codec_at(i)) && i < 15; i++) {
        names[i] = c->name;
        if (!strcmp(c->name, a->codec_name))
            a->codec = c;
    }
    if (a->codec)
        return true;
    const char *near = lf_cli_nearest(a->codec_name, names);
    char name[80];
    lf_escape(lf_slice_of(a->codec_name), name, sizeof name);
    return near ? lf_fail(err, LF_E_OPTION, "--codec %s is not known; did you mean %s?",
                          name, near)
                : lf_fail(err, LF_E_OPTION,
                          "--codec %s is not known; see 'labelferry help mask'", name);
}

// NULL text: `*out` stays.
static bool whole(const char *name, const char *text, uint32_t most, uint32_t *out,
                  struct lf_error *err)
{
    int64_t n = 0;
    if (!text)
        return true;
    if (!lf_parse_int64(lf_slice_of(text), &n) || n < 1 || n > most)
        return lf_fail(err, LF_E_OPTION, "--%s takes a whole number from 1 to %u", name,
                       (unsigned)most);
    *out = (uint32_t)n;
    return true;
}

static bool check(struct args *a, int words, char **argv, struct lf_error *err)
{
    a->asked.threshold = LF_BRUSH_HALF;
    if (words < 1)
        return lf_fail(err, LF_E_USAGE, "mask needs a word: decode or encode");
    a->encode = !strcmp(argv[0], "encode");
    if (!a->encode && strcmp(argv[0], "decode") != 0) {
        char word[80];
        return lf_fail(err, LF_E_USAGE, "mask knows decode and encode, not \"%s\"",
                       lf_escape(lf_slice_of(argv[0]), word, sizeof word));
    }
    if (words > 2)
        return lf_fail(err, LF_E_USAGE, "mask %s takes one file", argv[0]);
    if (a->encode && a->threshold)
        return lf_fail(err, LF_E_USAGE, "--threshold is for mask decode");
    return find_codec(a, err) &&
           whole("width", a->width, LF_MASK_PIXELS, &a->asked.width, err) &&
           whole("height", a->height, LF_MASK_PIXELS, &a->asked.height, err) &&
           whole("threshold", a->threshold, 255, &a->asked.threshold, err);
}

static bool read_all(const char *path, struct lf_buf *bytes, struct lf_error *err)
{
    bool over = false;
    struct lf_in *in =
        strcmp(path, "-") != 0 ? lf_in_file(path, err) : lf_in_standard(err);
    bool ok = in && lf_in_rest(in, LF_MASK_FILE, bytes, &over, err);
    if (ok && over)
        ok = lf_fail(err, LF_E_LIMIT_COUNT, "more than %d bytes (limit mask-file)",
                     LF_MASK_FILE);
    lf_in_free(&in);
    return ok;
}

// What is in `in` as what was asked for.
static bool turn(struct args *a, struct lf_slice in, struct lf_buf *out,
                 struct lf_error *err)
{
    const struct lf_mask_codec *png = NULL;
    struct lf_arena arena = {0};
    struct lf_mask m;
    for (size_t i = 0; (png = lf_mask_codec_at(i)) && strcmp(png->name, "png") != 0;)
        i++;
    const struct lf_mask_codec *from = a->encode ? png : a->codec;
    const struct lf_mask_codec *to = a->encode ? a->codec : png;
    const bool ok = from->read(in, &a->asked, &arena, &m, err) &&
                    to->write(&m, a->asked.width, a->asked.height, &arena, out, err);
    if (ok && to->text)
        lf_buf_char(out, '\n');
    lf_arena_done(&arena);
    return ok && lf_buf_ok(out, err);
}

static bool write_all(const struct args *a, struct lf_slice bytes, struct lf_error *err)
{
    if (!a->out || !strcmp(a->out, "-"))
        return lf_cli_print(bytes, err);
    struct lf_out *o = lf_out_new(a->out, err);
    const bool ok = o && lf_out_write(o, bytes, err) && lf_out_commit(o, a->force, err);
    lf_out_free(&o);
    return ok;
}

static bool mask(struct args *a, const char *path, struct lf_error *err)
{
    struct lf_buf in = {0}, out = {0};
    bool ok = read_all(path, &in, err);
    if (ok && !turn(a, lf_buf_view(&in), &out, err)) {
        ok = false;
        if (err->code != LF_E_USAGE)
            lf_fail_in_file(err, strcmp(path, "-") != 0 ? path : "standard input");
    }
    ok = ok && write_all(a, lf_buf_view(&out), err);
    lf_buf_done(&in);
    lf_buf_done(&out);
    return ok;
}

static int run_mask(int argc, char **argv)
{
    struct args a = {0};
    struct lf_error err = {0};
    int words = 0;
    if (!lf_cli_parse(&lf_cmd_mask, argc, argv, &words, set, &a, &err))
        return lf_cli_fail(&err);
    if (a.help)
        return lf_cli_show(&lf_cmd_mask);
    return check(&a, words, argv, &err) && mask(&a, words > 1 ? argv[1] : "-", &err)
               ? 0
               : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_mask = {
    .name = "mask",
    .args = "decode|encode --codec NAME [FILE|-]",
    .about = "Makes a picture of one mask's code (a PNG, 255 inside and 0 outside), or "
             "a code of a picture, in which any colour but black is inside. Without a "
             "file it reads standard input.",
    .option = options,
    .example = "printf '[0,0,0,24,57,27,252,96,19,255,206,1,24,56]' | labelferry mask "
               "decode --codec ls-brush --width 3 --height 2 -o mask.png",
    .run = run_mask,
};
