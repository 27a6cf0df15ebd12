// A text that is a number is printed and read back to the same bits; eight bytes taken
// as a double as well. Text of JSON's grammar means the same to both readers.
#include <math.h>
#include <string.h>

#include "formats/base/number.h"
#include "tests/fuzz/fuzz.h"

static void print_and_read(double v)
{
    char out[LF_NUMBER_CAP];
    char fixed[LF_FIXED_CAP];
    char want[LF_FIXED_CAP + 1];
    double back = 0;
    size_t n = lf_print_double(v, out);
    LF_CLAIM(n > 0 && n <= sizeof out);
    if (isfinite(v)) {
        LF_CLAIM(lf_parse_double((struct lf_slice){out, n}, &back));
        LF_CLAIM(memcmp(&v, &back, sizeof v) == 0);
    }
    n = lf_print_fixed2(v, fixed);
    LF_CLAIM(n > 0 && n <= sizeof fixed);
    snprintf(want, sizeof want, "%.2f", v);
    LF_CLAIM(lf_slice_is((struct lf_slice){fixed, n}, want));
}

static void read_as_c_does(struct lf_slice text, double v)
{
    char copy[128];
    LF_CLAIM(text.len < sizeof copy);
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    double want = strtod(copy, NULL);
    LF_CLAIM(memcmp(&v, &want, sizeof v) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    double v;
    double loose;
    int64_t whole;
    if (size == sizeof v) {
        memcpy(&v, data, sizeof v);
        print_and_read(v);
    }
    if (lf_parse_double(text, &v)) {
        read_as_c_does(text, v);
        print_and_read(v);
        LF_CLAIM(lf_parse_decimal(text, &loose) && memcmp(&v, &loose, sizeof v) == 0);
    } else if (lf_parse_decimal(text, &loose)) {
        print_and_read(loose);
    }
    if (lf_parse_int64(text, &whole)) {
        char out[LF_NUMBER_CAP];
        int64_t back;
        size_t n = lf_print_int64(whole, out);
        LF_CLAIM(lf_parse_int64((struct lf_slice){out, n}, &back) && back == whole);
    }
    return 0;
}
