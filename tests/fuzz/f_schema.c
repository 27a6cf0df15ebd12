// A schema that is read can be written, and is the same when it is read again.
#include <string.h>

#include "formats/base/json.h"
#include "formats/label/schema.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    struct lf_error err = {0};
    struct lf_schema s = {0};
    struct lf_schema t = {0};
    struct lf_buf once = {0};
    struct lf_buf twice = {0};
    bool ok = lf_schema_read(text, &s, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
    bool closed = ok && lf_schema_index(&s, &err);
    for (size_t i = 0; closed && i < s.fields; i++) {
        closed = s.field[i].type != LF_FT_UNKNOWN && !s.field[i].open_classes &&
                 !s.field[i].open_attrs &&
                 (s.field[i].type != LF_FT_SEGMENTATION || !s.field[i].open_targets);
        for (size_t k = 0; closed && k < s.field[i].attrs; k++)
            closed = !s.field[i].open_attr[k];
    }
    if (closed) {
        lf_schema_write(&s, &once);
        LF_CLAIM(lf_json_check(lf_buf_view(&once), (struct lf_json_rules){0}, 0, &err));
        if (!lf_schema_read(lf_buf_view(&once), &t, &err))
            fprintf(stderr, "%s\n%.*s\n", err.what, (int)once.len, once.at);
        LF_CLAIM(err.code == LF_OK);
        LF_CLAIM(lf_schema_index(&t, &err));
        lf_schema_write(&t, &twice);
        LF_CLAIM(lf_slice_eq(lf_buf_view(&once), lf_buf_view(&twice)));
    }
    lf_buf_done(&once);
    lf_buf_done(&twice);
    lf_schema_done(&s);
    lf_schema_done(&t);
    return 0;
}
