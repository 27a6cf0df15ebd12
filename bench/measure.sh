#!/bin/sh
# Export, merge of the unedited archive and merge of an edited one, at several sizes.
#
# usage: sh bench/measure.sh [-b PROGRAM] [-d FOLDER] [-n RUNS] [IMAGES...]
#
#   -b  the program (default: build/release/labelferry)
#   -d  where data goes; kept, and used again (default: a new folder under $TMPDIR, removed at the end)
#   -n  runs of each; the one with the least CPU time is printed (default: 3)
#
# Needs sh, python3 and GNU time (/usr/bin/time). At 100000 images about 1.5 GB of disk.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$here/../build/release/labelferry
data= runs=3
while getopts b:d:n: option; do
    case $option in
    b) program=$OPTARG ;;
    d) data=$OPTARG ;;
    n) runs=$OPTARG ;;
    *) sed -n '4,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 1000 10000 100000
[ -x "$program" ] || { echo "measure.sh: no program at $program; build it, or give -b" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "measure.sh: needs GNU time, /usr/bin/time" >&2; exit 2; }
if [ -z "$data" ]; then
    data=$(mktemp -d "${TMPDIR:-/tmp}/labelferry-bench-XXXXXX")
    trap 'rm -rf "$data"' EXIT
    trap 'exit 130' INT TERM
fi

# measure JOB IMAGES BYTES PREPARE COMMAND...: the run of least CPU time. A merge ends with 1 when it has findings.
measure() {
    job=$1 images=$2 bytes=$3 prepare=$4
    shift 4
    : >"$data/times"
    i=0
    while [ $i -lt "$runs" ]; do
        $prepare
        status=0
        /usr/bin/time -f '%e %U %S %M' -o "$data/time" "$@" >"$data/log" 2>&1 || status=$?
        [ $status -le 1 ] || { cat "$data/log" >&2; echo "measure.sh: $job ended with $status" >&2; exit 1; }
        tail -n 1 "$data/time" >>"$data/times"
        i=$((i + 1))
    done
    LC_ALL=C awk -v job="$job" -v n="$images" -v bytes="$bytes" '
        NR == 1 || $2 + $3 < cpu { cpu = $2 + $3; wall = $1 }
        $4 > peak { peak = $4 }
        END { c = cpu > 0 ? cpu : 0.01
              printf "%-13s %7d %8.2f %8.2f %9.0f %9.1f %8.1f\n", job, n, cpu, wall, n / c, peak / 1024, bytes / 1e6 }
    ' "$data/times"
}

fresh_export() { rm -rf "$set/out" "$set/runs"; }
fresh_merge() { rm -rf "$set/new" "$set/runs-now"; cp -r "$set/runs" "$set/runs-now"; }
nothing() { :; }

printf '%-13s %7s %8s %8s %9s %9s %8s\n' job images 'CPU s' 'wall s' 'images/s' 'peak MiB' 'MB read'
for images; do
    set=$data/$images
    [ -f "$set/dataset/samples.json" ] || python3 "$here/make_dataset.py" "$set/dataset" "$images" >/dev/null
    size=$(wc -c <"$set/dataset/samples.json")
    measure export "$images" "$size" fresh_export "$program" export "$set/dataset" --field ground_truth \
        --run bench --media none -o "$set/out" --runs-dir "$set/runs" --quiet
    back=$(echo "$set"/out/*/annotations.zip)
    measure 'merge same' "$images" "$size" nothing "$program" merge bench "$back" --dataset "$set/dataset" \
        --runs-dir "$set/runs" --dry-run --quiet
    python3 "$here/make_dataset.py" --edit "$back" "$set/edited.xml"
    measure 'merge edited' "$images" "$size" fresh_merge "$program" merge bench "$set/edited.xml" \
        --dataset "$set/dataset" --runs-dir "$set/runs-now" -o "$set/new" --media none --quiet
    rm -rf "$set/new" "$set/runs-now"
done

# A peer, where it is installed; see README.md for how far it can be compared.
for peer in panlabel; do
    command -v $peer >/dev/null || continue
    for images; do
        set=$data/$images
        [ -f "$set/same.xml" ] || python3 -c 'import sys, zipfile
open(sys.argv[2], "wb").write(zipfile.ZipFile(sys.argv[1]).read("annotations.xml"))' \
            "$set"/out/*/annotations.zip "$set/same.xml"
        size=$(wc -c <"$set/same.xml")
        measure "$peer to coco" "$images" "$size" nothing $peer convert -f cvat -t coco \
            -i "$set/same.xml" -o "$set/peer.json" --allow-lossy
        measure "$peer to cvat" "$images" "$size" nothing $peer convert -f coco -t cvat \
            -i "$set/peer.json" -o "$set/peer.xml" --allow-lossy
    done
done
