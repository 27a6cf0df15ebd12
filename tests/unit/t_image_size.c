#include "tests/unit/image_table.h"
#include "tests/unit/unit.h"

#include "formats/base/buf.h"
#include "formats/base/image_size.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define IHDR SIGNATURE "\0\0\0\rIHDR"
#define SOI "\xff\xd8"
#define SOS "\xff\xda\0\x08\1\1\0\0\x3f\0"
#define SOF(n) "\xff" n "\0\x0b\x08\1\2\3\4\1\1\x11\0" // 772 x 258
#define EXIF(len) "\xff\xe1\0" len "Exif\0\0"
#define LOW "II*\0\x08\0\0\0\1\0" // one entry
#define HIGH "MM\0*\0\0\0\x08\0\1"
#define LOW_WAY(n) "\x12\1\3\0\1\0\0\0" n "\0\0\0"
#define HIGH_WAY(n) "\1\x12\0\3\0\0\0\1\0" n "\0\0"
// Length, name and 22 bytes of TIFF: 2 + 6 + 22 = 30 = "\x1e"
#define EXIF_LOW(n) EXIF("\x1e") LOW LOW_WAY(n)
#define EXIF_HIGH(n) EXIF("\x1e") HIGH HIGH_WAY(n)

static const struct row rows[] = {
    // Checksums by Python's zlib.crc32.
    {"PNG",
     BYTES(IHDR "\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00\x00\xba\xb3\x4b\xb3"),
     640, 480, false, NULL},
    {"PNG as large as it can be",
     BYTES(IHDR "\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00\x9b\xab\x9c\x31"),
     2147483647, 2147483647, false, NULL},
    {"PNG one too wide",
     BYTES(IHDR "\x80\x00\x00\x00\x00\x00\x00\x01\x08\x02\x00\x00\x00\xdf\xdf\x1d\xf7"),
     0, 0, false, "the PNG header says 2147483648 x 1 pixels"},
    {"PNG one too high",
     BYTES(IHDR "\x00\x00\x00\x01\x80\x00\x00\x00\x08\x02\x00\x00\x00\x3d\x7e\x80\x34"),
     0, 0, false, "the PNG header says 1 x 2147483648 pixels"},
    {"PNG of width 0",
     BYTES(IHDR "\x00\x00\x00\x00\x00\x00\x00\x05\x08\x02\x00\x00\x00\xe4\x24\x7a\xf6"),
     0, 0, false, "the PNG header says 0 x 5 pixels"},
    {"PNG of height 0",
     BYTES(IHDR "\x00\x00\x00\x05\x00\x00\x00\x00\x08\x02\x00\x00\x00\x52\xc0\x20\x01"),
     0, 0, false, "the PNG header says 5 x 0 pixels"},
    {"PNG with a wrong checksum",
     BYTES(IHDR "\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00\x00\xba\xb3\x4b\xb2"),
     0, 0, false, "the PNG header's checksum is wrong"},
    {"PNG without IHDR",
     BYTES(SIGNATURE "\0\0\0\4CgBI\x50\0\x20\6\x2b\xd5\xb3\x7f"
                     "0123456"),
     0, 0, false, "the PNG does not begin with IHDR"},
    {"PNG with a longer IHDR", BYTES(SIGNATURE "\0\0\0\x0eIHDR0123456789abcdefgh"), 0,
     0, false, "the PNG does not begin with IHDR"},
    {"PNG cut in IHDR",
     BYTES(IHDR "\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00\x00\xba\xb3\x4b"), 0,
     0, false, "the image ends in its PNG header"},
    {"PNG cut in its signature", BYTES("\x89PNG\r\n"), 0, 0, false,
     "the image ends in its PNG signature"},
    {"PNG sent as text", BYTES("\x89PNG\n\x1a\n\0\0\0\rIHDR"), 0, 0, false,
     "neither PNG, JPEG, WebP nor TIFF"},
    {"nothing", BYTES(""), 0, 0, false, "the image ends in its first bytes"},
    {"one byte", BYTES("\xff"), 0, 0, false, "the image ends in its first bytes"},
    {"GIF", BYTES("GIF89a\1\0\1\0"), 0, 0, false, "neither PNG, JPEG, WebP nor TIFF"},

    {"JPEG, baseline", BYTES(SOI SOF("\xc0") SOS), 772, 258, false, NULL},
    {"JPEG, progressive", BYTES(SOI SOF("\xc2") SOS), 772, 258, false, NULL},
    {"JPEG, lossless arithmetic", BYTES(SOI SOF("\xcf") SOS), 772, 258, false, NULL},
    {"JPEG with tables before its frame",
     BYTES(SOI "\xff\xc4\0\4ab\xff\xcc\0\4ab\xff\xc8\0\2\xff\xdb\0\3." SOF("\xc1") SOS),
     772, 258, false, NULL},
    {"JPEG with fill bytes, junk and lone markers",
     BYTES(SOI "junk\xff\0\xff\xff\xff\xe0\0\4ab\xff\1\xff\xd0\xff\xd8\0" SOF("\xc0")
               SOS),
     772, 258, false, NULL},
    {"JPEG of two frame headers: the first counts",
     BYTES(SOI SOF("\xc0") "\xff\xc0\0\x08\x08\0\1\0\1\1" SOS), 772, 258, false, NULL},
    {"JPEG that ends instead of a scan", BYTES(SOI SOF("\xc0") "\xff\xd9"), 772, 258,
     false, NULL},
    {"JPEG of height 0", BYTES(SOI "\xff\xc0\0\x08\x08\0\0\0\1\1" SOS), 0, 0, false,
     "the JPEG frame header says 1 x 0 pixels"},
    {"JPEG of width 0", BYTES(SOI "\xff\xc0\0\x08\x08\0\1\0\0\1" SOS), 0, 0, false,
     "the JPEG frame header says 0 x 1 pixels"},
    {"JPEG with a short frame header", BYTES(SOI "\xff\xc0\0\7\x08\0\1\0\1" SOS), 0, 0,
     false, "the JPEG frame header is too short"},
    {"JPEG without frame header", BYTES(SOI SOS), 0, 0, false,
     "the JPEG has no frame header"},
    {"JPEG with a segment of length 1", BYTES(SOI "\xff\xe0\0\1" SOF("\xc0") SOS), 0, 0,
     false, "a JPEG segment has the length 1"},
    {"JPEG cut before its frame",
     BYTES(SOI "\xff\xe0\xff\xff"
               "abc"),
     0, 0, false, "the image ends in its JPEG header"},
    {"JPEG cut behind its frame", BYTES(SOI SOF("\xc0")), 0, 0, false,
     "the image ends in its JPEG header"},
    {"JPEG of two bytes", BYTES(SOI), 0, 0, false, "the image ends in its JPEG header"},

    {"orientation 1", BYTES(SOI EXIF_LOW("\1") SOF("\xc0") SOS), 772, 258, false, NULL},
    {"orientation 4", BYTES(SOI EXIF_LOW("\4") SOF("\xc0") SOS), 772, 258, false, NULL},
    {"orientation 5", BYTES(SOI EXIF_LOW("\5") SOF("\xc0") SOS), 772, 258, true, NULL},
    {"orientation 6, high byte first", BYTES(SOI EXIF_HIGH("\6") SOF("\xc0") SOS), 772,
     258, true, NULL},
    {"orientation 8, high byte first", BYTES(SOI EXIF_HIGH("\x08") SOF("\xc0") SOS),
     772, 258, true, NULL},
    {"orientation 9", BYTES(SOI EXIF_HIGH("\x09") SOF("\xc0") SOS), 772, 258, false,
     NULL},
    {"orientation 3, high byte first", BYTES(SOI EXIF_HIGH("\3") SOF("\xc0") SOS), 772,
     258, false, NULL},
    {"orientation of 32 bits",
     BYTES(SOI EXIF("\x1e") HIGH "\1\x12\0\4\0\0\0\1\0\0\0\6" SOF("\xc0") SOS), 772,
     258, true, NULL},
    {"orientation behind the frame", BYTES(SOI SOF("\xc0") EXIF_LOW("\6") SOS), 772,
     258, true, NULL},
    {"the first EXIF counts", BYTES(SOI EXIF_LOW("\1") EXIF_LOW("\6") SOF("\xc0") SOS),
     772, 258, false, NULL},
    {"XMP is no EXIF",
     BYTES(SOI "\xff\xe1\0\x0ahttp://a" EXIF_LOW("\6") SOF("\xc0") SOS), 772, 258, true,
     NULL},
    {"orientation of a wrong type",
     BYTES(SOI EXIF("\x1e") LOW "\x12\1\2\0\1\0\0\0\6\0\0\0" SOF("\xc0") SOS), 772, 258,
     false, NULL},
    {"orientation of two values",
     BYTES(SOI EXIF("\x1e") LOW "\x12\1\3\0\2\0\0\0\6\0\6\0" SOF("\xc0") SOS), 772, 258,
     false, NULL},
    {"more entries said than there are",
     BYTES(SOI EXIF("\x1e") "II*\0\x08\0\0\0\xff\xff" LOW_WAY("\6") SOF("\xc0") SOS),
     772, 258, true, NULL},
    {"an entry cut by the segment's end",
     BYTES(SOI EXIF("\x1d") LOW "\x12\1\3\0\1\0\0\0\6\0\0" SOF("\xc0") SOS), 772, 258,
     false, NULL},
    {"a directory behind the segment's end",
     BYTES(SOI EXIF("\x1e") "II*\0\x16\0\0\0\1\0" LOW_WAY("\6") SOF("\xc0") SOS), 772,
     258, false, NULL},
    {"a directory at 4 GiB",
     BYTES(SOI EXIF("\x1e") "II*\0\xff\xff\xff\xff\1\0" LOW_WAY("\6") SOF("\xc0") SOS),
     772, 258, false, NULL},
    {"neither byte order", BYTES(SOI EXIF("\x10") "XX*\0\x08\0\0\0" SOF("\xc0") SOS),
     772, 258, false, NULL},
    {"an empty EXIF", BYTES(SOI EXIF("\x08") SOF("\xc0") SOS), 772, 258, false, NULL},
    {"a TIFF header cut", BYTES(SOI EXIF("\x0f") "II*\0\x08\0\0" SOF("\xc0") SOS), 772,
     258, false, NULL},
};

