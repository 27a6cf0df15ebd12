#!/bin/sh
# One whole crossing of a small dataset, from nothing: sh samples/crossing.sh
# Debian bookworm, as root or with sudo. Ends with 0 only if every step did what it says.
set -eu
cd "$(dirname "$0")/.."
. tests/support/debian.sh
. tests/support/build.sh
unset CDPATH
LC_ALL=C.UTF-8
export LC_ALL

step() { printf '\n== %s\n' "$*"; }
surprise() {
    printf '\nThis should not have happened: %s\n' "$*" >&2
    exit 1
}

# labelferry STATUS ARGUMENT...: shows a command, runs it, and insists on its exit status.
# What it said stays in the file `said`.
labelferry() {
    want=$1
    shift
    printf '$ labelferry %s\n' "$*"
    status=0
    "$LF_PROGRAM" "$@" >said 2>&1 || status=$?
    cat said
    [ "$status" = "$want" ] || surprise "exit $status, not $want"
}

# A dataset with a line a key, to be compared by eye.
keys() { awk '{ gsub(/, "/, ",\n\""); print }' "$1"; }

if [ -z "${LF_PROGRAM:-}" ]; then
    step "building (the first time also installing what is missing; a few minutes at most)"
    lf_need_program
fi
returned=$PWD/samples/returned
original=$PWD/samples/harbor
work=$(mktemp -d "${TMPDIR:-/tmp}/labelferry-sample.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp -r "$original" "$work/harbor"
cd "$work"

step "1. The dataset, as FiftyOne exported it"
labelferry 0 info harbor

step "2. Export: boats and buoys are to be checked; the attribute flag must not change"
labelferry 0 export harbor --field ground_truth --run night_07 --read-only flag -o out
printf '\nThis folder goes to the person at CVAT:\n'
(cd out && find . -type f | sort)
printf '\nWhat that person is told (SHEET.txt):\n\n'
sed 's/^/    /' out/SHEET.txt
cmp -s harbor/samples.json "$original/samples.json" || surprise "the export changed the dataset"

step "3. The archive that came back (a stand-in for CVAT made it from this very export)"
cp "$returned/harbor_edited.zip" back.zip
cat <<'EOF'
The annotator moved a boat, ticked moored on another, made a buoy a boat, deleted a
buoy, added one to an empty image, and changed a flag, which the run forbids.
EOF

step "4. What would the merge do? (-n writes nothing; -v shows each change)"
labelferry 1 merge night_07 back.zip --dataset harbor -n -v
cmp -s harbor/samples.json "$original/samples.json" || surprise "a dry run changed the dataset"
cat <<'EOF'

Exit status 1: done, with a finding. The finding is the flag: FR stays.
EOF

step "5. The merge"
labelferry 1 merge night_07 back.zip --dataset harbor --in-place
grep -q '16 labels = 10 kept + 3 edited + 1 added + 1 deleted + 1 refused' said ||
    surprise "the counts are others"

step "6. All that changed in samples.json, out of $(wc -c <harbor/samples.json) bytes"
keys "$original/samples.json" >before.txt
keys harbor/samples.json >after.txt
diff -U 0 before.txt after.txt | sed '1,2d; /^@@/d' || true
cmp -s harbor/metadata.json "$original/metadata.json" || surprise "metadata.json changed"
[ "$(diff before.txt after.txt | grep -c '^[<>]')" = 21 ] || surprise "other lines differ"

step "7. The same archive once more changes nothing"
cp harbor/samples.json once.json
labelferry 0 merge night_07 back.zip --dataset harbor --in-place
cmp harbor/samples.json once.json || surprise "merging again changed the dataset"

step "8. Where a value came from; and the merge taken back"
labelferry 0 explain 65a000006861726200000005 --dataset harbor
labelferry 0 undo night_07 --dataset harbor
cmp harbor/samples.json "$original/samples.json" || surprise "undo left something"

step "9. A crossing without an edit: every byte of the dataset stays"
cp -r "$original" untouched
labelferry 0 export untouched --field ground_truth --run night_07 --read-only flag -o out2
diff -r out out2 || surprise "the same export gave other bytes"
labelferry 0 merge night_07 "$returned/harbor_unedited.zip" --dataset untouched --in-place
cmp untouched/samples.json "$original/samples.json" || surprise "samples.json changed"
cmp untouched/metadata.json "$original/metadata.json" || surprise "metadata.json changed"
echo "cmp finds no difference."

step "Done. Everything was as it should be."
