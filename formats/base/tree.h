// What a person names as an archive: one file, a folder, or a zip. All three are a list
// of members sorted by name bytes, each of which can be read forward. Nothing is ever
// unpacked to disk, and no name out of an archive is ever joined to a folder.
#ifndef LF_TREE_H
#define LF_TREE_H

#include "formats/base/in.h"

struct lf_tree;

// A zip is known by its first bytes, not its name. A plain file is a tree with one
// member, its base name. A folder lists plain files below it, links and hidden files
// (".x") left out. Names are safe relative paths with '/' (see relpath.h) or the whole
// tree is refused.
LF_MUST_USE struct lf_tree *lf_tree_open(const char *path, struct lf_error *err);
// The zip that is member `i` of this tree, at most LF_ZIP_DEPTH deep; in memory-bounded
// scratch space when it lies inside another zip.
LF_MUST_USE struct lf_tree *lf_tree_open_member(const struct lf_tree *t, size_t i,
                                                struct lf_error *err);
bool lf_tree_is_zip_member(const struct lf_tree *t, size_t i); // by its first bytes
size_t lf_tree_count(const struct lf_tree *t);
const char *lf_tree_name(const struct lf_tree *t, size_t i); // of member `i`
bool lf_tree_find(const struct lf_tree *t, const char *name, size_t *i);
const char *lf_tree_path(const struct lf_tree *t); // as the person named it
bool lf_tree_is_zip(const struct lf_tree *t);
LF_MUST_USE struct lf_in *lf_tree_read(const struct lf_tree *t, size_t i,
                                       struct lf_error *err);
// The first `cap` bytes of a member, for telling formats apart.
LF_MUST_USE bool lf_tree_peek(const struct lf_tree *t, size_t i, void *to, size_t cap,
                              size_t *got, struct lf_error *err);
void lf_tree_free(struct lf_tree **t);

#endif
