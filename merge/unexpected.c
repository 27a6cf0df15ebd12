#include "merge/unexpected.h"

static const char *const names[] = {
    [LF_RT_CLASSIFICATIONS] = "classifications",
    [LF_RT_DETECTIONS] = "detections",
    [LF_RT_KEYPOINTS] = "keypoints",
    [LF_RT_POLYLINES] = "polylines",
    [LF_RT_NONE] = "others",
};

enum lf_return_type lf_return_type_of(unsigned kind)
{
    return kind == LF_TAG                      ? LF_RT_CLASSIFICATIONS
           : kind & (LF_BOX | LF_MASK)         ? LF_RT_DETECTIONS
           : kind & (LF_POINTS | LF_SKELETON)  ? LF_RT_KEYPOINTS
           : kind & (LF_POLYGON | LF_POLYLINE) ? LF_RT_POLYLINES
                                               : LF_RT_NONE;
}

const char *lf_return_type_name(enum lf_return_type type)
{
    return names[type];
}

enum lf_field_type lf_return_field_type(enum lf_return_type type)
{
    static const enum lf_field_type types[] = {
        [LF_RT_CLASSIFICATIONS] = LF_FT_CLASSIFICATIONS,
        [LF_RT_DETECTIONS] = LF_FT_INSTANCES,
        [LF_RT_KEYPOINTS] = LF_FT_KEYPOINTS,
        [LF_RT_POLYLINES] = LF_FT_POLYGONS,
        [LF_RT_NONE] = LF_FT_UNKNOWN,
    };
    return types[type];
}

enum lf_fate lf_fate_of(const struct lf_unexpected *u, unsigned kind)
{
    enum lf_return_type type = lf_return_type_of(kind);
    if (type == LF_RT_NONE)
        return u->fate == LF_FATE_FAIL ? LF_FATE_FAIL : LF_FATE_IGNORE;
    return u->field[type].len ? LF_FATE_KEEP : u->fate;
}

static bool one_field(struct lf_slice entry, struct lf_unexpected *u,
                      struct lf_error *err)
{
    char text[80];
    const char *eq = entry.len ? memchr(entry.at, '=', entry.len) : NULL;
    struct lf_slice type = eq ? lf_slice_between(entry.at, eq) : entry;
    for (int i = 0; eq && i < LF_RT_NONE; i++)
        if (lf_slice_is(type, names[i]) && eq + 1 < entry.at + entry.len) {
            if (u->field[i].len)
                return lf_fail(err, LF_E_OPTION, "--unexpected-field names %s twice",
                               names[i]);
            u->field[i] = lf_slice_between(eq + 1, entry.at + entry.len);
            return true;
        }
    return lf_fail(err, LF_E_OPTION,
                   "--unexpected-field takes TYPE=FIELD, not \"%s\"; a TYPE is "
                   "classifications, detections, keypoints or polylines",
                   lf_escape(entry, text, sizeof text));
}

static bool distinct(const struct lf_unexpected *u, struct lf_error *err)
{
    char text[80];
    for (int i = 0; i < LF_RT_NONE; i++)
        for (int k = 0; k < i; k++)
            if (u->field[i].len && lf_slice_eq(u->field[i], u->field[k]))
                return lf_fail(err, LF_E_OPTION,
                               "--unexpected-field: \"%s\" cannot hold two types",
                               lf_escape(u->field[i], text, sizeof text));
    return true;
}

bool lf_unexpected_fields(const char *arg, struct lf_unexpected *u,
                          struct lf_error *err)
{
    const char *at = arg;
    for (const char *comma; (comma = strchr(at, ',')); at = comma + 1)
        if (!one_field(lf_slice_between(at, comma), u, err))
            return false;
    return one_field(lf_slice_of(at), u, err) && distinct(u, err);
}

bool lf_is_unexpected(const struct lf_field *f, const struct lf_label *l)
{
    uint32_t row;
    bool stray = l->kind == LF_MASK && f->type == LF_FT_SEGMENTATION &&
                 !lf_class_find(f, l->name, &row);
    return !(l->kind & lf_field_kinds(f)) && !stray;
}
