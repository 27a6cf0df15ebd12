// A name made NFC stays so, is UTF-8 exactly if it was, and has the key of what it was.
#include "formats/base/unicode_name.h"
#include "formats/base/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice name = {(const char *)data, size}, form, again, key, form_key;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    LF_CLAIM(lf_name_nfc(name, &a, &form, &err));
    LF_CLAIM(lf_name_nfc(form, &a, &again, &err) && lf_slice_eq(form, again));
    LF_CLAIM(lf_utf8_ok(name) == lf_utf8_ok(form));
    LF_CLAIM(lf_utf8_ok(name) || lf_slice_eq(name, form));
    LF_CLAIM(form.len <= 3 * name.len);
    LF_CLAIM(lf_name_key(name, &a, &key, &err));
    LF_CLAIM(lf_name_key(form, &a, &form_key, &err) && lf_slice_eq(key, form_key));
    lf_arena_done(&a);
    return 0;
}
