// CVAT for images 1.1. Sources: CVAT server 2.15 (loader, writer), dumps since 2020;
// see FORMATS.md.
#ifndef CVAT_FORMAT_H
#define CVAT_FORMAT_H

#include "formats/format.h"

extern const struct lf_format lf_format_cvat_images;

#endif
