// Addresses of images, and their copies in a folder.

#include "convert/out_media.h"
#include "tests/unit/unit.h"

static void check_url(const char *pattern, const char *run, const char *name,
                      const char *url)
{
    struct lf_buf out = {0};
    struct lf_error err = {0};
    assert_true(lf_url_check(pattern, &err));
    lf_url_make(pattern, lf_slice_of(run), lf_slice_of(name), &out);
    assert_true(lf_slice_is(lf_buf_view(&out), url));
    lf_buf_done(&out);
}

// RFC 3986, section 2: what is not unreserved is escaped, byte by byte.
static void R34_addresses(void **state)
{
    static const char local[] = "/data/local-files/?d={run}/{path}";
    (void)state;
    check_url(local, "night_07", "a.png", "/data/local-files/?d=night_07/a.png");
    check_url(local, "r", "sub dir/b c.png",
              "/data/local-files/?d=r/sub%20dir/b%20c.png");
    check_url(local, "r", "100%+&=#?.png",
              "/data/local-files/?d=r/100%25%2B%26%3D%23%3F.png");
    check_url(local, "r", "gr\xc3\xbcn.png", "/data/local-files/?d=r/gr%C3%BCn.png");
    check_url(local, "r", "-_.~Az09.png", "/data/local-files/?d=r/-_.~Az09.png");
    check_url(local, "r", "{run}.png", "/data/local-files/?d=r/%7Brun%7D.png");
    check_url(local, "r", "\"<'>\\.png", "/data/local-files/?d=r/%22%3C%27%3E%5C.png");
    check_url("https://host:8080/x/{path}?v={run}#f", "r", "a/b.jpg",
              "https://host:8080/x/a/b.jpg?v=r#f");
    check_url("{path}{path}", "r", "a", "aa");
}

static void R34_templates_that_are_none(void **state)
{
    static const char *const bad[] = {"",       "https://host/", "{run}",
                                      "{path",  "{path}{name}",  "{path} {",
                                      "{Path}", "{path}\n",      "{ path}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lf_error err = {0};
        assert_false(lf_url_check(bad[i], &err));
        assert_int_equal(err.code, LF_E_OPTION);
    }
}

static void embedded(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *url;
    } rows[] = {
        {"\x89PNG", 4, "data:image/png;base64,iVBORw=="},
        {"\xff\xd8\xff\xe0", 4, "data:image/jpeg;base64,/9j/4A=="},
        {"RIFF\0\0\0\0WEBP", 12, "data:image/webp;base64,UklGRgAAAABXRUJQ"},
        {"GIF89a", 6, "data:image/gif;base64,R0lGODlh"},
        {"BM", 2, "data:image/bmp;base64,Qk0="},
        {"II*", 3, "data:image/tiff;base64,SUkq"},
        {"RIFF", 4, "data:application/octet-stream;base64,UklGRg=="},
        {"", 0, "data:application/octet-stream;base64,"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_buf out = {0};
        struct lf_error err = {0};
        struct lf_in *in =
            lf_in_memory((struct lf_slice){rows[i].bytes, rows[i].n}, "x", &err);
        assert_non_null(in);
        assert_true(lf_url_embed(in, LF_S("x"), &out, &err));
        assert_true(lf_slice_is(lf_buf_view(&out), rows[i].url));
        lf_in_free(&in);
        lf_buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R34_addresses),
        cmocka_unit_test(R34_templates_that_are_none),
        cmocka_unit_test(embedded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
