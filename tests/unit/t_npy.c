#include "tests/unit/unit.h"

#include "formats/base/limits.h"
#include "formats/mask/npy.h"

static const struct row {
    const char *name, *dict;
    struct lf_npy want;
    enum lf_code code; // LF_OK: it is read
} rows[] = {
#define U1                                                                             \
    {                                                                                  \
        'u', 1, false                                                                  \
    }
    {"as numpy writes it",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), }",
     {4, 3, 1, false, U1},
     LF_OK},
    {"another order",
     "{'shape': (3, 4), 'fortran_order': True, 'descr': '|u1'}",
     {4, 3, 1, true, U1},
     LF_OK},
    {"no blanks",
     "{'descr':'|u1','fortran_order':False,'shape':(3,4)}",
     {4, 3, 1, false, U1},
     LF_OK},
    {"more blanks",
     " { \"descr\" :\t'|u1' ,\n'fortran_order': False , 'shape' : ( 3 , 4 , ) , } \n",
     {4, 3, 1, false, U1},
     LF_OK},
    {"of Python 2",
     "{'descr': '<i8', 'fortran_order': False, 'shape': (3L, 4L), }",
     {4, 3, 1, false, {'i', 8, false}},
     LF_OK},
    {"bool",
     "{'descr': '|b1', 'fortran_order': False, 'shape': (3, 4)}",
     {4, 3, 1, false, {'b', 1, false}},
     LF_OK},
    {"big",
     "{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4)}",
     {4, 3, 1, false, {'f', 4, true}},
     LF_OK},
    {"one byte has no order",
     "{'descr': '>u1', 'fortran_order': False, 'shape': (3, 4)}",
     {4, 3, 1, false, U1},
     LF_OK},
    {"this machine's",
     "{'descr': '=f2', 'fortran_order': False, 'shape': (3, 4)}",
     {4, 3, 1, false, {'f', 2, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__}},
     LF_OK},
    {"a plane",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 1)}",
     {4, 3, 1, false, U1},
     LF_OK},
    {"colours",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 3)}",
     {4, 3, 3, false, U1},
     LF_OK},
    {"with alpha",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 4)}",
     {4, 3, 4, false, U1},
     LF_OK},
    {"empty",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4)}",
     {4, 0, 1, false, U1},
     LF_OK},
    {"empty and wide",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (1073741824, 0)}",
     {0, 1073741824, 1, false, U1},
     LF_OK},
    {"the most pixels",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (32768, 32768)}",
     {32768, 32768, 1, false, U1},
     LF_OK},

    {"a row more",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (32769, 32768)}",
     {0},
     LF_E_LIMIT_COUNT},
    {"64 bits around",
     "{'descr': '|u1', 'fortran_order': False, 'shape': "
     "(4294967296, 4294967297)}",
     {0},
     LF_E_LIMIT_COUNT},
    {"a number without end",
     "{'descr': '|u1', 'fortran_order': False, 'shape': "
     "(18446744073709551617, 1)}",
     {0},
     LF_E_MASK},
    {"one dimension",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}",
     {0},
     LF_E_MASK},
    {"a number for a shape",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3)}",
     {0},
     LF_E_MASK},
    {"no dimension",
     "{'descr': '|u1', 'fortran_order': False, 'shape': ()}",
     {0},
     LF_E_MASK},
    {"four dimensions",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 1, 1)}",
     {0},
     LF_E_MASK},
    {"two channels",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 2)}",
     {0},
     LF_E_MASK},
    {"negative",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, -4)}",
     {0},
     LF_E_MASK},
    {"a float",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4.0)}",
     {0},
     LF_E_MASK},
    {"two commas",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3,, 4)}",
     {0},
     LF_E_MASK},
    {"objects",
     "{'descr': '|O', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"complex",
     "{'descr': '<c8', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"long double",
     "{'descr': '<f16', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"three bytes",
     "{'descr': '<u3', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"a float of one byte",
     "{'descr': '|f1', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"text",
     "{'descr': '<U4', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"records",
     "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"no order of bytes",
     "{'descr': 'u1', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"0 for False",
     "{'descr': '|u1', 'fortran_order': 0, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"a key missing", "{'descr': '|u1', 'shape': (3, 4)}", {0}, LF_E_MASK},
    {"a key twice",
     "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"another key",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), 'x': 1}",
     {0},
     LF_E_MASK},
    {"something behind it",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4)} 1",
     {0},
     LF_E_MASK},
    {"not closed",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4)",
     {0},
     LF_E_MASK},
    {"no comma",
     "{'descr': '|u1' 'fortran_order': False, 'shape': (3, 4)}",
     {0},
     LF_E_MASK},
    {"only a comma", "{,}", {0}, LF_E_MASK},
    {"text not closed", "{'descr", {0}, LF_E_MASK},
    {"a call", "dict(descr='|u1', fortran_order=False, shape=(3, 4))", {0}, LF_E_MASK},
    {"nothing", "", {0}, LF_E_MASK},
};