static void check(const struct row *r, struct lf_slice bytes)
{
    struct lf_error err = {0};
    uint32_t width = 0;
    uint32_t height = 0;
    bool turned = false;
    struct lf_in *in = lf_in_memory(bytes, "a.img", &err);
    assert_non_null(in);
    bool ok = lf_image_size(in, &width, &height, &turned, &err);
    lf_in_free(&in);
    if (ok != !r->what || (ok && err.code) || (!ok && strcmp(err.what, r->what) != 0))
        fail_msg("%s: '%s'", r->name, err.what);
    if (ok && (width != r->width || height != r->height || turned != r->turned))
        fail_msg("%s: %u x %u, turned %d", r->name, width, height, turned);
    if (!ok && (err.code != LF_E_NO_SIZE || strcmp(err.file, "a.img") != 0))
        fail_msg("%s: LF%d in '%s'", r->name, (int)err.code, err.file);
}

static void every_row_has_its_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i], rows[i].bytes);
    for (size_t i = 0; i < sizeof image_rows / sizeof *image_rows; i++)
        check(&image_rows[i], image_rows[i].bytes);
}

// Segments as long as they can be are passed over, whole thumbnails among them.
static void long_segments_are_passed_over(void **state)
{
    (void)state;
    static const struct row want = {"long", {NULL, 0}, 772, 258, true, NULL};
    struct lf_buf b = {0};
    lf_buf_add(&b, SOI, 2);
    for (size_t i = 0; i < 20; i++) {
        lf_buf_text(&b, i % 2 ? "\xff\xe2\xff\xff" : "\xff\xe1\xff\xff");
        for (size_t k = 2; k < 65535; k++)
            lf_buf_char(&b, (char)k);
    }
    lf_buf_add(&b, EXIF_LOW("\6") SOF("\xc0") SOS,
               sizeof(EXIF_LOW("\6") SOF("\xc0") SOS) - 1);
    check(&want, lf_buf_view(&b));
    lf_buf_done(&b);
}

