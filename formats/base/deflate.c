#include "formats/base/deflate.h"

#include <libdeflate.h>
#include <pthread.h>
#include <zlib.h>

#include "formats/base/alloc.h"
#include "formats/base/fs.h"

enum { BLOCK = 4 << 20, LEVEL = 6 };

struct lf_deflate {
    int fd;
    uint64_t at;          // end of the temporary file
    char *block, *packed; // block: the one that is being filled
    size_t len, packed_cap;
    char *full; // the one that a second thread deflates while the next is filled
    size_t full_len;
    pthread_t thread;
    bool running;            // it is to be joined; till then fd and packed are its own
    struct lf_error failure; // of that thread
    struct lf_deflated now;
    bool cut; // the member passed one block: blocks joined by sync flushes
    struct libdeflate_compressor *whole;
    z_stream blocks;
    bool blocks_ready;
};

struct lf_deflate *lf_deflate_new(const char *path, struct lf_error *err)
{
    struct lf_deflate *d = lf_alloc(1, sizeof *d, err);
    if (!d)
        return NULL;
    d->fd = lf_fs_scratch(path, err);
    d->whole = libdeflate_alloc_compressor(LEVEL);
    if (!d->whole)
        lf_fail(err, LF_E_NOMEM, "no memory to deflate");
    else
        d->packed_cap = libdeflate_deflate_compress_bound(d->whole, BLOCK);
    if (d->whole && d->fd >= 0) {
        d->block = lf_alloc(BLOCK, 1, err);
        d->packed = lf_alloc(d->packed_cap, 1, err);
    }
    if (!d->block || !d->packed)
        lf_deflate_free(&d);
    return d;
}

static bool put(struct lf_deflate *d, size_t n, struct lf_error *err)
{
    if (!lf_fs_write(d->fd, d->packed, n, err))
        return false;
    d->at += n;
    d->now.packed += n;
    return true;
}

static bool end_whole(struct lf_deflate *d, struct lf_error *err)
{
    size_t n = libdeflate_deflate_compress(d->whole, d->block, d->len, d->packed,
                                           d->packed_cap);
    return n ? put(d, n, err) : lf_fail(err, LF_E_BUG, "a block did not fit deflated");
}

// Each block starts afresh, so that blocks could be made side by side and give the same
// bytes.
static bool deflate_block(struct lf_deflate *d, const char *block, size_t len,
                          bool last, struct lf_error *err)
{
    z_stream *z = &d->blocks;
    if (d->blocks_ready ? deflateReset(z) != Z_OK
                        : deflateInit2(z, LEVEL, Z_DEFLATED, -MAX_WBITS,
                                       MAX_MEM_LEVEL - 1, Z_DEFAULT_STRATEGY) != Z_OK)
        return lf_fail(err, LF_E_NOMEM, "no memory to deflate");
    d->blocks_ready = true;
    z->next_in = (Bytef *)block; // zlib does not write there
    z->avail_in = (uInt)len;
    do {
        z->next_out = (Bytef *)d->packed;
        z->avail_out = (uInt)d->packed_cap;
        if (deflate(z, last ? Z_FINISH : Z_SYNC_FLUSH) == Z_STREAM_ERROR)
            return lf_fail(err, LF_E_BUG, "zlib lost its state");
        if (!put(d, d->packed_cap - z->avail_out, err))
            return false;
    } while (z->avail_out == 0);
    return true;
}

static void *deflate_full(void *user)
{
    struct lf_deflate *d = user;
    if (!deflate_block(d, d->full, d->full_len, false, &d->failure))
        return NULL;
    return d;
}

// Waits for the block before, if it is still being deflated.
static bool wait_full(struct lf_deflate *d, struct lf_error *err)
{
    void *done = d;
    if (d->running)
        pthread_join(d->thread, &done);
    d->running = false;
    if (!done)
        *err = d->failure;
    return done != NULL;
}

// Hands the block over to a thread of its own. One at a time, so the bytes come in
// order; where no thread can be had it is deflated here.
static bool end_block(struct lf_deflate *d, struct lf_error *err)
{
    if (!wait_full(d, err) || (!d->full && !(d->full = lf_alloc(BLOCK, 1, err))))
        return false;
    char *block = d->full;
    d->full = d->block;
    d->full_len = d->len;
    d->block = block;
    d->len = 0;
    d->running = pthread_create(&d->thread, NULL, deflate_full, d) == 0;
    return d->running || deflate_block(d, d->full, d->full_len, false, err);
}

bool lf_deflate_write(struct lf_deflate *d, struct lf_slice bytes, struct lf_error *err)
{
    d->now.crc = libdeflate_crc32(d->now.crc, bytes.len ? bytes.at : "", bytes.len);
    d->now.size += bytes.len;
    while (bytes.len) {
        // A full block waits until more comes, so that the last one is never empty.
        if (d->len == BLOCK) {
            d->cut = true;
            if (!end_block(d, err))
                return false;
        }
        size_t n = bytes.len < BLOCK - d->len ? bytes.len : BLOCK - d->len;
        memcpy(d->block + d->len, bytes.at, n);
        d->len += n;
        bytes.at += n;
        bytes.len -= n;
    }
    return true;
}

bool lf_deflate_end(struct lf_deflate *d, struct lf_deflated *out, struct lf_error *err)
{
    bool ok = d->cut
                  ? wait_full(d, err) && deflate_block(d, d->block, d->len, true, err)
                  : end_whole(d, err);
    *out = d->now;
    d->now = (struct lf_deflated){.at = d->at};
    d->len = 0;
    d->cut = false;
    return ok;
}

bool lf_deflate_read(struct lf_deflate *d, uint64_t at, void *to, size_t n,
                     struct lf_error *err)
{
    size_t got = 0;
    return lf_fs_read_at(d->fd, at, to, n, &got, err) &&
           (got == n || lf_fail(err, LF_E_IO, "a temporary file lost bytes"));
}

void lf_deflate_free(struct lf_deflate **d)
{
    if (!*d)
        return;
    if ((*d)->running)
        pthread_join((*d)->thread, NULL);
    lf_fs_drop(&(*d)->fd);
    libdeflate_free_compressor((*d)->whole);
    if ((*d)->blocks_ready)
        deflateEnd(&(*d)->blocks);
    lf_free((*d)->block);
    lf_free((*d)->full);
    lf_free((*d)->packed);
    lf_free(*d);
    *d = NULL;
}
