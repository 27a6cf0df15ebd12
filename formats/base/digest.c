#include "formats/base/digest.h"

// The functions that are older than EVP: without providers they allocate nothing and
// read no configuration. EVP of OpenSSL 3.0 ends the program when memory runs out in
// its setup.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "formats/base/alloc.h"
#include "formats/base/in.h"

enum { CHUNK = 65536 };

struct lf_digest {
    SHA256_CTX sha;
};

static bool refused(struct lf_error *err)
{
    return lf_fail(err, LF_E_BUG, "libcrypto cannot make a SHA-256");
}

struct lf_digest *lf_digest_new(struct lf_error *err)
{
    struct lf_digest *d = lf_alloc(1, sizeof *d, err);
    if (d && SHA256_Init(&d->sha) != 1) {
        refused(err);
        lf_digest_free(&d);
    }
    return d;
}

bool lf_digest_add(struct lf_digest *d, struct lf_slice bytes, struct lf_error *err)
{
    if (bytes.len && SHA256_Update(&d->sha, bytes.at, bytes.len) != 1)
        return refused(err);
    return true;
}

bool lf_digest_take(struct lf_digest *d, unsigned char out[LF_DIGEST_BYTES],
                    struct lf_error *err)
{
    if (SHA256_Final(out, &d->sha) != 1 || SHA256_Init(&d->sha) != 1)
        return refused(err);
    return true;
}

void lf_digest_free(struct lf_digest **d)
{
    lf_free(*d);
    *d = NULL;
}

static bool add_all(struct lf_digest *d, struct lf_in *in, struct lf_error *err)
{
    char *chunk = lf_alloc(CHUNK, 1, err);
    size_t got = 0;
    bool ok = chunk != NULL;
    do {
        ok = ok && lf_in_read(in, chunk, CHUNK, &got, err) &&
             lf_digest_add(d, (struct lf_slice){chunk, got}, err);
    } while (ok && got);
    lf_free(chunk);
    return ok;
}

bool lf_digest_file(const char *path, unsigned char out[LF_DIGEST_BYTES],
                    struct lf_error *err)
{
    struct lf_in *in = lf_in_file(path, err);
    struct lf_digest *d = in ? lf_digest_new(err) : NULL;
    bool ok = d && add_all(d, in, err) && lf_digest_take(d, out, err);
    lf_digest_free(&d);
    lf_in_free(&in);
    return ok || lf_fail_in_file(err, path);
}

void lf_hex(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}
