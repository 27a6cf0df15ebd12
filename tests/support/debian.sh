# Sourced, not run. Installs Debian packages, and only those that are missing.

# What building Labelferry and its unit tests takes.
LF_BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config python3
  libxml2-dev libzip-dev zlib1g-dev libssl-dev libcjson-dev libdeflate-dev libpng-dev libutf8proc-dev
  libcmocka-dev"

# What the case tests run beside it: strace stops and counts system calls.
LF_CASE_PACKAGES="strace"

lf_say() { printf '%s\n' "$*" >&2; }

# need_debian PACKAGE...: leaves every named package installed, or says why it cannot.
# Asks the network for nothing when nothing is missing.
need_debian() {
    lf_missing=
    if ! command -v dpkg-query >/dev/null 2>&1; then
        lf_say "This is not a Debian system. Install what these packages hold, then build by hand:"
        lf_say "  $(echo "$@")"
        return 1
    fi
    for lf_package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Abbrev}' "$lf_package" 2>/dev/null) in
        ?i*) ;;
        *) lf_missing="$lf_missing $lf_package" ;;
        esac
    done
    [ -n "$lf_missing" ] || return 0
    lf_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            lf_say "These Debian packages are missing, and neither root nor sudo is at hand:"
            lf_say "  apt-get install$lf_missing"
            return 1
        fi
        lf_root=sudo
    fi
    lf_say "installing from Debian:$lf_missing"
    lf_apt update && lf_apt install --no-install-recommends $lf_missing && return 0
    lf_say "These Debian packages could not be installed:$lf_missing"
    return 1
}

lf_apt() {
    if ! lf_output=$($lf_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 "$@" 2>&1 </dev/null); then
        lf_say "$lf_output"
        return 1
    fi
}
