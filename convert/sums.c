#include "convert/sums.h"

#include "formats/base/buf.h"
#include "formats/base/digest.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "formats/base/tree.h"

static bool add_sum(const struct lf_tree *t, size_t i, struct lf_digest *d,
                    struct lf_buf *out, struct lf_error *err)
{
    char piece[1 << 16], hex[LF_DIGEST_HEX];
    unsigned char sum[LF_DIGEST_BYTES];
    struct lf_in *in = lf_tree_read(t, i, err);
    bool ok = in != NULL;
    for (size_t got = 1; ok && got;) {
        ok = lf_in_read(in, piece, sizeof piece, &got, err);
        ok = ok && lf_digest_add(d, (struct lf_slice){piece, got}, err);
    }
    lf_in_free(&in);
    if (!ok || !lf_digest_take(d, sum, err))
        return false;
    lf_hex(sum, sizeof sum, hex);
    lf_buf_printf(out, "%s  %s\n", hex, lf_tree_name(t, i));
    return true;
}

bool lf_sums(const char *folder, struct lf_error *err)
{
    char path[4400];
    struct lf_buf out = {0};
    struct lf_digest *d = lf_digest_new(err);
    struct lf_tree *t = lf_tree_open(folder, err);
    bool ok = d && t;
    for (size_t i = 0; ok && i < lf_tree_count(t); i++)
        ok = add_sum(t, i, d, &out, err);
    lf_tree_free(&t);
    lf_digest_free(&d);
    ok = ok && lf_buf_ok(&out, err) &&
         lf_path_join(path, sizeof path, folder, "SHA256SUMS", err) &&
         lf_out_file(path, lf_buf_view(&out), err);
    lf_buf_done(&out);
    return ok;
}
