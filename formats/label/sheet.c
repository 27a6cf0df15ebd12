#include "formats/label/sheet.h"

void lf_sheet_put(struct lf_buf *out, struct lf_slice text)
{
    char safe[300];
    lf_buf_text(out, lf_escape(text, safe, sizeof safe));
}

void lf_sheet_rights(const struct lf_field *f, const char *tool, struct lf_buf *out)
{
    static const struct {
        unsigned right;
        const char *what;
    } rows[] = {
        {LF_MAY_ADD, "add labels"},
        {LF_MAY_DELETE, "delete labels"},
        {LF_MAY_RELABEL, "change classes"},
        {LF_MAY_MOVE, "move, resize or turn shapes"},
    };
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (f->existing && !(f->rights & rows[i].right)) {
            lf_buf_printf(out, "%s%s", any ? ", " : "  Do not: ", rows[i].what);
            any = true;
        }
    for (size_t i = 0; i < f->attrs; i++)
        if (f->attr[i].read_only) {
            lf_buf_text(out, any ? ", change the attribute "
                                 : "  Do not: change the attribute ");
            lf_sheet_put(out, f->attr[i].alias);
            any = true;
        }
    if (any)
        lf_buf_printf(out,
                      ".\n  %s cannot lock these; what is done all the same is refused "
                      "at the merge.\n",
                      tool);
}

void lf_sheet_who(const struct lf_asked *asked, enum lf_who who, size_t number,
                  const char *word, struct lf_buf *out)
{
    if (!asked->names[who])
        return;
    lf_buf_text(out, word);
    lf_sheet_put(out, lf_asked_who(asked, who, number));
}