static bool read_dict(const char *dict, unsigned version, struct lf_npy *n,
                      struct lf_error *err)
{
    char bytes[512] = "\x93NUMPY";
    size_t before = version > 1 ? 12 : 10;
    size_t len = strlen(dict);
    size_t head = 0;
    while (before + len < LF_NPY_MAGIC) // a header is never that short
        len++;
    assert_true(before + len < sizeof bytes);
    memset(bytes + 8, 0, sizeof bytes - 8);
    memset(bytes + before, ' ', len);
    bytes[6] = (char)version;
    bytes[8] = (char)len;
    memcpy(bytes + before, dict, strlen(dict));
    assert_true(lf_npy_head((unsigned char *)bytes, &head, err));
    assert_int_equal(head, before + len);
    return lf_npy_read((struct lf_slice){bytes, head}, n, err);
}

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (unsigned version = 1; version <= 3; version++) {
            const struct lf_npy *want = &rows[i].want;
            struct lf_npy n;
            struct lf_error err = {0};
            print_message("%s, %u.0\n", rows[i].name, version);
            bool ok = read_dict(rows[i].dict, version, &n, &err);
            assert_int_equal(ok, rows[i].code == LF_OK);
            assert_int_equal(err.code, rows[i].code);
            if (!ok)
                continue;
            assert_int_equal(n.width, want->width);
            assert_int_equal(n.height, want->height);
            assert_int_equal(n.channels, want->channels);
            assert_int_equal(n.fortran, want->fortran);
            assert_int_equal(n.element.kind, want->element.kind);
            assert_int_equal(n.element.size, want->element.size);
            assert_int_equal(n.element.big, want->element.big);
        }
    }
}

static const struct {
    const char *name;
    unsigned char start[LF_NPY_MAGIC + 1];
    size_t head; // 0: none
} starts[] = {
    {"version 1.0", "\x93NUMPY\1\0\x76\0{'", 128},
    {"version 2.0", "\x93NUMPY\2\0\x74\0\0", 128},
    {"version 3.0", "\x93NUMPY\3\0\x74\0\0", 128},
    {"the longest", "\x93NUMPY\2\0\x10\x27\0", 10012},
    {"one more", "\x93NUMPY\2\0\x11\x27\0", 0},
    {"much more", "\x93NUMPY\2\0\x10\x27\0\1", 0},
    {"version 0", "\x93NUMPY\0\0\x76\0{'", 0},
    {"version 1.1", "\x93NUMPY\1\1\x76\0{'", 0},
    {"version 4", "\x93NUMPY\4\0\x76\0{'", 0},
    {"another magic", "\x92NUMPY\1\0\x76\0{'", 0},
    {"no header", "\x93NUMPY\1\0\0\0{'", 0},
    {"a zip of arrays", "PK\3\4\x14\0\0\0\0\0\0\0", 0},
};

static void test_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t head = 0;
        struct lf_error err = {0};
        print_message("%s\n", starts[i].name);
        bool ok = lf_npy_head(starts[i].start, &head, &err);
        assert_int_equal(ok, starts[i].head != 0);
        assert_int_equal(err.code, ok ? LF_OK : LF_E_MASK);
        if (ok)
            assert_int_equal(head, starts[i].head);
    }
}

// By numpy 2.4.6.
static const struct {
    struct lf_npy n;
    const char *head;
} written[] = {
    {{4, 3, 1, false, {'u', 1, false}},
     "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), } "
     "                                                         \n"},
    {{1, 1, 1, false, {'b', 1, false}},
     "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 1), } "
     "                                                         \n"},
    {{1920, 1080, 1, false, {'i', 8, false}},
     "{'descr': '<i8', 'fortran_order': False, 'shape': (1080, 192"
     "0), }                                                    \n"},
    {{1920, 1080, 3, false, {'u', 1, false}},
     "{'descr': '|u1', 'fortran_order': False, 'shape': (1080, 192"
     "0, 3), }                                                 \n"},
    {{32768, 32768, 1, false, {'u', 2, true}},
     "{'descr': '>u2', 'fortran_order': False, 'shape': (32768, 32"
     "768), }                                                  \n"},
    {{1073741824, 1, 1, false, {'f', 4, false}},
     "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 107374"
     "1824), }                                                 \n"},
    {{1, 1073741824, 1, false, {'f', 8, false}},
     "{'descr': '<f8', 'fortran_order': False, 'shape': (107374182"
     "4, 1), }                                                 \n"},
};

