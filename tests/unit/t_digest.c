#include "tests/unit/unit.h"

#include "formats/base/digest.h"

static void expect(const unsigned char digest[LF_DIGEST_BYTES], const char *hex)
{
    char text[LF_DIGEST_HEX];
    lf_hex(digest, LF_DIGEST_BYTES, text);
    assert_string_equal(text, hex);
}

// The vectors of FIPS 180-4: none, "abc", and a million of "a".
static const char of_nothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char of_abc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char of_million[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void one_object_makes_many_digests(void **state)
{
    (void)state;
    struct lf_error err = {0};
    unsigned char out[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(&err);
    assert_non_null(d);
    assert_true(lf_digest_take(d, out, &err));
    expect(out, of_nothing);
    assert_true(lf_digest_add(d, LF_S("a"), &err));
    assert_true(lf_digest_add(d, LF_S(""), &err));
    assert_true(lf_digest_add(d, LF_S("bc"), &err));
    assert_true(lf_digest_take(d, out, &err));
    expect(out, of_abc);
    for (size_t i = 0; i < 100000; i++)
        assert_true(lf_digest_add(d, LF_S("aaaaaaaaaa"), &err));
    assert_true(lf_digest_take(d, out, &err));
    expect(out, of_million);
    lf_digest_free(&d);
    assert_null(d);
    lf_digest_free(&d);
}

static void a_file_has_a_digest(void **state)
{
    (void)state;
    struct lf_error err = {0};
    unsigned char out[LF_DIGEST_BYTES];
    // By sha256sum.
    assert_true(lf_digest_file(LF_TESTS_DIR "/unit/data/xml_escapes.xml", out, &err));
    expect(out, "99be001ae52b5f72d733e9660a6700e0ae178965452fdb518ac03380af66ba25");
    assert_false(lf_digest_file(LF_TESTS_DIR "/unit/data/not there", out, &err));
    assert_int_equal(err.code, LF_E_IO);
    assert_non_null(strstr(err.file, "not there"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_object_makes_many_digests),
        cmocka_unit_test(a_file_has_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
