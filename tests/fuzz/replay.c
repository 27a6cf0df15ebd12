// Runs a fuzz target on every file of the folders given, in the order of their names,
// so that saved inputs are a test with any compiler.
#include <dirent.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    uint8_t *data = NULL;
    size_t size = 0;
    size_t got;
    do { // a block of the exact size at the end: ASan sees a read behind it
        uint8_t *more = realloc(data, size + 65536);
        if (!more)
            break;
        data = more;
        got = fread(data + size, 1, 65536, f);
        size += got;
    } while (got);
    int bad = ferror(f) || !data;
    fclose(f);
    uint8_t *exact = bad ? NULL : malloc(size ? size : 1);
    if (exact) {
        memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
    }
    bad |= !exact;
    free(exact);
    free(data);
    return bad ? -1 : 0;
}

static int run_folder(const char *folder)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    int ran = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && ran >= 0)
            ran = run_file(path) == 0 ? ran + 1 : -1;
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return ran;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int ran = run_folder(argv[i]);
        if (ran <= 0) { // a folder without inputs is a test that tests nothing
            fprintf(stderr, "%s: cannot read it or nothing is in it\n", argv[i]);
            return 1;
        }
        printf("%s: %d inputs\n", argv[i], ran);
    }
    return 0;
}