// Every prefix of a good image is refused and every flipped byte answered.
static void damage_is_answered(void **state)
{
    (void)state;
    static const struct lf_slice good[] = {
        BYTES(IHDR
              "\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00\x00\xba\xb3\x4b\xb3"),
        BYTES(SOI EXIF_HIGH("\6") SOF("\xc0") "\xff\xda")};
    for (size_t g = 0; g < 2; g++) {
        for (size_t cut = 0; cut < good[g].len * 2; cut++) {
            struct lf_error err = {0};
            uint32_t width, height;
            bool turned;
            struct lf_buf b = {0};
            lf_buf_add(&b, good[g].at, cut < good[g].len ? cut : good[g].len);
            if (cut >= good[g].len)
                b.at[cut - good[g].len] = (char)~b.at[cut - good[g].len];
            struct lf_in *in = lf_in_memory(lf_buf_view(&b), "a", &err);
            assert_non_null(in);
            bool ok = lf_image_size(in, &width, &height, &turned, &err);
            assert_true(ok ? cut >= good[g].len && width && height
                           : err.code == LF_E_NO_SIZE);
            assert_false(ok && g == 0);
            lf_in_free(&in);
            lf_buf_done(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_size),
        cmocka_unit_test(long_segments_are_passed_over),
        cmocka_unit_test(damage_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
