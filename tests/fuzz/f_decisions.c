// The file of --decisions: refused, or it answers, and the same way when it is read
// twice.
#include "merge/decisions.h"
#include "tests/fuzz/fuzz.h"

static struct lf_id id_of(uint8_t last)
{
    struct lf_id id = {.known = true};
    id.at[0] = 0x65;
    id.at[sizeof id.at - 1] = last;
    return id;
}

// 2: not decided.
static int answer(const struct lf_decisions *d, int label, int made)
{
    const struct lf_id sample = id_of(0), is = id_of((uint8_t)label),
                       other = id_of((uint8_t)made);
    enum lf_choice choice = LF_CONFLICT_OURS;
    bool found = made ? lf_rematched(d, &sample, LF_S("boxes"), &is, &other, &choice)
                      : lf_decided(d, &sample, LF_S("boxes"), &is, &choice);
    LF_CLAIM(!found || choice == LF_CONFLICT_OURS || choice == LF_CONFLICT_THEIRS);
    return !found ? 2 : choice == LF_CONFLICT_THEIRS;
}

static void twice(struct lf_decisions *d, struct lf_slice text)
{
    enum { LABELS = 3 };
    struct lf_error err = {0};
    int first[LABELS][LABELS];
    for (int i = 0; i < LABELS; i++)
        for (int k = 0; k < LABELS; k++)
            first[i][k] = answer(d, i + 1, k);
    LF_CLAIM(lf_decisions_read(d, text, &err));
    for (int i = 0; i < LABELS; i++)
        for (int k = 0; k < LABELS; k++)
            LF_CLAIM(answer(d, i + 1, k) == first[i][k]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct lf_run run = {.uid = LF_S("u")};
    struct lf_error err = {0};
    struct lf_decisions *d = lf_decisions_new(&run, NULL, NULL, &err);
    const struct lf_slice text = {(const char *)data, size};
    LF_CLAIM(d);
    bool ok = lf_decisions_read(d, text, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG && err.code != LF_E_IO);
    if (ok)
        twice(d, text);
    lf_decisions_free(&d);
    return 0;
}
