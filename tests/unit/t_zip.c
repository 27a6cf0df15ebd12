#include "tests/unit/folder.h"
#include "tests/unit/zip_maker.h"

#include <fcntl.h>

#include "formats/base/alloc.h"
#include "formats/base/deflate.h"
#include "formats/base/limits.h"
#include "formats/base/tree.h"
#include "formats/base/zip_in.h"
#include "formats/base/zip_out.h"

// Opens the archive "a.zip" and reads all of it; the code of the first failure.
static enum lf_code read_all(struct lf_error *err)
{
    static char piece[50000];
    lf_error_clear(err);
    struct lf_tree *t = lf_tree_open("a.zip", err);
    bool ok = t != NULL;
    for (size_t i = 0; ok && i < lf_tree_count(t); i++) {
        struct lf_in *in = lf_tree_read(t, i, err);
        ok = in != NULL;
        for (size_t got = 1; ok && got;)
            ok = lf_in_read(in, piece, sizeof piece, &got, err);
        lf_in_free(&in);
    }
    lf_tree_free(&t);
    assert_int_equal(ok, err->code == LF_OK);
    return err->code;
}

static enum lf_code code_of(struct lf_slice zip, struct lf_error *err)
{
    put_bytes("a.zip", zip.at, zip.len);
    return read_all(err);
}

