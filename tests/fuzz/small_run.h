// A run and a sample of it that stay the same, for the targets that read what comes
// back.
#ifndef LF_SMALL_RUN_H
#define LF_SMALL_RUN_H

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/label/run.h"
#include "tests/fuzz/fuzz.h"

#define SMALL_FIELDS                                                                   \
    "{\"boxes\": {\"type\": \"detections\", \"classes\": [\"pier\", {\"classes\": "    \
    "[\"boat\"], \"attributes\": {\"crew\": {\"type\": \"text\", \"default\": \"\", "  \
    "\"mutable\": true, \"read_only\": false, \"value_type\": \"int\", \"listed\": "   \
    "false}}}], \"attributes\": {\"moored\": {\"type\": \"checkbox\", \"default\": "   \
    "\"false\", \"mutable\": true, \"read_only\": false, \"value_type\": \"bool\", "   \
    "\"listed\": false}, \"length\": {\"type\": \"text\", \"default\": \"\", "         \
    "\"mutable\": true, \"read_only\": true, \"value_type\": \"float\", \"listed\": "  \
    "false}, \"kind\": {\"type\": \"select\", \"values\": [\"a\", \"b\"], "            \
    "\"default\": \"a\", \"mutable\": false, \"read_only\": false, \"value_type\": "   \
    "\"str\", \"listed\": true}}, \"existing_field\": true, \"allow_additions\": "     \
    "true, \"allow_deletions\": true, \"allow_label_edits\": true, "                   \
    "\"allow_index_edits\": true, \"allow_spatial_edits\": true}, \"one\": {\"type\":" \
    " \"detection\", \"classes\": [\"hull\"], \"attributes\": {}, "                    \
    "\"existing_field\": true, \"allow_additions\": true, \"allow_deletions\": true, " \
    "\"allow_label_edits\": true, \"allow_index_edits\": true, "                       \
    "\"allow_spatial_edits\": true}, \"sky\": {\"type\": \"classification\", "         \
    "\"classes\": [\"fog\", \"sun\"], \"attributes\": {}, \"existing_field\": true, "  \
    "\"allow_additions\": true, \"allow_deletions\": true, \"allow_label_edits\": "    \
    "true, \"allow_index_edits\": true, \"allow_spatial_edits\": true}, \"seen\": "    \
    "{\"type\": \"classifications\", \"classes\": [\"gull\", \"seal\"], "              \
    "\"attributes\": {\"count\": {\"type\": \"number\", \"values\": [0, 9, 1], "       \
    "\"default\": \"0\", \"mutable\": true, \"read_only\": false, \"value_type\": "    \
    "\"int\", \"listed\": false}}, \"existing_field\": false}}"

#define SMALL_RUN                                                                      \
    "{\"labelferry\": 1, \"key\": \"small\", \"uid\": "                                \
    "\"7dbfaa33bd22dfff87622cd84cfb75fb\", \"tool\": \"cvat\", \"format\": "           \
    "\"cvat-images\", \"rules\": 2, \"dataset\": \"small\", \"dataset_id\": "          \
    "\"65a000006861726200000003\", \"id_attr\": \"label_id\", \"items\": 3, "          \
    "\"tasks\": 1, \"task_names\": [\"T1\", \"T2\", \"T3\", \"T4\"], \"view\": {}, "   \
    "\"schema\": " SMALL_FIELDS ", \"merges\": []}\n"

#define SMALL_ITEMS                                                                    \
    "65a000006861726200000001\ta/one.png\t0\t320\t240\t"                               \
    "41326e2c157427623a2d1da65f04516e\t0\t10\n"                                        \
    "65a000006861726200000002\ttwo.png\t0\t320\t240\t"                                 \
    "41326e2c157427623a2d1da65f04516e\t11\t10\n"                                       \
    "65a000006861726200000003\tb/two.png\t0\t320\t240\t"                               \
    "41326e2c157427623a2d1da65f04516e\t22\t10\n"

#define SMALL_SAMPLE                                                                   \
    "{\"_id\": {\"$oid\": \"65a000006861726200000001\"}, \"filepath\": "               \
    "\"data/a/one.png\", \"boxes\": {\"_cls\": \"Detections\", \"detections\": "       \
    "[{\"_id\": {\"$oid\": \"65a000006861726200000011\"}, \"_cls\": \"Detection\", "   \
    "\"attributes\": {}, \"tags\": [], \"label\": \"pier\", \"bounding_box\": [0.0, "  \
    "0.75, 1.0, 0.15], \"kind\": \"b\"}, {\"_id\": {\"$oid\": "                        \
    "\"65a000006861726200000012\"}, \"_cls\": \"Detection\", \"attributes\": "         \
    "{\"length\": {\"_cls\": \"NumericAttribute\", \"value\": 3.5}}, \"label\": "      \
    "\"boat\", \"bounding_box\": [0.125, 0.40208333333333335, 0.2875, "                \
    "0.2552083333333333], \"index\": 1, \"moored\": true, \"crew\": 3}, {\"_id\": "    \
    "{\"$oid\": \"65a000006861726200000013\"}, \"_cls\": \"Detection\", \"label\": "   \
    "null, \"bounding_box\": [0.5, 0.5, 0.1, 0.1]}]}, \"one\": null, \"sky\": "        \
    "{\"_id\": {\"$oid\": \"65a000006861726200000014\"}, \"_cls\": "                   \
    "\"Classification\", \"tags\": [], \"label\": \"fog\", \"confidence\": 0.97}, "    \
    "\"note\": \"untouched\"}"

static inline void write_small(const char *folder, const char *name, const void *bytes,
                               size_t n)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    LF_CLAIM(f && fwrite(bytes, 1, n, f) == n);
    LF_CLAIM(fclose(f) == 0);
}

static inline void remove_small(const char *folder)
{
    static const char *const names[] = {"run.json", "items.tsv", "base.jsonl"};
    char path[200];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

// A folder of its own; the path is `folder` of at least 64 bytes.
static inline void make_small(char folder[64])
{
    snprintf(folder, 64, "/tmp/lf-fuzz-XXXXXX");
    LF_CLAIM(mkdtemp(folder));
}

#endif
