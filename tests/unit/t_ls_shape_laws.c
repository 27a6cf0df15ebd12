// Labels of every other kind by way of Label Studio: outlines, keypoints, pixels,
// scalars, flags of the tool. See random_shapes.h for what is odd in them, annotator.h
// for what is edited.
#include "formats/labelstudio/ls_format.h"
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
        .format = &lf_format_labelstudio,
        .file = "tasks.json",
        .close = 1e-6,
        .steps = 1e4,
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
