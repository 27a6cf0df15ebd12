#!/bin/sh
# Builds Labelferry and runs its tests. See --help.
set -u
cd "$(dirname "$0")/.." || exit 2
. tests/support/debian.sh
. tests/support/build.sh

usage() {
    cat <<'EOF'
usage: sh tests/run.sh [--peers] [--asan] [--fuzz] [--only PATTERN] [--help]

Installs what is missing from Debian, builds, and runs the unit tests, the lint and
the case tests. The last line is "N passed, N failed, N skipped". Options add to this:

  --peers         judge the output by the real FiftyOne, Datumaro and Label Studio, which are put
                  into ${LF_CACHE:-${XDG_CACHE_HOME:-~/.cache}/labelferry} the first time
  --asan          unit and case tests again, built with address and undefined sanitizers
  --fuzz          each fuzz target on its seeds, then LF_FUZZ_SECONDS (20) of new input
  --only PATTERN  only tests whose name matches this extended regular expression

With CI=true a skipped test fails the run.
EOF
}

peers= asan= fuzz= only=
while [ $# -gt 0 ]; do
    case $1 in
    --peers) peers=1 ;;
    --asan) asan=1 ;;
    --fuzz) fuzz=1 ;;
    --only)
        [ $# -gt 1 ] || { usage >&2; exit 2; }
        only=$2
        shift
        ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/labelferry-tests.XXXXXX") || exit 2
counts=$work/counts
: >"$counts"
mongo=
tidy() {
    [ -z "$mongo" ] || kill "$mongo" 2>/dev/null
    rm -rf "$work"
}
trap tidy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

LF_SOURCE=$PWD
unset LF_SHARED LF_PROGRAM
if [ -d ../shared ]; then
    LF_SHARED=$(cd ../shared && pwd)
    export LF_SHARED
fi
export LF_SOURCE PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

head_line() { printf '\n== %s\n' "$*"; }
passed() { echo "pass $1"; echo "1 0 0" >>"$counts"; }
failed() { echo "FAIL $1"; echo "0 1 0" >>"$counts"; }
wanted() { [ -z "$only" ] || printf '%s\n' "$1" | grep -Eq -- "$only"; }

# One row of counts for what ctest ran; a run without any test is a failure of its own.
run_ctest() {
    head_line "unit tests ($1)"
    junit=$work/ctest-$1.xml
    rm -f "$junit"
    ctest --test-dir "build/$1" --output-on-failure --no-tests=ignore --timeout 300 \
        -j "$(nproc)" --output-junit "$junit" ${only:+-R "$only"}
    ctest_status=$?
    row=$(tr '\n\t' '  ' <"$junit" | sed -n 's/.*<testsuite [^>]* tests="\([0-9]*\)"[^>]* failures="\([0-9]*\)"[^>]* disabled="\([0-9]*\)"[^>]* skipped="\([0-9]*\)".*/\1 \2 \3 \4/p')
    set -- "$1" ${row:-0 0 0 0}
    echo "$(($2 - $3 - $4 - $5)) $3 $(($4 + $5))" >>"$counts"
    [ $ctest_status = 0 ] || [ "$3" != 0 ] || failed "ctest.$1"
    [ "$2" != 0 ] || [ -n "$only" ] || failed "ctest.$1.no-tests"
}

run_cases() {
    head_line "$1"
    shift
    python3 tests/support/cases.py --counts "$work/row" ${only:+--only "$only"} "$@"
    if [ -s "$work/row" ]; then cat "$work/row" >>"$counts"; else failed "$1"; fi
    rm -f "$work/row"
}

run_lint() {
    wanted lint || return 0
    head_line lint
    if python3 tests/lint/lint.py; then passed lint; else failed lint; fi
}

start_mongo() {
    for try in 1 2 3; do
        dir=$work/mongo.$try
        mkdir "$dir" && ln -s "$LF_MONGO/lib" "$LF_MONGO/out" "$dir" || return 1
        port=$(python3 -c 'import socket as s; p = s.socket(); p.bind(("127.0.0.1", 0)); print(p.getsockname()[1])')
        sh tests/support/mongo_server.sh start "$dir" "$port" >/dev/null 2>&1 </dev/null
        mongo=$(cat "$dir/server.pid")
        if grep -q listening "$dir/server.log"; then
            LF_MONGO_URI=mongodb://127.0.0.1:$port
            export LF_MONGO_URI
            return 0
        fi
        kill "$mongo" 2>/dev/null
        mongo=
        cat "$dir/server.log" >&2
    done
    return 1
}

run_peers() {
    head_line "the judges"
    if ! sh tests/peers/install.sh >"$work/judges"; then failed peers.install; return; fi
    . "$work/judges"
    if ! start_mongo; then failed peers.mongo; return; fi
    LF_PEER_HOME=$work/home
    mkdir "$LF_PEER_HOME"
    export LF_PEER_HOME
    run_cases "tests by the judges" tests/peers
    kill "$mongo" 2>/dev/null
    mongo=
}

run_asan() {
    if ! lf_build asan; then failed build.asan; return; fi
    export LF_SANITIZED=1
    export ASAN_OPTIONS=abort_on_error=0:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=print_stacktrace=1
    run_ctest asan
    export LF_PROGRAM
    run_cases "case tests (asan)" --jobs "$(nproc)" tests/cases
    unset LF_SANITIZED ASAN_OPTIONS UBSAN_OPTIONS
}

# One target on its seeds and on new input; its lines and its row of counts go to files.
fuzz_one() {
    target=$1 name=$(basename "$1")
    seeds=tests/fuzz/seeds/${name#fuzz_}
    if [ -z "$(ls "$seeds" 2>/dev/null)" ]; then # a replay of nothing would pass
        printf 'no seeds in %s\nFAIL %s\n' "$seeds" "$name"
        echo "0 1 0" >"$work/fuzz/$name.row"
        return
    fi
    mkdir -p "$work/new/$name"
    limits="-timeout=20 -rss_limit_mb=2048 -artifact_prefix=build/fuzz/found/$name-"
    if "$target" $limits -runs=0 "$seeds" >"$work/fuzz/$name.log" 2>&1 &&
        "$target" $limits -seed=1 -max_total_time="${LF_FUZZ_SECONDS:-20}" \
            "$work/new/$name" "$seeds" >"$work/fuzz/$name.log" 2>&1; then
        sed -n 's/^Done/  &/p' "$work/fuzz/$name.log"
        echo "pass $name"
        echo "1 0 0" >"$work/fuzz/$name.row"
    else
        tail -n 40 "$work/fuzz/$name.log"
        echo "FAIL $name"
        echo "0 1 0" >"$work/fuzz/$name.row"
    fi
}

# Two at a time, each in its own file until both are done.
run_fuzz() {
    if ! need_debian clang llvm libclang-rt-14-dev || ! lf_build fuzz; then failed build.fuzz; return; fi
    head_line "fuzzing, ${LF_FUZZ_SECONDS:-20} s a target"
    mkdir -p "$work/fuzz" build/fuzz/found
    waiting=
    for target in $(find build/fuzz -type f -name 'fuzz_*' -perm -u+x | sort); do
        name=$(basename "$target")
        : >"$work/fuzz/found"
        wanted "$name" || continue
        if [ -n "$waiting" ]; then
            fuzz_one "$target" >"$work/fuzz/second.out" &
            fuzz_one "$waiting"
            wait $!
            cat "$work/fuzz/second.out"
            waiting=
        else
            waiting=$target
        fi
    done
    [ -z "$waiting" ] || fuzz_one "$waiting"
    cat "$work"/fuzz/*.row >>"$counts" 2>/dev/null
    [ -e "$work/fuzz/found" ] || failed fuzz.no-targets
}

packages="$LF_BUILD_PACKAGES $LF_CASE_PACKAGES"
[ "${CI:-}" != true ] || packages="$packages clang-format-14 git"
head_line build
if need_debian $packages && lf_build release; then
    export LF_PROGRAM
    run_ctest release
    run_lint
    run_cases "case tests" --jobs "$(nproc)" tests/cases
    [ -z "$peers" ] || run_peers
    [ -z "$asan" ] || run_asan
    [ -z "$fuzz" ] || run_fuzz
else
    failed build
fi

set -- $(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
status=0
[ "$2" = 0 ] || status=1
[ "$1" != 0 ] || status=1
if [ "${CI:-}" = true ] && [ "$3" != 0 ]; then
    printf '\nNothing may be skipped in CI.\n'
    status=1
fi
printf '\n%s passed, %s failed, %s skipped\n' "$1" "$2" "$3"
exit $status
