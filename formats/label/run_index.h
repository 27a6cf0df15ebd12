// Tables over a run's items: NFC of the name -> rows, key of the base name -> rows
// (formats/base/unicode_name.h), sample id -> row. 16 bytes an item each; names are
// checked against items.tsv on a hit.
#ifndef LF_RUN_INDEX_H
#define LF_RUN_INDEX_H

#include "formats/label/run.h"

LF_MUST_USE bool lf_run_index_new(struct lf_run *run, struct lf_error *err);
LF_MUST_USE bool lf_run_index_add(struct lf_run *run, uint32_t row,
                                  struct lf_slice name, struct lf_error *err);
// Sorts the tables; two items of one name or id: LF_E_RUN_RECORD.
LF_MUST_USE bool lf_run_index_seal(struct lf_run *run, struct lf_error *err);
void lf_run_index_free(struct lf_run *run);

#endif
