// Images for tools that find each by an address: their addresses, and a folder of
// copies.
#ifndef LF_OUT_MEDIA_H
#define LF_OUT_MEDIA_H

#include "formats/base/buf.h"
#include "formats/base/in.h"

// A template of addresses: {path} is the item's name, {run} the run's, both escaped for
// URLs. LF_E_OPTION: it lacks {path}, or has another word in braces.
LF_MUST_USE bool lf_url_check(const char *pattern, struct lf_error *err);
// The address of an item by a template that was checked.
void lf_url_make(const char *pattern, struct lf_slice run, struct lf_slice name,
                 struct lf_buf *out);
// The file itself as an address, "data:image/png;base64,..": read to its end.
// LF_E_LIMIT_COUNT beyond the limit media-embedded.
LF_MUST_USE bool lf_url_embed(struct lf_in *in, struct lf_slice name,
                              struct lf_buf *out, struct lf_error *err);

// The file `relpath` below an open folder, copied to `path`, whose folders are made;
// with `link` a hard link where the file system can. Symbolic links are followed if
// `links`.
LF_MUST_USE bool lf_media_put(int folder, const char *relpath, bool links, bool link,
                              const char *path, struct lf_error *err);

#endif
