// Reads a document and writes it in CVAT's form. What was written must be read without
// complaint and come out again as it went in. The first byte chooses how many bytes are
// pushed at once, which must make no difference.
#include "tests/fuzz/fuzz.h"
#include "tests/support/xml_echo.h"

static void echo_of(const struct lf_echo *from, struct lf_echo *to)
{
    struct lf_error err = {0};
    LF_CLAIM(lf_echo_run(to, lf_buf_view(&from->out), 1 + from->out.len / 2, &err));
}

static bool holds_cr(struct lf_slice text)
{
    return memchr(text.at, '\r', text.len) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_error err = {0};
    struct lf_error whole_err = {0};
    struct lf_echo echo[4] = {0};
    if (size == 0)
        return 0;
    struct lf_slice doc = {(const char *)data + 1, size - 1};
    size_t step = data[0] ? data[0] : 4096;
    bool ok = lf_echo_run(&echo[0], doc, step, &err);
    LF_CLAIM(lf_echo_run(&echo[3], doc, size, &whole_err) == ok);
    LF_CLAIM(memcmp(&err, &whole_err, sizeof err) == 0);
    LF_CLAIM(lf_slice_eq(lf_buf_view(&echo[0].out), lf_buf_view(&echo[3].out)));
    LF_CLAIM(ok == (err.code == LF_OK));
    LF_CLAIM(ok || (err.what[0] && err.has_line && err.line));
    if (ok) {
        echo_of(&echo[0], &echo[1]);
        echo_of(&echo[1], &echo[2]);
        // A CR of a text is written as it is, and read as a line feed the next time.
        LF_CLAIM(holds_cr(lf_buf_view(&echo[0].out)) ||
                 lf_slice_eq(lf_buf_view(&echo[0].out), lf_buf_view(&echo[1].out)));
        LF_CLAIM(lf_slice_eq(lf_buf_view(&echo[1].out), lf_buf_view(&echo[2].out)));
    }
    for (size_t i = 0; i < sizeof echo / sizeof *echo; i++)
        lf_echo_done(&echo[i]);
    return 0;
}