static void test_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        struct lf_buf out = {0};
        print_message("%s", written[i].head);
        lf_buf_text(&out, "before");
        lf_npy_write(&written[i].n, &out);
        assert_int_equal(out.len, 6 + 128);
        assert_memory_equal(out.at, "before\x93NUMPY\1\0\x76\0", 16);
        assert_int_equal(strlen(written[i].head), 118);
        assert_memory_equal(out.at + 16, written[i].head, 118);
        lf_buf_done(&out);
    }
}

static const struct {
    const char *dtype;
    uint64_t value;
    const char *wide; // NULL: nothing can hold it
} wider[] = {
    {"|b1", 0, "|b1"},         {"|b1", 1, "|b1"},          {"|b1", 2, "|u1"},
    {"|b1", 256, "<u2"},       {"|u1", 255, "|u1"},        {"|u1", 256, "<u2"},
    {"|u1", 65536, "<i4"},     {"|u1", 1ull << 31, "<i8"}, {"|i1", 127, "|i1"},
    {"|i1", 128, "<i2"},       {"<i2", 32768, "<i4"},      {">u2", 65535, ">u2"},
    {">u2", 65536, ">i4"},     {"<u4", UINT32_MAX, "<u4"}, {"<i4", 1u << 31, "<i8"},
    {"<f2", 2047, "<f2"},      {"<f2", 2048, "<f4"},       {"<f4", 16777215, "<f4"},
    {"<f4", 16777216, "<f8"},  {">f8", UINT32_MAX, ">f8"}, {"<u8", UINT64_MAX, "<u8"},
    {"<i8", UINT64_MAX, NULL}, {"<f8", UINT64_MAX, NULL},
};

static void test_wider(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++) {
        struct lf_element e;
        struct lf_element wide;
        char name[8];
        print_message("%s %llu\n", wider[i].dtype, (unsigned long long)wider[i].value);
        assert_true(lf_element_parse(lf_slice_of(wider[i].dtype), &e));
        bool ok = lf_element_widen(e, wider[i].value, &wide);
        assert_int_equal(ok, wider[i].wide != NULL);
        if (!ok)
            continue;
        lf_element_print(wide, name);
        assert_string_equal(name, wider[i].wide);
    }
}

// What was in the narrow number is in the wide one.
static const struct {
    const char *from, *bytes, *to, *want;
} moves[] = {
    {"|b1", "\1", "|u1", "\1"},
    {"|b1", "\2", "<u2", "\1\0"},
    {"|u1", "\xff", "<u2", "\xff\0"},
    {"|u1", "\xff", "<i4", "\xff\0\0\0"},
    {"|i1", "\xff", "<i2", "\xff\xff"},
    {">i2", "\xff\xfe", ">i8", "\xff\xff\xff\xff\xff\xff\xff\xfe"},
    {"|u1", "\x12", ">u2", "\0\x12"},
    {"<f2", "\0\x3c", "<f4", "\0\0\x80\x3f"},
    {"<f2", "\1\x80", ">f8", "\xbe\x70\0\0\0\0\0\0"},
    {"<f2", "\0\x7c", "<f4", "\0\0\x80\x7f"},
    {">f4", "\x40\x49\x0f\xdb", ">f8", "\x40\x09\x21\xfb\x60\0\0\0"},
    {"<i8", "\1\2\3\4\5\6\7\x88", "<i8", "\1\2\3\4\5\6\7\x88"},
};

static void test_moves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        struct lf_element from;
        struct lf_element to;
        unsigned char got[8];
        print_message("%s to %s\n", moves[i].from, moves[i].to);
        assert_true(lf_element_parse(lf_slice_of(moves[i].from), &from));
        assert_true(lf_element_parse(lf_slice_of(moves[i].to), &to));
        lf_element_move(from, (const unsigned char *)moves[i].bytes, to, got);
        assert_memory_equal(got, moves[i].want, to.size);
    }
}

// Every whole number that a half holds, and what is read of the written.
static void test_halves(void **state)
{
    (void)state;
    struct lf_element e;
    assert_true(lf_element_parse(LF_S(">f2"), &e));
    for (uint32_t v = 0; lf_element_holds(e, v); v++) {
        unsigned char at[2];
        uint32_t got = 1;
        lf_element_put(e, v, at);
        assert_true(lf_element_value(e, at, &got));
        assert_int_equal(got, v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers), cmocka_unit_test(test_starts),
        cmocka_unit_test(test_written), cmocka_unit_test(test_wider),
        cmocka_unit_test(test_moves),   cmocka_unit_test(test_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
