// A run and a sample of it that stay the same, for the targets that read what comes
// back.
#ifndef LF_SMALL_RUN_H
#define LF_SMALL_RUN_H

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/label/run.h"
#include "tests/fuzz/fuzz.h"

// Boxes and tags, and a field of every other kind.
#define SMALL_PLAIN                                                                    \
    "\"boxes\": {\"type\": \"detections\", \"classes\": [\"pier\", {\"classes\""       \
    ": [\"boat\"], \"attributes\": {\"crew\": {\"type\": \"text\", \"default\":"       \
    " \"\", \"mutable\": true, \"read_only\": false, \"value_type\": \"int\", "        \
    "\"listed\": false}}}], \"attributes\": {\"moored\": {\"type\": \"checkbox"        \
    "\", \"default\": \"false\", \"mutable\": true, \"read_only\": false, \"val"       \
    "ue_type\": \"bool\", \"listed\": false}, \"length\": {\"type\": \"text\", "       \
    "\"default\": \"\", \"mutable\": true, \"read_only\": true, \"value_type\":"       \
    " \"float\", \"listed\": false}, \"kind\": {\"type\": \"select\", \"values"        \
    "\": [\"a\", \"b\"], \"default\": \"a\", \"mutable\": false, \"read_only\":"       \
    " false, \"value_type\": \"str\", \"listed\": true}}, \"existing_field\": t"       \
    "rue}, \"one\": {\"type\": \"detection\", \"classes\": [\"hull\"], \"attrib"       \
    "utes\": {}, \"existing_field\": true}, \"sky\": {\"type\": \"classificatio"       \
    "n\", \"classes\": [\"fog\", \"sun\"], \"attributes\": {}, \"existing_field"       \
    "\": true}, \"seen\": {\"type\": \"classifications\", \"classes\": [\"gull"        \
    "\", \"seal\"], \"attributes\": {\"count\": {\"type\": \"number\", \"values"       \
    "\": [0, 9, 1], \"default\": \"0\", \"mutable\": true, \"read_only\": false"       \
    ", \"value_type\": \"int\", \"listed\": false}}, \"existing_field\": false}"

#define SMALL_KINDS                                                                    \
    "\"areas\": {\"type\": \"polygons\", \"classes\": [\"land\"], \"attributes"        \
    "\": {\"hidden\": {\"type\": \"occluded\", \"default\": \"false\", \"mutabl"       \
    "e\": true, \"read_only\": false, \"value_type\": \"bool\", \"listed\": fal"       \
    "se}, \"lot\": {\"type\": \"group_id\", \"default\": \"0\", \"mutable\": tr"       \
    "ue, \"read_only\": false, \"value_type\": \"int\", \"listed\": false}}, \""       \
    "parts\": true, \"existing_field\": true}, \"lines\": {\"type\": \"polyline"       \
    "s\", \"classes\": [\"road\"], \"attributes\": {}, \"parts\": true, \"exist"       \
    "ing_field\": true}, \"pose\": {\"type\": \"keypoints\", \"classes\": [\"ma"       \
    "n\"], \"attributes\": {}, \"skeleton\": {\"labels\": [\"head\", \"hand\", "       \
    "\"foot\"], \"edges\": [[0, 1], [0, 2]]}, \"existing_field\": true}, \"loos"       \
    "e\": {\"type\": \"keypoints\", \"classes\": [\"tip\"], \"attributes\": {},"       \
    " \"existing_field\": true}, \"things\": {\"type\": \"instances\", \"classe"       \
    "s\": [\"crate\"], \"attributes\": {\"note\": {\"type\": \"text\", \"defaul"       \
    "t\": \"\", \"mutable\": true, \"read_only\": false, \"value_type\": \"str"        \
    "\", \"listed\": false}}, \"existing_field\": true}, \"ground\": {\"type\":"       \
    " \"segmentation\", \"classes\": [\"sand\", \"rock\"], \"attributes\": {}, "       \
    "\"mask_targets\": {\"1\": \"sand\", \"7\": \"rock\"}, \"existing_field\": "       \
    "true}, \"level\": {\"type\": \"scalar\", \"classes\": [\"level\"], \"attri"       \
    "butes\": {\"value\": {\"type\": \"text\", \"default\": \"\", \"mutable\": "       \
    "true, \"read_only\": false, \"value_type\": \"int\", \"listed\": false}}, "       \
    "\"scalar\": \"int\", \"by_class\": false, \"existing_field\": true}, \"win"       \
    "d\": {\"type\": \"scalar\", \"classes\": [\"east\", \"west\"], \"attribute"       \
    "s\": {}, \"scalar\": \"str\", \"by_class\": true, \"existing_field\": true"       \
    "}"

