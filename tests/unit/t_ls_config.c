// The labeling config as it is read: tags, what they list, what they show.
#include "tests/unit/unit.h"

#include "formats/labelstudio/ls_config_read.h"

struct hand {
    struct ls_config c;
    struct lf_error err;
};

static int set_up(void **state)
{
    *state = test_calloc(1, sizeof(struct hand));
    return 0;
}

static int tear_down(void **state)
{
    struct hand *h = *state;
    ls_config_done(&h->c);
    test_free(h);
    return 0;
}

static bool take(struct hand *h, const char *xml)
{
    struct lf_in *in = lf_in_memory(lf_slice_of(xml), "config.xml", &h->err);
    assert_non_null(in);
    bool ok = ls_config_read(in, &h->c, &h->err);
    lf_in_free(&in);
    return ok;
}

static const struct ls_tag *find(struct hand *h, const char *name)
{
    const struct ls_tag *t = ls_config_find(&h->c, lf_slice_of(name));
    assert_non_null(t);
    return t;
}

static bool lists(struct hand *h, const char *name, const char *word)
{
    return ls_config_lists(&h->c, find(h, name), lf_slice_of(word));
}

static void test_tags(void **state)
{
    struct hand *h = *state;
    assert_true(take(h,
                     "<View><Image name=\"img\" value=\"$image\"/>\n"
                     "<RectangleLabels name=\"b\" toName=\"img\">"
                     "<Label value=\"cat\" alias=\"c\"/><Label value=\"a,b\"/>"
                     "</RectangleLabels>\n"
                     "<Number name=\"n\" toName=\"img\" perRegion=\"true\" min=\"-1\" "
                     "max=\"2.5\" whenTagName=\"b\" whenLabelValue=\"cat\"/></View>"));
    assert_int_equal(h->c.tags, 3);
    const struct ls_tag *t = find(h, "img");
    assert_true(!t->control && lf_slice_is(t->key, "image") && t->line == 1);
    t = find(h, "b");
    assert_true(t->control && t->words && !t->open && t->line == 2);
    assert_true(lf_slice_is(t->type, "rectanglelabels"));
    assert_true(lf_slice_is(t->element, "RectangleLabels"));
    t = find(h, "n");
    assert_true(t->per_region && t->has_least && t->has_most);
    assert_true(t->least == -1 && t->most == 2.5);
    assert_true(lf_slice_is(t->when_tag, "b") && lf_slice_is(t->when_label, "cat"));
    assert_true(lists(h, "b", "cat") && lists(h, "b", "c") && lists(h, "b", "a,b"));
    assert_false(lists(h, "b", "a") || lists(h, "b", "") || lists(h, "n", "cat"));
    assert_null(ls_config_find(&h->c, LF_S("cat")));
}

// A choice belongs to the control around it, however deep it lies.
static void test_owners(void **state)
{
    struct hand *h = *state;
    assert_true(take(h, "<View><Taxonomy name=\"t\" toName=\"x\"><Choice value=\"a\">"
                        "<Choice value=\"b\"/></Choice></Taxonomy><View><Choices "
                        "name=\"c\" toName=\"x\"><View><Choice value=\"d\"/></View>"
                        "</Choices></View><Choice value=\"e\"/></View>"));
    assert_true(lists(h, "t", "a") && lists(h, "t", "b") && lists(h, "c", "d"));
    assert_false(lists(h, "t", "d") || lists(h, "c", "a") || lists(h, "c", "e"));
}

static void test_open(void **state)
{
    struct hand *h = *state;
    assert_true(take(h, "<View><Choices name=\"a\" toName=\"x\" value=\"$list\"/>"
                        "<Taxonomy name=\"b\" toName=\"x\" apiUrl=\"http://x\"/>"
                        "<Labels name=\"c\" toName=\"x\"><Label value=\"$y\"/></Labels>"
                        "<Header value=\"$title\"/><Video name=\"x\" value=\"$list\"/>"
                        "<Repeater on=\"$z\"/><Header value=\"$\"/></View>"));
    assert_true(find(h, "a")->open && find(h, "b")->open && find(h, "c")->open);
    assert_true(h->c.repeats);
    assert_int_equal(h->c.keys, 3);
    assert_true(lf_slice_is(h->c.key[0].name, "list") && h->c.key[0].media);
    assert_true(lf_slice_is(h->c.key[1].name, "y") && !h->c.key[1].media);
    assert_true(lf_slice_is(h->c.key[2].name, "title"));
}

static void test_twice(void **state)
{
    struct hand *h = *state;
    assert_true(take(h, "<View><Text name=\"a\"/><Image name=\"a\"/></View>"));
    assert_int_equal(h->c.tags, 2);
    assert_true(!h->c.tag[0].twice && h->c.tag[1].twice);
    assert_ptr_equal(find(h, "a"), &h->c.tag[0]);
}

static void test_damaged(void **state)
{
    static const struct {
        const char *xml;
        enum lf_code code;
    } rows[] = {
        {"", LF_E_XML},
        {"<View>", LF_E_XML},
        {"<View a=1/>", LF_E_XML},
        {"<!DOCTYPE View><View/>", LF_E_XML_DTD},
    };
    struct hand *h = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(take(h, rows[i].xml));
        assert_int_equal(h->err.code, rows[i].code);
        assert_string_equal(h->err.file, "config.xml");
        ls_config_done(&h->c);
        lf_error_clear(&h->err);
    }
}

static void test_list(void **state)
{
    struct lf_slice list = LF_S("a,,b c"), name;
    (void)state;
    assert_true(ls_list_next(&list, &name) && lf_slice_is(name, "a"));
    assert_true(ls_list_next(&list, &name) && lf_slice_is(name, ""));
    assert_true(ls_list_next(&list, &name) && lf_slice_is(name, "b c"));
    assert_false(ls_list_next(&list, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_owners, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
