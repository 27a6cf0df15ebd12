// One CVAT XML document, element by element, into items. Attributes of shapes that are
// not known never reach their neighbours: each element's children are its own or
// skipped.
#ifndef CVAT_DOC_H
#define CVAT_DOC_H

#include "formats/format.h"

struct cvat_doc;

// `queue` gets packed items as they end (see cvat_doc_pop). `field` as in
// lf_format.open.
LF_MUST_USE struct cvat_doc *cvat_doc_new(const struct lf_run *run, int field,
                                          const char *file, uint32_t source,
                                          struct lf_events *ev, struct lf_error *err);
LF_MUST_USE bool cvat_doc_push(struct cvat_doc *d, const void *bytes, size_t n,
                               struct lf_error *err);
LF_MUST_USE bool cvat_doc_end(struct cvat_doc *d, struct lf_error *err);
// The next finished item, false when none is waiting. Its memory is the arena's.
bool cvat_doc_pop(struct cvat_doc *d, struct lf_arena *a, struct lf_item *item,
                  bool *got, struct lf_error *err);
// "task 7", and the time of the last change; live as long as the document.
struct lf_slice cvat_doc_task(const struct cvat_doc *d);
struct lf_slice cvat_doc_stamp(const struct cvat_doc *d);
// What it tells of tasks and people, as lf_source.told.
void cvat_doc_told(const struct cvat_doc *d, struct lf_buf *out);
// Images of the task that the document tells all of; 0: unknown, or no task.
uint64_t cvat_doc_whole(const struct cvat_doc *d);
// origin, pieces and annotator of a source, made in an arena.
LF_MUST_USE bool cvat_doc_origin(const struct cvat_doc *d, struct lf_arena *a,
                                 struct lf_source *source, struct lf_error *err);
void cvat_doc_free(struct cvat_doc **d);

#endif