#define SMALL_FIELDS "{" SMALL_PLAIN "}"

#define SMALL_RUN                                                                      \
    "{\"labelferry\": 1, \"key\": \"small\", \"uid\": "                                \
    "\"7dbfaa33bd22dfff87622cd84cfb75fb\", \"tool\": \"cvat\", \"format\": "           \
    "\"cvat-images\", \"rules\": 2, \"dataset\": \"small\", \"dataset_id\": "          \
    "\"65a000006861726200000003\", \"id_attr\": \"label_id\", \"items\": 3, "          \
    "\"tasks\": 1, \"task_names\": [\"T1\", \"T2\", \"T3\", \"T4\", \"T5\", \"T6\", "  \
    "\"T7\", \"T8\", \"T9\", \"T10\", \"T11\", \"T12\"], \"view\": {}, "               \
    "\"schema\": {" SMALL_PLAIN ", " SMALL_KINDS "}, \"merges\": []}\n"

#define SMALL_ITEMS                                                                    \
    "65a000006861726200000001\ta/one.png\t0\t320\t240\t"                               \
    "41326e2c157427623a2d1da65f04516e\t0\t10\n"                                        \
    "65a000006861726200000002\ttwo.png\t0\t320\t240\t"                                 \
    "41326e2c157427623a2d1da65f04516e\t11\t10\n"                                       \
    "65a000006861726200000003\tb/two.png\t0\t320\t240\t"                               \
    "41326e2c157427623a2d1da65f04516e\t22\t10\n"