static void what_archives_say_is_judged(void **state)
{
    (void)state;
#define NONE                                                                           \
    {                                                                                  \
        .name = { NULL, 0 }                                                            \
    }
    const struct lf_slice ten = LF_S("0123456789");
    const struct {
        struct zip_member first, second; // second: not there when it has no name
        enum lf_code code;
        const char *what; // a part of the message
    } rows[] = {
        {{.name = LF_S("a"), .bytes = ten}, NONE, LF_OK, ""},
        {{.name = LF_S("a"), .bytes = ten}, {.name = LF_S("A")}, LF_OK, ""},
        {{.name = LF_S("d/")}, {.name = LF_S("d/a"), .bytes = ten}, LF_OK, ""},
        {{.name = LF_S("Gr\xc3\xb6\xc3\x9f"
                       "e"),
          .bytes = ten},
         NONE,
         LF_OK,
         ""},
        {{.name = LF_S("Gr\xc3\xb6\xc3\x9f"
                       "e"),
          .bytes = ten,
          .flags = 2048},
         NONE,
         LF_OK,
         ""},
        {{.name = LF_S("a"), .bytes = ten, .mode = 0100644}, NONE, LF_OK, ""},
        {{.name = LF_S("../../x"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "'..'"},
        {{.name = LF_S("/abs"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "absolute"},
        {{.name = LF_S("a\\..\\b"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "backslash"},
        {{.name = LF_S("C:x"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "drive"},
        {{.name = LF_S("a//b"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "empty"},
        {{.name = LF_S("a\0b"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "control"},
        {{.name = LF_S("a\nb"), .bytes = ten}, NONE, LF_E_ZIP_NAME, "control"},
        {{.name = LF_S("../d/")}, NONE, LF_E_ZIP_NAME, "'..'"},
        {{.name = LF_S("/")}, NONE, LF_E_ZIP_NAME, "empty"},
        {{.name = LF_S("a\xff"), .bytes = ten}, NONE, LF_E_ZIP, "UTF-8"},
        {{.name = LF_S("a\xff"), .bytes = ten, .flags = 2048}, NONE, LF_E_ZIP, ""},
        {{.name = LF_S("a")}, {.name = LF_S("a")}, LF_E_ZIP_DUPLICATE, "twice"},
        {{.name = LF_S("d/")}, {.name = LF_S("d/")}, LF_E_ZIP_DUPLICATE, "twice"},
        {{.name = LF_S("a"), .local = LF_S("b")}, NONE, LF_E_ZIP, ""},
        {{.name = LF_S("a"), .bytes = ten},
         {.name = LF_S("b"), .bytes = ten, .shared = true},
         LF_E_ZIP,
         ""},
        {{.name = LF_S("a"), .bytes = ten, .mode = 0120777},
         NONE,
         LF_E_ZIP_NAME,
         "link"},
        {{.name = LF_S("a"), .bytes = ten, .mode = 0020666},
         NONE,
         LF_E_ZIP_NAME,
         "device"},
        {{.name = LF_S("a"), .bytes = ten, .mode = 0010666},
         NONE,
         LF_E_ZIP_NAME,
         "device"},
        {{.name = LF_S("a"), .bytes = ten, .flags = 1},
         NONE,
         LF_E_ZIP_ENCRYPTED,
         "encr"},
        {{.name = LF_S("a"), .bytes = ten, .method = 12, .size = 10},
         NONE,
         LF_E_ZIP_ENCRYPTED,
         "method 12"},
        {{.name = LF_S("a"), .bytes = ten, .method = 97, .size = 10},
         NONE,
         LF_E_ZIP_ENCRYPTED,
         "method 97"},
        {{.name = LF_S("a"), .bytes = ten, .crc = 1}, NONE, LF_E_ZIP, ""},
        {{.name = LF_S("a"), .bytes = ten, .packed = 1u << 31, .size = 1u << 31},
         NONE,
         LF_E_ZIP,
         ""},
        {{.name = LF_S("a"), .bytes = ten, .method = 8, .size = 10},
         NONE,
         LF_E_ZIP,
         ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct zip_maker z = {0};
        struct lf_error err;
        zip_add(&z, rows[i].first);
        if (rows[i].second.name.len)
            zip_add(&z, rows[i].second);
        enum lf_code code = code_of(zip_end(&z), &err);
        zip_done(&z);
        if (code != rows[i].code || !strstr(err.what, rows[i].what))
            fail_msg("row %zu: LF%d, not LF%d: %s", i, code, rows[i].code, err.what);
        if (code != LF_OK)
            assert_memory_equal(err.file, "a.zip", 5);
    }
}

// `n` zeros, deflated by us.
static struct lf_deflated zeros(uint64_t n, struct lf_buf *packed)
{
    static const char zero[65536];
    struct lf_error err = {0};
    struct lf_deflated d;
    struct lf_deflate *deflate = lf_deflate_new("scratch", &err);
    assert_non_null(deflate);
    for (uint64_t left = n, part; left; left -= part) {
        part = left < sizeof zero ? left : sizeof zero;
        assert_true(lf_deflate_write(deflate, (struct lf_slice){zero, part}, &err));
    }
    assert_true(lf_deflate_end(deflate, &d, &err));
    char *room = lf_buf_room(packed, d.packed);
    assert_true(lf_deflate_read(deflate, d.at, room, d.packed, &err));
    packed->len += d.packed;
    lf_deflate_free(&deflate);
    return d;
}

static void sizes_are_counted_not_believed(void **state)
{
    (void)state;
    static const struct {
        uint64_t real, declared; // declared 0: the real size
        enum lf_code code;
        const char *what;
    } rows[] = {
        {1 << 20, 0, LF_OK, ""},
        {1 << 20, 10, LF_E_ZIP, "declared 10 bytes, got more"},
        {1 << 20, (1 << 20) - 1, LF_E_ZIP, "got more"},
        {1 << 20, (1 << 20) + 1, LF_E_ZIP, ""},
        {1 << 20, 2147483648u, LF_E_ZIP, ""},
        {LF_ZIP_RATIO_FROM, 0, LF_OK, ""},
        {LF_ZIP_RATIO_FROM + 1, 0, LF_E_ZIP_RATIO, "zip-ratio"},
        {1 << 30, 0, LF_E_ZIP_RATIO, "zip-ratio"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct zip_maker z = {0};
        struct lf_buf packed = {0};
        struct lf_error err;
        struct lf_deflated d = zeros(rows[i].real, &packed);
        zip_add(&z, (struct zip_member){
                        .name = LF_S("zeros"),
                        .bytes = lf_buf_view(&packed),
                        .size = rows[i].declared ? rows[i].declared : d.size,
                        .crc = d.crc,
                        .method = 8,
                    });
        enum lf_code code = code_of(zip_end(&z), &err);
        zip_done(&z);
        lf_buf_done(&packed);
        if (code != rows[i].code || !strstr(err.what, rows[i].what))
            fail_msg("row %zu: LF%d, not LF%d: %s", i, code, rows[i].code, err.what);
        if (code != LF_OK)
            assert_string_equal(err.file, "a.zip!zeros");
    }
}

static void a_total_is_kept_over_all_members(void **state)
{
    (void)state;
    static const struct {
        uint64_t cap;
        enum lf_code code;
    } rows[] = {{31, LF_OK}, {30, LF_OK}, {29, LF_E_ZIP_TOTAL}, {0, LF_E_ZIP_TOTAL}};
    struct zip_maker z = {0};
    const char *names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        zip_add(&z, (struct zip_member){.name = lf_slice_of(names[i]),
                                        .bytes = LF_S("0123456789")});
    struct lf_slice zip = zip_end(&z);
    put_bytes("a.zip", zip.at, zip.len);
    zip_done(&z);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct lf_error err = {0};
        struct lf_zip_in *in = lf_zip_in_take(open("a.zip", O_RDONLY), "a.zip", &err);
        assert_non_null(in);
        lf_zip_in_cap(in, rows[r].cap);
        bool ok = true;
        for (size_t i = 0; ok && i < 3; i++) {
            char to[64];
            size_t got = 1;
            struct lf_in *member = lf_zip_in_read(in, i, &err);
            while (ok && got)
                ok = lf_in_read(member, to, sizeof to, &got, &err);
            lf_in_free(&member);
        }
        assert_int_equal(err.code, rows[r].code);
        lf_zip_in_free(&in);
    }
}

static void archives_cut_short_or_altered_are_refused(void **state)
{
    (void)state;
    struct zip_maker z = {0};
    struct lf_error err;
    zip_add(&z, (struct zip_member){.name = LF_S("a"), .bytes = LF_S("0123456789")});
    zip_add(&z, (struct zip_member){.name = LF_S("b"), .bytes = LF_S("abcdef")});
    struct lf_slice zip = zip_end(&z);
    for (size_t n = 4; n < zip.len; n++) {
        enum lf_code code = code_of((struct lf_slice){zip.at, n}, &err);
        if (code != LF_E_ZIP)
            fail_msg("cut at %zu: LF%d", n, code);
    }
    // Garbage behind it is not an archive of ours either.
    struct lf_buf more = {0};
    lf_buf_slice(&more, zip);
    lf_buf_char(&more, 'x');
    assert_int_equal(code_of(lf_buf_view(&more), &err), LF_E_ZIP);
    // Any flipped byte is either harmless or refused; the sanitizers watch.
    for (size_t i = 0; i < zip.len; i++) {
        static const char flips[] = {0x01, -128, -1};
        for (size_t f = 0; f < sizeof flips; f++) {
            char *bytes = z.out.at;
            bytes[i] ^= flips[f];
            code_of(zip, &err);
            bytes[i] ^= flips[f];
        }
    }
    lf_buf_done(&more);
    zip_done(&z);
}

static void counts_of_members_are_judged_before_libzip(void **state)
{
    (void)state;
    static const struct {
        uint64_t claim;
        enum lf_code code;
    } rows[] = {
        {0, LF_E_ZIP},
        {2, LF_E_ZIP},
        {65535, LF_E_ZIP},
        {65536, LF_E_ZIP},
        {LF_ZIP_MEMBERS, LF_E_ZIP}, // within the limit, but not there
        {LF_ZIP_MEMBERS + 1, LF_E_ZIP_MEMBERS},
        {UINT64_MAX, LF_E_ZIP_MEMBERS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct zip_maker z = {0};
        struct lf_error err;
        zip_add(&z, (struct zip_member){.name = LF_S("a")});
        enum lf_code code = code_of(zip_end_claiming(&z, rows[i].claim), &err);
        if (code != rows[i].code)
            fail_msg("row %zu: LF%d: %s", i, code, err.what);
        zip_done(&z);
    }
    // Many that are there are fine.
    struct zip_maker z = {0};
    struct lf_error err;
    for (unsigned i = 0; i < 70000; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        zip_add(&z, (struct zip_member){.name = lf_slice_of(name)});
    }
    assert_int_equal(code_of(zip_end(&z), &err), LF_OK);
    zip_done(&z);
}

static void an_archive_without_members_is_one(void **state)
{
    (void)state;
    struct zip_maker z = {0};
    struct lf_error err;
    assert_int_equal(code_of(zip_end(&z), &err), LF_OK);
    zip_done(&z);
    put_bytes("empty", "", 0);
    assert_null(lf_zip_in_take(open("empty", O_RDONLY), "empty", &err));
    assert_int_equal(err.code, LF_E_ZIP);
}

// A member of the archive "o.zip" that is written piece by piece.
static void put_member(struct lf_zip_out *z, const char *name, const char *bytes,
                       size_t n)
{
    struct lf_error err = {0};
    assert_true(lf_zip_out_begin(z, name, &err));
    for (size_t at = 0, part; at < n; at += part) {
        part = n - at < 100003 ? n - at : 100003;
        assert_true(lf_zip_out_write(z, (struct lf_slice){bytes + at, part}, &err));
    }
    assert_true(lf_zip_out_end(z, &err));
}

static char *noise(size_t n)
{
    char *bytes = lf_alloc(n, 1, &(struct lf_error){0});
    assert_non_null(bytes);
    uint32_t seed = 1;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (char)("0123456789abcdef,\n  "[(seed >> 24) % 20]);
    }
    return bytes;
}

static void assert_member(const struct lf_tree *t, const char *name, const char *bytes,
                          size_t n)
{
    static char piece[65536];
    struct lf_error err = {0};
    size_t i = 0, at = 0;
    assert_true(lf_tree_find(t, name, &i));
    struct lf_in *in = lf_tree_read(t, i, &err);
    assert_non_null(in);
    for (size_t got = 1; got; at += got) {
        assert_true(lf_in_read(in, piece, sizeof piece, &got, &err));
        assert_true(got <= n - at);
        assert_memory_equal(piece, bytes + at, got);
    }
    assert_int_equal(at, n);
    lf_in_free(&in);
}

enum { LARGE = 20 << 20, BLOCK = 4 << 20 };

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct lf_error err = {0};
    char *bytes = noise(LARGE);
    static const size_t sizes[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, LARGE};
    static const char *const names[] = {"x/0", "1", "b-1", "b", "b+1", "2b", "large"};
    struct lf_zip_out *z = lf_zip_out_new("o.zip", &err);
    put_bytes("media", bytes, 100000);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(lf_zip_out_file(z, "images/media.jpg", folder, "media", false, &err));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        put_member(z, names[i], bytes, sizes[i]);
    assert_false(is_there("o.zip"));
    assert_true(lf_zip_out_close(z, &err));
    lf_zip_out_free(&z);
    close(folder);

    struct lf_tree *t = lf_tree_open("o.zip", &err);
    assert_non_null(t);
    assert_true(lf_tree_is_zip(t));
    assert_int_equal(lf_tree_count(t), 8);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_member(t, names[i], bytes, sizes[i]);
    assert_member(t, "images/media.jpg", bytes, 100000);
    lf_tree_free(&t);
    lf_free(bytes);
    assert_int_equal(system("test \"$(ls)\" = \"$(printf 'media\\no.zip')\""), 0);
    assert_int_equal(system("python3 -m zipfile -t o.zip >py; grep -q Done py"), 0);
    assert_int_equal(
        system("python3 -c \"import zipfile; z = zipfile.ZipFile('o.zip').infolist(); "
               "assert [i.filename for i in z] == sorted(i.filename for i in z); "
               "assert {i.date_time for i in z} == {(1980, 1, 1, 0, 0, 0)}; "
               "assert {i.external_attr >> 16 for i in z} == {0o100644}; "
               "assert {i.create_system for i in z} == {3}; "
               "assert [i.compress_type for i in z if i.filename[0] == 'i'] == [0]; "
               "assert {i.compress_type for i in z if i.filename[0] != 'i'} == {8}\""),
        0);
}

static void the_bytes_depend_on_the_members_alone(void **state)
{
    (void)state;
    struct lf_error err = {0};
    static const char *const names[] = {"b", "a/x", "Gr\xc3\xb6\303\237e.txt"};
    static const char *const zones[] = {"UTC", "Asia/Kathmandu", "America/St_Johns"};
    char *bytes = noise(BLOCK + 5);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    put_text("media", "some bytes");
    for (size_t round = 0; round < 3; round++) {
        char path[16];
        assert_int_equal(setenv("TZ", zones[round], 1), 0);
        umask(round ? 022 : 077);
        snprintf(path, sizeof path, "%zu.zip", round);
        struct lf_zip_out *z = lf_zip_out_new(path, &err);
        for (size_t i = 0; i < 3; i++) {
            size_t k = (i + round) % 3;
            if (i == round)
                assert_true(lf_zip_out_file(z, "m", folder, "media", false, &err));
            put_member(z, names[k], bytes, k == 0 ? BLOCK + 5 : 1000 * k);
        }
        assert_true(lf_zip_out_close(z, &err));
        lf_zip_out_free(&z);
    }
    unsetenv("TZ");
    umask(022);
    close(folder);
    lf_free(bytes);
    assert_int_equal(system("cmp 0.zip 1.zip && cmp 1.zip 2.zip"), 0);
}

static void an_archive_that_fails_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name, *then; // then: a command before the close
        enum lf_code code;
    } rows[] = {
        {"A", "true", LF_E_ZIP_DUPLICATE},
        {"a", "true", LF_E_ZIP_DUPLICATE},
        {"../x", "true", LF_E_ZIP_NAME},
        {"x/", "true", LF_E_ZIP_NAME},
        {"b", "printf longer >> media", LF_E_CHANGED},
        {"b", ": > media", LF_E_CHANGED},
        {"b", "rm media", LF_E_IO},
        {"b", "rm media; ln -s other media", LF_E_PATH},
        {"b", "ln -s other o.zip", LF_E_TARGET},
        {"b", "mkfifo o.zip", LF_E_TARGET},
        {"b", "mkfifo o.zip.lf-new", LF_E_TARGET},
        {"b", "touch o.zip.lf-new; printf old >o.zip", LF_OK},
    };
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        assert_int_equal(system("rm -f *; echo bytes >media"), 0);
        struct lf_zip_out *z = lf_zip_out_new("o.zip", &err);
        assert_true(lf_zip_out_file(z, "m", folder, "media", false, &err));
        put_member(z, "a", "1", 1);
        bool ok = lf_zip_out_begin(z, rows[i].name, &err) && lf_zip_out_end(z, &err);
        assert_int_equal(system(rows[i].then), 0);
        ok = ok && lf_zip_out_close(z, &err);
        lf_zip_out_free(&z);
        if (err.code != rows[i].code)
            fail_msg("row %zu: LF%d, not LF%d: %s", i, err.code, rows[i].code,
                     err.what);
        assert_int_equal(ok, err.code == LF_OK);
        if (!ok && !strstr(rows[i].then, "o.zip"))
            assert_int_equal(system("test -z \"$(ls | grep o.zip)\""), 0);
    }
    close(folder);
    struct lf_error err = {0};
    struct lf_zip_out *z = lf_zip_out_new("nowhere/o.zip", &err);
    assert_false(lf_zip_out_begin(z, "a", &err));
    assert_int_equal(err.code, LF_E_IO);
    lf_zip_out_free(&z);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    char *bytes = noise(100000);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    put_bytes("media", bytes, 100000);
    for (int stored = 0; stored < 2; stored++) {
        struct lf_error err = {0};
        struct lf_zip_out *z = lf_zip_out_new("o.zip", &err);
        if (stored)
            assert_true(lf_zip_out_file(z, "m", folder, "media", false, &err));
        set_file_limit(20000);
        bool ok =
            lf_zip_out_begin(z, "a", &err) &&
            lf_zip_out_write(z, (struct lf_slice){bytes, stored ? 9 : 100000}, &err) &&
            lf_zip_out_end(z, &err) && lf_zip_out_close(z, &err);
        set_file_limit(0);
        assert_false(ok);
        assert_int_equal(err.code, LF_E_IO);
        lf_zip_out_free(&z);
        assert_int_equal(system("test \"$(ls)\" = media"), 0);
    }
    close(folder);
    lf_free(bytes);
}

static void an_empty_archive_is_written(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_zip_out *z = lf_zip_out_new("a.zip", &err);
    assert_true(lf_zip_out_close(z, &err));
    lf_zip_out_free(&z);
    assert_int_equal(read_all(&err), LF_OK);
    assert_int_equal(system("python3 -m zipfile -t a.zip >py; grep -q Done py"), 0);
}

static void archives_of_others_are_read(void **state)
{
    (void)state;
    static const char *const makers[] = {
        "python3 -c \"import zipfile; z = zipfile.ZipFile('a.zip', 'w', 8); "
        "z.writestr('\xc3\xb6.txt', 'x' * 100000); z.writestr('b', 'y')\"",
        // To a pipe: sizes come behind the bytes.
        "python3 -c \"import sys, zipfile; z = zipfile.ZipFile(sys.stdout.buffer, 'w', "
        "8); "
        "z.writestr('a', 'x' * 100000); z.writestr('b', 'y'); z.close()\" | cat >a.zip",
        "python3 -c \"import zipfile; z = zipfile.ZipFile('a.zip', 'w'); "
        "f = z.open('big', 'w', force_zip64=True); f.write(b'x' * 9); f.close(); "
        "z.comment = b'PK\\x05\\x06 a comment'; z.close()\"",
    };
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        struct lf_error err;
        assert_int_equal(system(makers[i]), 0);
        if (read_all(&err) != LF_OK)
            fail_msg("row %zu: %s", i, err.what);
        assert_int_equal(unlink("a.zip"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(what_archives_say_is_judged),
        FOLDER_TEST(sizes_are_counted_not_believed),
        FOLDER_TEST(a_total_is_kept_over_all_members),
        FOLDER_TEST(archives_cut_short_or_altered_are_refused),
        FOLDER_TEST(counts_of_members_are_judged_before_libzip),
        FOLDER_TEST(an_archive_without_members_is_one),
        FOLDER_TEST(what_is_written_is_read_back),
        FOLDER_TEST(the_bytes_depend_on_the_members_alone),
        FOLDER_TEST(an_archive_that_fails_leaves_nothing),
        FOLDER_TEST(a_full_disk_is_told),
        FOLDER_TEST(an_empty_archive_is_written),
        FOLDER_TEST(archives_of_others_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
