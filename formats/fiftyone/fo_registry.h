// The annotation runs that a dataset's metadata.json names, as FiftyOne registers them:
// annotation_runs: {key: {key, version, timestamp, config, ..}}. What a run recorded
// beyond that lies in annotations/KEY.json.
#ifndef FO_REGISTRY_H
#define FO_REGISTRY_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

struct fo_registered {
    struct lf_slice key;     // decoded
    struct lf_slice entry;   // its bytes in metadata.json
    struct lf_slice version; // of FiftyOne, decoded; empty: not told
    struct lf_slice method;  // the tool, as FiftyOne calls it; empty: not told
    struct lf_slice schema;  // config's label_schema, raw; empty: none
    struct lf_slice uid;     // of the record it was written for; empty: FiftyOne's own
    bool damaged;            // it is no object with a config
};

// All of them, sorted by key, in the arena; slices point into `metadata` or the arena.
LF_MUST_USE bool fo_registered(struct lf_slice metadata, struct lf_arena *a,
                               struct fo_registered **list, size_t *count,
                               struct lf_error *err);
// The one called `key`, or NULL.
const struct fo_registered *fo_registered_find(const struct fo_registered *list,
                                               size_t count, struct lf_slice key);

// metadata.json with an entry put under `key` (a new one behind the others, an old one
// in its place), without it, or with it under another key. All other bytes stay.
LF_MUST_USE bool fo_registry_put(struct lf_slice metadata, struct lf_slice key,
                                 struct lf_slice entry, struct lf_buf *out,
                                 struct lf_error *err);
LF_MUST_USE bool fo_registry_drop(struct lf_slice metadata, struct lf_slice key,
                                  struct lf_buf *out, struct lf_error *err);
LF_MUST_USE bool fo_registry_rename(struct lf_slice metadata, struct lf_slice key,
                                    struct lf_slice to, struct lf_buf *out,
                                    struct lf_error *err);

#endif