#define SMALL_SAMPLE                                                                   \
    "{\"_id\": {\"$oid\": \"65a000006861726200000001\"}, \"filepath\": \"data/a"       \
    "/one.png\", \"boxes\": {\"_cls\": \"Detections\", \"detections\": [{\"_id"        \
    "\": {\"$oid\": \"65a000006861726200000011\"}, \"_cls\": \"Detection\", \"a"       \
    "ttributes\": {}, \"tags\": [], \"label\": \"pier\", \"bounding_box\": [0.0"       \
    ", 0.75, 1.0, 0.15], \"kind\": \"b\"}, {\"_id\": {\"$oid\": \"65a0000068617"       \
    "26200000012\"}, \"_cls\": \"Detection\", \"attributes\": {\"length\": {\"_"       \
    "cls\": \"NumericAttribute\", \"value\": 3.5}}, \"label\": \"boat\", \"boun"       \
    "ding_box\": [0.125, 0.40208333333333335, 0.2875, 0.2552083333333333], \"in"       \
    "dex\": 1, \"moored\": true, \"crew\": 3}, {\"_id\": {\"$oid\": \"65a000006"       \
    "861726200000013\"}, \"_cls\": \"Detection\", \"label\": null, \"bounding_b"       \
    "ox\": [0.5, 0.5, 0.1, 0.1]}]}, \"one\": null, \"sky\": {\"_id\": {\"$oid\""       \
    ": \"65a000006861726200000014\"}, \"_cls\": \"Classification\", \"tags\": ["       \
    "], \"label\": \"fog\", \"confidence\": 0.97}, \"areas\": {\"_cls\": \"Poly"       \
    "lines\", \"polylines\": [{\"_id\": {\"$oid\": \"65a000006861726200000021\""       \
    "}, \"_cls\": \"Polyline\", \"label\": \"land\", \"points\": [[[0.25, 0.25]"       \
    ", [0.75, 0.25], [0.5, 0.75]], [[0.4, 0.3], [0.5, 0.3]], [[0.4, 0.3], [0.5,"       \
    " 0.3], [0.5, 0.4]]], \"closed\": true, \"filled\": true, \"hidden\": true,"       \
    " \"lot\": 3}]}, \"lines\": {\"_cls\": \"Polylines\", \"polylines\": [{\"_i"       \
    "d\": {\"$oid\": \"65a000006861726200000022\"}, \"_cls\": \"Polyline\", \"l"       \
    "abel\": \"road\", \"points\": [[[0.125, 0.25], [0.5, 0.5]], [[0.25, 0.75],"       \
    " [0.5, 0.75], [0.5, 1.0]]], \"closed\": true, \"filled\": false}, {\"_id\""       \
    ": {\"$oid\": \"65a000006861726200000023\"}, \"_cls\": \"Polyline\", \"labe"       \
    "l\": \"road\", \"points\": [[[0.0, 0.0], [1.0, 1.0]]], \"closed\": false, "       \
    "\"filled\": false}]}, \"pose\": {\"_cls\": \"Keypoints\", \"keypoints\": ["       \
    "{\"_id\": {\"$oid\": \"65a000006861726200000024\"}, \"_cls\": \"Keypoint\""       \
    ", \"label\": \"man\", \"points\": [[0.125, 0.25], [{\"$numberDouble\": \"N"       \
    "aN\"}, {\"$numberDouble\": \"NaN\"}], [0.5, 0.75]]}, {\"_id\": {\"$oid\": "       \
    "\"65a000006861726200000025\"}, \"_cls\": \"Keypoint\", \"label\": \"man\","       \
    " \"points\": [[0.5, 0.5]]}]}, \"loose\": {\"_cls\": \"Keypoints\", \"keypo"       \
    "ints\": [{\"_id\": {\"$oid\": \"65a000006861726200000026\"}, \"_cls\": \"K"       \
    "eypoint\", \"label\": \"tip\", \"points\": [[0.125, 0.25], [{\"$numberDoub"       \
    "le\": \"NaN\"}, {\"$numberDouble\": \"NaN\"}], [0.5, 0.75]]}, {\"_id\": {"        \
    "\"$oid\": \"65a000006861726200000027\"}, \"_cls\": \"Keypoint\", \"label\""       \
    ": \"tip\", \"points\": [[0.25, 0.25], [0.5, 0.5]]}]}, \"things\": {\"_cls"        \
    "\": \"Detections\", \"detections\": [{\"_id\": {\"$oid\": \"65a00000686172"       \
    "6200000028\"}, \"_cls\": \"Detection\", \"label\": \"crate\", \"bounding_b"       \
    "ox\": [0.25, 0.25, 0.25, 0.5], \"mask\": {\"$binary\": {\"base64\": \"eJyb"       \
    "7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+R"       \
    "pGOgpGmjoKtQpkAy4GRkZGANykG6c=\", \"subType\": \"00\"}}, \"note\": \"x\"}]"       \
    "}, \"ground\": {\"_id\": {\"$oid\": \"65a000006861726200000029\"}, \"_cls"        \
    "\": \"Segmentation\", \"mask\": {\"$binary\": {\"base64\": \"eJyb7BfqGxDJy"       \
    "FDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpmOgoWmjo"       \
    "KtQpkAy4GBkZGdiAglgYAvOkcdQ==\", \"subType\": \"00\"}}}, \"level\": 42, \""       \
    "wind\": \"west\", \"note\": \"untouched\"}"

static inline void write_small(const char *folder, const char *name, const void *bytes,
                               size_t n)
{
    char path[4300];
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
