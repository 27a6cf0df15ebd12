# Sourced after debian.sh, from the project's folder. Builds a preset of CMakePresets.json.

# lf_build [PRESET]: build/PRESET, release unless told otherwise. Quiet unless it fails.
lf_build() {
    lf_preset=${1:-release}
    mkdir -p build
    if ! cmake --preset "$lf_preset" >"build/$lf_preset.log" 2>&1 ||
        ! cmake --build --preset "$lf_preset" >>"build/$lf_preset.log" 2>&1; then
        cat "build/$lf_preset.log" >&2
        lf_say "The $lf_preset build failed."
        return 1
    fi
    LF_PROGRAM=$PWD/build/$lf_preset/labelferry
}

# lf_need_program: everything between a fresh clone and $LF_PROGRAM.
lf_need_program() {
    need_debian $LF_BUILD_PACKAGES && lf_build release
}
