#include "formats/base/limits.h"

static const struct lf_limit limits[] = {
    {"zip-members", "members", "members of one zip archive", LF_ZIP_MEMBERS},
    {"zip-depth", "levels", "zip archives inside zip archives", LF_ZIP_DEPTH},
    {"zip-ratio", ": 1", "growth of a zip member beyond its first 16 MiB",
     LF_ZIP_RATIO},
    {"zip-total", "bytes", "bytes read out of one zip archive", LF_ZIP_TOTAL},
    {"name-length", "bytes", "a path or member name", LF_NAME_BYTES},
    {"name-levels", "folders", "depth of a path or member name", LF_NAME_LEVELS},
    {"xml-depth", "levels", "nested XML elements", LF_XML_DEPTH},
    {"xml-attribute", "bytes", "one XML attribute or text", LF_XML_ATTRIBUTE},
    {"json-depth", "levels", "nested JSON values", LF_JSON_DEPTH},
    {"json-string", "bytes", "one JSON string", LF_JSON_STRING_MAX},
    {"json-slice", "bytes", "one sample of a dataset", LF_JSON_SLICE},
    {"number", "bytes", "the text of one number", LF_NUMBER_BYTES},
    {"labels", "labels", "labels of one sample", LF_LABELS_SAMPLE},
    {"classes", "classes", "classes of one field", LF_CLASSES},
    {"attributes", "attributes", "attributes of one field", LF_FIELD_ATTRIBUTES},
    {"class-name", "bytes", "the name of one class", LF_CLASS_BYTES},
    {"id", "bytes", "a label id; longer text is not an id", LF_ID_BYTES},
    {"coordinate", "pixels",
     "distance of a returned coordinate from the image's corner", LF_COORDINATE},
    {"pairs", "pairs", "labels without ids of one sample, compared with each other",
     LF_PAIRS},
    {"spool-memory", "bytes",
     "returned labels held in memory before a temporary file is used", LF_SPOOL_MEMORY},
    {"mask-pixels", "pixels", "one mask, and the image it lies in", LF_MASK_PIXELS},
    {"mask-runs", "runs", "one mask", LF_MASK_RUNS},
    {"mask-file", "bytes", "one mask on disk", LF_MASK_FILE},
    {"media-embedded", "bytes", "one image inside a task file", LF_MEDIA_EMBEDDED},
};

const struct lf_limit *lf_limit_at(size_t i)
{
    return i < sizeof limits / sizeof *limits ? &limits[i] : NULL;
}
