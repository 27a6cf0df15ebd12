// An edited copy of the dataset, read as an archive: what a colleague changed in
// FiftyOne itself.
#ifndef FO_FORMAT_H
#define FO_FORMAT_H

#include "formats/format.h"

extern const struct lf_format lf_format_fiftyone;

#endif
