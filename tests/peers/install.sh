#!/bin/sh
# Puts the judges into a cache folder outside the tree, once, and prints where they are:
# shell assignments of LF_FIFTYONE_PYTHON, LF_DATUM_PYTHON, LF_MASKS_PYTHON, LF_LABELSTUDIO_PYTHON,
# LF_LABELSTUDIO_CACHE and LF_MONGO, to be sourced.
#
# Each judge has a folder named by a hash of what it is made of. Its stamp is written last,
# so a folder without one was interrupted and is made anew. Nothing is asked of the network
# when all are there. Remove the cache folder to get the space (about 2.6 GB) back.
set -eu
cd "$(dirname "$0")/../.."
. tests/support/debian.sh

cache=${LF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelferry}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
python=/usr/bin/python3
stamp=installed

need_debian python3 python3-venv chromium
java=
command -v javac >/dev/null 2>&1 && command -v java >/dev/null 2>&1 || java=default-jdk-headless
command -v mvn >/dev/null 2>&1 || java="$java maven"
[ -z "$java" ] || need_debian $java

exec 9>"$cache/lock"
flock 9 # two runs at once install one after the other

# folder_of NAME FILE...: $folder, for what these files and this Python make.
folder_of() {
    name=$1
    shift
    folder=$cache/$name-$({ "$python" -V; cat "$@"; } | sha256sum | cut -c1-16)
}

# venv NAME REQUIREMENTS [MODULE]: the pinned packages and no others, so --no-deps. The
# module (by default it has the name) shows that they are there.
venv() {
    folder_of "$1" "$2"
    if [ -e "$folder/$stamp" ] && "$folder/bin/python" -c '' 2>/dev/null; then return; fi
    lf_say "installing $1 into $folder"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$2" >&2
    HOME=$folder "$folder/bin/python" -c "import ${3:-$1}" >&2
    : >"$folder/$stamp"
}

FIFTYONE_DATABASE_URI=mongodb://127.0.0.1:1 # an import connects to nothing and starts nothing
FIFTYONE_DATABASE_VALIDATION=false
FIFTYONE_DO_NOT_TRACK=true
export FIFTYONE_DATABASE_URI FIFTYONE_DATABASE_VALIDATION FIFTYONE_DO_NOT_TRACK

venv fiftyone tests/peers/fiftyone.txt
fiftyone=$folder
venv datumaro tests/peers/datumaro.txt
datumaro=$folder
venv masks tests/peers/masks.txt pycocotools.mask
masks=$folder
venv labelstudio tests/peers/labelstudio.txt label_studio
labelstudio=$folder

# An empty database takes the server's migrations a minute: they are run once.
folder_of labelstudio-db tests/peers/labelstudio.txt
database=$folder
if [ ! -e "$database/label_studio.sqlite3" ]; then
    lf_say "making the database of Label Studio in $database"
    "$labelstudio/bin/python" tests/support/labelstudio_driver.py --cache "$database" --only-make-cache >&2 9>&- </dev/null
fi

folder_of mongo tests/support/mongo_server.sh
if [ ! -e "$folder/$stamp" ]; then
    lf_say "building the Mongo server in $folder"
    rm -rf "$folder"
    port=$("$python" -c 'import socket as s; p = s.socket(); p.bind(("127.0.0.1", 0)); print(p.getsockname()[1])')
    sh tests/support/mongo_server.sh start "$folder" "$port" >&2 9>&- </dev/null
    sh tests/support/mongo_server.sh stop "$folder"
    grep -q listening "$folder/server.log"
    : >"$folder/$stamp"
fi

quoted() { printf "%s='%s'\nexport %s\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\''/g")" "$1"; }
quoted LF_FIFTYONE_PYTHON "$fiftyone/bin/python"
quoted LF_DATUM_PYTHON "$datumaro/bin/python"
quoted LF_MASKS_PYTHON "$masks/bin/python"
quoted LF_LABELSTUDIO_PYTHON "$labelstudio/bin/python"
quoted LF_LABELSTUDIO_CACHE "$database"
quoted LF_MONGO "$folder"
