// Zip archives record by record, so that they can lie. Also used to make fuzzing seeds.
#ifndef LF_ZIP_MAKER_H
#define LF_ZIP_MAKER_H

#include <libdeflate.h>

#include "formats/base/buf.h"

struct zip_member {
    struct lf_slice name,
        local; // name in the central directory; in the local header, if other
    struct lf_slice bytes; // as they lie in the archive
    uint64_t packed, size; // as declared; 0: what is true for stored bytes
    uint32_t crc, mode;    // crc 0: the true one for stored bytes; mode: Unix
    uint16_t method, flags;
    bool shared; // no local header and bytes of its own: those of the member before
};

struct zip_maker {
    struct lf_buf out, dir;
    uint64_t count, at; // at: local header of the last member
};

static inline void put16(struct lf_buf *b, unsigned v)
{
    lf_buf_char(b, (char)(v & 255));
    lf_buf_char(b, (char)(v >> 8 & 255));
}

static inline void put32(struct lf_buf *b, uint32_t v)
{
    put16(b, v & 65535);
    put16(b, v >> 16);
}

static inline void put64(struct lf_buf *b, uint64_t v)
{
    put32(b, (uint32_t)v);
    put32(b, (uint32_t)(v >> 32));
}

// What the local header and the directory share.
static inline void put_facts(struct lf_buf *b, const struct zip_member *m,
                             struct lf_slice name)
{
    put16(b, 20);
    put16(b, m->flags);
    put16(b, m->method);
    put16(b, 0);
    put16(b, 0x21);
    put32(b, m->crc ? m->crc : libdeflate_crc32(0, m->bytes.at, m->bytes.len));
    put32(b, (uint32_t)(m->packed ? m->packed : m->bytes.len));
    put32(b, (uint32_t)(m->size || m->method ? m->size : m->bytes.len));
    put16(b, (unsigned)name.len);
    put16(b, 0);
}

static inline void zip_add(struct zip_maker *z, struct zip_member m)
{
    struct lf_slice local = m.local.len ? m.local : m.name;
    if (!m.bytes.at)
        m.bytes.at = "";
    if (!m.shared) {
        z->at = z->out.len;
        lf_buf_text(&z->out, "PK\3\4");
        put_facts(&z->out, &m, local);
        lf_buf_slice(&z->out, local);
        lf_buf_slice(&z->out, m.bytes);
    }
    lf_buf_text(&z->dir, "PK\1\2");
    put16(&z->dir, 3 << 8 | 20);
    put_facts(&z->dir, &m, m.name);
    put16(&z->dir, 0);
    put16(&z->dir, 0);
    put16(&z->dir, 0);
    put32(&z->dir, m.mode << 16);
    put32(&z->dir, (uint32_t)z->at);
    lf_buf_slice(&z->dir, m.name);
    z->count++;
}

// The directory and the end record, with a zip64 end record when it claims many
// members.
static inline struct lf_slice zip_end_claiming(struct zip_maker *z, uint64_t count)
{
    uint64_t at = z->out.len, size = z->dir.len;
    lf_buf_slice(&z->out, lf_buf_view(&z->dir));
    if (count > 65535) {
        lf_buf_text(&z->out, "PK\6\6");
        put64(&z->out, 44);
        put16(&z->out, 45);
        put16(&z->out, 45);
        put32(&z->out, 0);
        put32(&z->out, 0);
        put64(&z->out, count);
        put64(&z->out, count);
        put64(&z->out, size);
        put64(&z->out, at);
        lf_buf_text(&z->out, "PK\6\7");
        put32(&z->out, 0);
        put64(&z->out, at + size);
        put32(&z->out, 1);
    }
    lf_buf_text(&z->out, "PK\5\6");
    put32(&z->out, 0);
    put16(&z->out, count > 65535 ? 65535 : (unsigned)count);
    put16(&z->out, count > 65535 ? 65535 : (unsigned)count);
    put32(&z->out, (uint32_t)size);
    put32(&z->out, (uint32_t)at);
    put16(&z->out, 0);
    return lf_buf_view(&z->out);
}

static inline struct lf_slice zip_end(struct zip_maker *z)
{
    return zip_end_claiming(z, z->count);
}

static inline void zip_done(struct zip_maker *z)
{
    lf_buf_done(&z->out);
    lf_buf_done(&z->dir);
    *z = (struct zip_maker){0};
}

#endif
