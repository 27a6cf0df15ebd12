// The documents of a dataset, one after the other or at a known place.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/limits.h"
#include "formats/base/names.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_stream.h"

static const struct lf_json_rules as_python = {.constants = true};

bool fo_read_all(struct lf_in *in, size_t most, enum lf_code code, const char *what,
                 struct lf_buf *out, struct lf_error *err)
{
    enum { PIECE = 1 << 16 };
    size_t first = out->len;
    for (size_t got = 1; got;) {
        char *room = lf_buf_room(out, PIECE);
        if (!room)
            return lf_buf_ok(out, err);
        if (!lf_in_read(in, room, PIECE, &got, err))
            return false;
        out->len += got;
        if (out->len - first > most) {
            lf_fail(err, code, "%s", what);
            return lf_fail_in_file(err, lf_in_name(in));
        }
    }
    return true;
}

const char *fo_file_name(const struct fo_dataset *ds, uint32_t file)
{
    return file < ds->files ? ds->file[file].name : "samples";
}

static bool changed(const struct fo_dataset *ds, uint32_t file, struct lf_error *err)
{
    lf_fail(err, LF_E_CHANGED, "the file changed while it was read");
    return lf_fail_in_file(err, fo_file_name(ds, file));
}

// A file that somebody writes while we read it twice would give two different datasets.
static bool same_file(struct fo_dataset *ds, uint32_t file, struct lf_error *err)
{
    struct stat st;
    struct fo_file *f = &ds->file[file];
    if (fstatat(ds->folder_fd, f->name, &st, 0) != 0) {
        lf_fail_errno(err, "cannot look at the file");
        return lf_fail_in_file(err, f->name);
    }
    int64_t state[3] = {st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
    uint64_t mark = lf_mark((struct lf_slice){(const char *)state, sizeof state});
    if (!f->state)
        f->state = mark;
    return f->state == mark || changed(ds, file, err);
}

bool fo_rewind(struct fo_dataset *ds, struct lf_error *err)
{
    lf_json_stream_free(&ds->stream);
    lf_in_free(&ds->in);
    ds->next = 0;
    if (ds->dirs)
        return true;
    if (!same_file(ds, 0, err))
        return false;
    ds->in = lf_in_below(ds->folder_fd, ds->file[0].name, true, err);
    if (!ds->in)
        return false;
    ds->stream = lf_json_stream_new(ds->in, "samples", as_python, err);
    return ds->stream != NULL;
}

static bool read_file(struct fo_dataset *ds, uint32_t file, struct lf_error *err)
{
    lf_buf_clear(&ds->text);
    if (!same_file(ds, file, err))
        return false;
    struct lf_in *in = lf_in_below(ds->folder_fd, ds->file[file].name, true, err);
    bool ok = in && fo_read_all(in, LF_JSON_SLICE, LF_E_JSON_SLICE,
                                "the file is longer than json-slice", &ds->text, err);
    lf_in_free(&in);
    return ok && same_file(ds, file, err);
}

static bool next_file(struct fo_dataset *ds, struct fo_doc *doc, bool *more,
                      struct lf_error *err)
{
    *doc = (struct fo_doc){.gap = {"", 0}, .tail = {"", 0}, .file = ds->next};
    *more = ds->next < ds->files;
    if (!*more)
        return true;
    if (!read_file(ds, ds->next++, err))
        return false;
    struct lf_slice all = lf_buf_view(&ds->text), text = all;
    if (lf_slice_starts(text, LF_S("\xef\xbb\xbf")))
        text = (struct lf_slice){text.at + 3, text.len - 3};
    if (!lf_json_check(text, as_python, (uint64_t)(text.at - all.at), err))
        return false;
    doc->raw = lf_json_trim(text);
    doc->at = (uint64_t)(doc->raw.at - all.at);
    doc->gap = lf_slice_between(all.at, doc->raw.at);
    doc->tail = lf_slice_between(doc->raw.at + doc->raw.len, all.at + all.len);
    return true;
}

static bool next_element(struct fo_dataset *ds, struct fo_doc *doc, bool *more,
                         struct lf_error *err)
{
    *doc = (struct fo_doc){.tail = {"", 0}};
    return lf_json_stream_next(ds->stream, &doc->gap, &doc->raw, &doc->at, more, err) &&
           (*more || same_file(ds, 0, err));
}

bool fo_next(struct fo_dataset *ds, struct fo_doc *doc, bool *more,
             struct lf_error *err)
{
    if (ds->dirs ? !next_file(ds, doc, more, err) : !next_element(ds, doc, more, err))
        return lf_fail_in_file(err, fo_file_name(ds, doc->file));
    if (*more && lf_json_type(doc->raw) != LF_JSON_OBJECT) {
        lf_fail(err, LF_E_DOCUMENT, "a sample is not an object");
        return fo_fail_in(ds, doc, err);
    }
    return true;
}

bool fo_fail_in(const struct fo_dataset *ds, const struct fo_doc *doc,
                struct lf_error *err)
{
    lf_fail_in_file(err, fo_file_name(ds, doc->file));
    return lf_fail_at_offset(err, doc->at);
}

struct fo_place fo_place(const struct fo_doc *doc)
{
    return (struct fo_place){.at = doc->at,
                             .mark = lf_mark(doc->raw),
                             .file = doc->file,
                             .len = (uint32_t)doc->raw.len};
}

// samples.json stays open from one document to the next.
static bool open_again(struct fo_dataset *ds, uint32_t file, struct lf_error *err)
{
    if (ds->again_fd >= 0 && ds->again == file)
        return true;
    if (ds->again_fd >= 0)
        close(ds->again_fd);
    ds->again = file;
    ds->again_fd = openat(ds->folder_fd, fo_file_name(ds, file),
                          O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return ds->again_fd >= 0 || lf_fail_errno(err, "cannot open the file");
}

bool fo_read_at(struct fo_dataset *ds, const struct fo_place *place, struct lf_arena *a,
                struct lf_slice *raw, struct lf_error *err)
{
    char *text = lf_arena_take(a, place->len, 1, err);
    size_t got = 0;
    if (!text || !open_again(ds, place->file, err))
        return lf_fail_in_file(err, fo_file_name(ds, place->file));
    while (got < place->len) {
        ssize_t n =
            pread(ds->again_fd, text + got, place->len - got, (off_t)(place->at + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            lf_fail_errno(err, "cannot read the file");
            return lf_fail_in_file(err, fo_file_name(ds, place->file));
        }
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *raw = (struct lf_slice){text, got};
    return (got == place->len && lf_mark(*raw) == place->mark) ||
           changed(ds, place->file, err);
}

static uint32_t side(struct lf_slice doc, const char *key)
{
    struct lf_slice value;
    double v;
    if (!lf_json_get(doc, key, &value) || !fo_number(value, &v) || !(v >= 1) || v > 1e9)
        return 0;
    return (uint32_t)v;
}

bool fo_head(struct lf_slice raw, struct lf_arena *a, struct fo_head *head,
             struct lf_error *err)
{
    struct lf_slice key, value;
    *head = (struct fo_head){0};
    for (struct lf_json_walk w = lf_json_enter(raw);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        enum lf_json_type type = lf_json_type(value);
        if (lf_json_key_is(key, LF_S("_id"))) {
            if (!fo_id(value, &head->id))
                return lf_fail(err, LF_E_DOCUMENT, "a sample's _id is not an ObjectId");
        } else if (lf_json_key_is(key, LF_S("filepath")) && type == LF_JSON_STRING) {
            if (!lf_json_string(value, a, &head->filepath, err))
                return false;
        } else if (lf_json_key_is(key, LF_S("_media_type")) && type == LF_JSON_STRING) {
            if (!lf_json_string(value, a, &head->media_type, err))
                return false;
        } else if (lf_json_key_is(key, LF_S("metadata")) && type == LF_JSON_OBJECT) {
            head->width = side(value, "width");
            head->height = side(value, "height");
        }
    }
    if (!head->id.known)
        return lf_fail(err, LF_E_DOCUMENT,
                       "a sample has no _id, as some before FiftyOne 0.8");
    if (!head->filepath.len)
        return lf_fail(err, LF_E_DOCUMENT, "a sample has no filepath");
    return true;
}
