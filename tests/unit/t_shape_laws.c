// Labels of every other kind: outlines, keypoints, pixels, scalars, flags of the tool.
// See random_shapes.h for what is odd in them, annotator.h for what is edited.
#include "formats/cvat/cvat_format.h"
#include "tests/unit/annotator.h"

#ifndef SAMPLES // more of them from the command line of a compiler
#define SAMPLES 400
#endif

int main(void)
{
    const char *tasks[SHAPE_FIELDS];
    for (size_t i = 0; i < SHAPE_FIELDS; i++)
        tasks[i] = shape_fields[i].task;
    const struct laws every_other_kind = {
        .format = &lf_format_cvat_images,
        .file = "annotations.zip",
        .steps = 100,
        .samples = SAMPLES,
        .fields = SHAPE_FIELDS,
        .task = tasks,
        .schema = shapes_schema,
        .size = shapes_size,
        .document = shapes_document,
        .annotate = annotate,
        .least = {.kept = 8 * SAMPLES,
                  .edited = SAMPLES,
                  .added = SAMPLES / 2,
                  .deleted = SAMPLES / 2,
                  .conflicts = SAMPLES / 5},
    };
    return laws_run(&every_other_kind);
}
