/* test_manual.c: the tables as mdoc: everything is in it, and nothing in it is taken for an instruction by accident. */
#include "data/dataset.h"
#include "debug/lookup.h"
#include "talk.h"

static struct text manual;

static int print(void **state)
{
    (void)state;
    manual_print(&manual);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    text_free(&manual);
    return 0;
}

/* TEXT as mdoc has it: a hyphen is "\-", and a sentence begins on a line of its own; the latter is undone here. */
static bool says(const char *text)
{
    struct text wanted = {0}, found = {0};
    for (const char *c = text; *c; c++)
        text_add(&wanted, *c == '-' ? "\\-" : *c == '\\' ? "\\e" : "%c", *c == '\n' ? ' ' : *c);
    for (const char *c = manual.data; *c; c++)
        if (!(c[0] == '\\' && c[1] == '&') && !(c > manual.data && c[-1] == '\\' && c[0] == '&'))
            text_add(&found, "%c", *c == '\n' ? ' ' : *c);
    bool there = strstr(found.data, wanted.data) != NULL;
    text_free(&wanted);
    text_free(&found);
    return there;
}

static void check_says(const char *text)
{
    if (!says(text))
        fail_msg("the manual does not say '%s'", text);
}

static void test_everything_is_there(void **state)
{
    (void)state;
    for (int i = 0; commands[i]; i++) {
        check_says(commands[i]->name);
        check_says(commands[i]->summary);
        if (commands[i]->details)
            check_says(commands[i]->details);
        for (int k = 0; k < args_count(commands[i]->args); k++)
            check_says(commands[i]->args[k].summary);
    }
    for (int i = 0; layer_kinds[i]; i++)
        check_says(layer_kinds[i]->summary);
    for (int i = 0; loss_kinds[i]; i++)
        check_says(loss_kinds[i]->summary);
    for (int i = 0; init_kinds[i]; i++)
        check_says(init_kinds[i]->summary);
    for (int i = 0; optim_kinds[i]; i++)
        check_says(optim_kinds[i]->summary);
    for (const struct named_figure *figure = named_figures; figure->name; figure++)
        check_says(figure->summary);
    for (int i = 0; settings[i].spec.name; i++)
        check_says(settings[i].spec.summary);
    for (const struct known_set *set = known_sets; set->name; set++)
        check_says(set->summary);
    for (const struct key_binding *binding = key_bindings; binding->key; binding++)
        check_says(binding->summary);
    assert_false(says("a sentence that stands in no table"));
}

/* Only the macros that it is made of begin a line with a dot; lists and displays end as often as they begin. */
static void test_mdoc(void **state)
{
    static const char *const macros[] = {".Sh ", ".Ss ", ".Bl ", ".El", ".It ", ".Bd ", ".Ed"};
    int count[7] = {0};
    (void)state;
    for (const char *line = manual.data; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        assert_int_not_equal(*line, '\'');
        if (*line != '.')
            continue;
        int found = -1;
        for (int i = 0; i < 7; i++)
            if (strncmp(line, macros[i], strlen(macros[i])) == 0)
                found = i;
        if (found < 0)
            fail_msg("'%.40s' is no macro of the manual", line);
        count[found]++;
    }
    assert_int_equal(count[2], count[3]);
    assert_int_equal(count[5], count[6]);
    int rows = 0, topics = 0;
    while (commands[rows])
        rows++;
    while (help_topics[topics].name)
        topics++;
    assert_int_equal(count[4], rows);
    assert_int_equal(count[0], topics); /* COMMANDS for the page that is the manual itself */
    for (const char *c = manual.data; (c = strchr(c, '\\')); c += 2)
        assert_true(c[1] == '-' || c[1] == 'e' || c[1] == '&');
    assert_int_equal(manual.data[manual.length - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_everything_is_there), cmocka_unit_test(test_mdoc)};
    return cmocka_run_group_tests(tests, print, forget);
}
