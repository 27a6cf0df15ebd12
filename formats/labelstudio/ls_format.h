// Label Studio for images: tasks as JSON, a labeling config, exports. Sources: Label
// Studio server and editor 1.23.2; see FORMATS.md.
#ifndef LS_FORMAT_H
#define LS_FORMAT_H

#include "formats/format.h"

extern const struct lf_format lf_format_labelstudio;

#endif
