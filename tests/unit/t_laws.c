// Boxes and tags. See random_sample.h for what is odd in them.
#include "formats/cvat/cvat_format.h"
#include "tests/unit/random_sample.h"

enum { SAMPLES = 2400 };

int main(void)
{
    static const char *const tasks[RANDOM_FIELDS] = {"T boxes", "T one", "T tags",
                                                     "T tag"};
    static const struct laws boxes_and_tags = {
        .format = &lf_format_cvat_images,
        .file = "annotations.zip",
        .steps = 100,
        .samples = SAMPLES,
        .fields = RANDOM_FIELDS,
        .task = tasks,
        .schema = random_schema,
        .size = random_size,
        .document = random_document,
        .least = {.kept = 3 * SAMPLES,
                  .edited = 1000,
                  .added = 100,
                  .deleted = 100,
                  .conflicts = 50},
    };
    return laws_run(&boxes_and_tags);
}
