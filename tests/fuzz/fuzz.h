// What every fuzz target needs. A target that finds a mistake ends the process with
// LF_CLAIM.
#ifndef LF_FUZZ_H
#define LF_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Unlike assert it is there in every build.
#define LF_CLAIM(claim)                                                                \
    do {                                                                               \
        if (!(claim)) {                                                                \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);        \
            abort();                                                                   \
        }                                                                              \
    } while (0)

#endif
