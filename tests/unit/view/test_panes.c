/* test_panes.c: the panes, drawn from a real session that has learned a little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "view/pane.h"

static struct session *open_session(const char *net)
{
    struct err err = {0};
    const struct session_options options = {.seed = 1, .threads = 1};
    struct session *session = session_open(&options, &err);
    assert_non_null(session);
    struct data_origin origin = data_origin_default();
    strcpy(origin.source, "iris");
    if (session_load_data(session, &origin, false, NULL, &err) != 0)
        fail_msg("%s", err.message);
    struct topology *top = calloc(1, sizeof *top);
    if (topology_parse(net, 3, top, &err) != 0 || session_set_topology(session, top, NULL, &err) != 0)
        fail_msg("%s", err.message);
    free(top);
    return session;
}

static void finish(struct session *session)
{
    while (session_running(session))
        session_advance(session, clock_now() + 10000000);
}

static void run_steps(struct session *session, uint64_t steps)
{
    session_run_steps(session, steps);
    finish(session);
}

/* One pane as text; the caller frees it. */
static char *pane_text(const struct pane_kind *pane, const struct session *session, int width, int height)
{
    struct view view = view_default();
    struct pane_context context = {.session = session, .view = &view};
    struct canvas canvas;
    assert_int_equal(canvas_open(&canvas, width, height, false, NULL), 0);
    pane->draw(&context, &canvas, (struct rect){0, 0, width, height});
    struct text text = {0};
    canvas_text(&canvas, &text);
    canvas_close(&canvas);
    return text.data;
}

static void expect_in(const char *text, const char *words, bool wanted)
{
    if ((strstr(text, words) != NULL) != wanted)
        fail_msg("\"%s\" is %s in:\n%s", words, wanted ? "not" : "still", text);
}

static void test_nothing_without_data(void **state)
{
    (void)state;
    const struct session_options options = {.seed = 1, .threads = 1};
    struct session *session = session_open(&options, NULL);
    char *text = pane_text(&pane_status, session, 80, 1);
    assert_string_equal(text, " no data\n");
    free(text);
    text = pane_text(&pane_plot, session, 80, 10);
    expect_in(text, "type `data FILE` or `data digits`", true);
    free(text);
    text = pane_text(&pane_layers, session, 80, 10);
    expect_in(text, "no network yet", true);
    free(text);
    session_close(session);
}

static void test_status_before_a_step(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    char *text = pane_text(&pane_status, session, 120, 1);
    expect_in(text, " step 0  ready  epoch 0.0  ", true);
    free(text);
    run_steps(session, 1);
    session_run_ops(session, 3);
    finish(session);
    text = pane_text(&pane_status, session, 120, 1);
    expect_in(text, "  epoch 0.2  ", true); /* 32 of 120 rows; those of the running batch are not done */
    free(text);
    session_close(session);
}

/* Weights drawn anew show at once, before the next step has looked at them. */
static void test_norms_are_those_of_the_weights_now(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    struct init init = {.kind = init_kind_find("constant")};
    args_preset(init.kind->args, &init.args);
    init.args.number[0] = 1000;
    run_steps(session, 3);
    session_initialize(session, &init, NULL);
    char *text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "fc1    dense 8  8x4         5657 ", true); /* sqrt(32) * 1000 */
    expect_in(text, "out    dense 3  3x8         4899 ", true);
    free(text);
    session_close(session);
}

/* Whatever the width, the line is a whole number of the fields of the widest one. */
static void test_status_drops_whole_fields(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    run_steps(session, 5);
    struct err err = {0};
    assert_int_equal(session_validate(session, &err), 0);
    char *whole = pane_text(&pane_status, session, 240, 1);
    expect_in(whole, " step 5  stopped  loss ", true);
    expect_in(whole, "  val acc ", true);
    expect_in(whole, "  epoch 1.2  lr 0.001  batch 32  ", true);
    expect_in(whole, "  iris  classify\n", true);
    for (int width = 1; width < 200; width++) {
        char *text = pane_text(&pane_status, session, width, 1);
        size_t length = strlen(text) - 1; /* without the newline */
        assert_memory_equal(text, whole, length);
        assert_true(length == 0 || whole[length] == '\n' || (whole[length] == ' ' && whole[length + 1] == ' '));
        free(text);
    }
    free(whole);
    session_close(session);
}

static void test_status_says_where_the_cursor_is(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    session_run_ops(session, 2); /* gather, fwd fc1 */
    finish(session);
    assert_true(session->inside);
    char *text = pane_text(&pane_status, session, 80, 1);
    expect_in(text, "at fwd relu1", true);
    free(text);
    text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "▶ relu1", true);
    expect_in(text, "dead\n", false); /* relu1 has not run: nothing is known of its units */
    free(text);
    session_run_ops(session, 3);
    finish(session);
    text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "◀ out", true); /* on the way back */
    expect_in(text, "; next is bwd out (op 6 of 11)", true);
    expect_in(text, "/8\n", true);
    free(text);
    session_run_ops(session, 3);
    finish(session);
    text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "▶", false); /* reduce is of no layer */
    expect_in(text, "◀", false);
    expect_in(text, "; next is reduce (op 9 of 11)", true);
    free(text);
    text = pane_text(&pane_layers, session, 40, 8);
    expect_in(text, "67 parameters\n", true); /* no room for the whole of it */
    free(text);
    session_run_ops(session, 1);
    finish(session);
    text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "* fc1", true);
    free(text);
    session_close(session);
}

static void test_nan_is_seen_in_status_and_plot(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    run_steps(session, 3);
    session->net->w[session->net->param[0].offset] = NAN;
    run_steps(session, 5);
    char *text = pane_text(&pane_status, session, 80, 1);
    expect_in(text, "NaN at step 4", true);
    free(text);
    text = pane_text(&pane_plot, session, 80, 10);
    expect_in(text, "1 not finite", true);
    expect_in(text, "✗", true);
    free(text);
    session_close(session);
}

static void test_layers_show_norms_and_flags(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu, dense 6, tanh");
    run_steps(session, 40);
    char *text = pane_text(&pane_layers, session, 80, 8), figure[32];
    expect_in(text, "fc1    dense 8  8x4", true);
    expect_in(text, "% sat\n", true);
    snprintf(figure, sizeof figure, " %#.4g ", program_norms(session->train, 0)->gradient);
    expect_in(text, figure, true);
    expect_in(text, "↓", false);
    free(text);
    session->optimizer.lr = 1e-9;
    run_steps(session, 1);
    text = pane_text(&pane_layers, session, 80, 8);
    expect_in(text, "↓", true); /* an update that small is flagged */
    free(text);
    session_close(session);
}

static void test_dead_units_are_counted(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu");
    const struct window *bias = &session->net->param[1];
    assert_string_equal(bias->name, "fc1.bias");
    for (int i = 0; i < 5; i++)
        session->net->w[bias->offset + (size_t)i] = -1000;
    run_steps(session, 1);
    const real *out = program_out(session->train, 1);
    int dead = 0;
    for (int unit = 0; unit < 8; unit++) {
        bool alive = false;
        for (int row = 0; row < program_rows(session->train); row++)
            alive = alive || out[row * 8 + unit] != 0;
        dead += !alive;
    }
    assert_true(dead >= 5);
    char *text = pane_text(&pane_layers, session, 80, 8), figure[32];
    snprintf(figure, sizeof figure, " %d/8\n", dead);
    expect_in(text, figure, true);
    free(text);
    session_close(session);
}

/* Each row of the table is a layer, or counts those that are left out: they always add up. */
static void test_layers_are_never_silently_missing(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu, dense 8, bn, relu, dense 8, relu, dense 8, tanh");
    run_steps(session, 3);
    int layers = session->net->top.layers;
    for (int width = 20; width <= 200; width += 9)
        for (int height = 2; height <= layers + 4; height++) {
            char *text = pane_text(&pane_layers, session, width, height), *rest = NULL;
            int rows = 0, more = 0;
            for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
                if (sscanf(line, " ... %d more", &more) == 1 || strstr(line, " parameters"))
                    continue;
                rows++;
            }
            assert_int_equal(rows - 1 + more, layers); /* the first is the header */
            free(text);
        }
    session_close(session);
}

static void test_every_plot_draws(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu, dense 8, relu");
    run_steps(session, 30);
    session_event(session, "lr %g -> %g", 0.001, 0.0003);
    run_steps(session, 30);
    static const char *const titles[] = {"loss", "accuracy", "gradient norm", "learning rate", "watch"};
    for (int what = 0; plot_names[what]; what++) {
        struct view view = view_default();
        view.plot = (enum plot_what)what;
        struct text text = {0};
        view_plot_text(session, &view, 80, 12, &text);
        assert_memory_equal(text.data, titles[what], strlen(titles[what]));
        expect_in(text.data, "a lr 0.001 -> 0.0003 @30\n", true);
        text_free(&text);
    }
    struct view view = view_default();
    view.last = 10; /* the event lies before these */
    struct text text = {0};
    view_plot_text(session, &view, 80, 10, &text);
    expect_in(text.data, "60\n", true);
    expect_in(text.data, "─a─", false);
    text_clear(&text);
    view.ascii = true;
    view_plot_text(session, &view, 80, 10, &text);
    for (const char *c = text.data; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c < 127));
    text_clear(&text);
    view_layers_text(session, &view, 80, &text);
    expect_in(text.data, "parameters\n", true);
    text_free(&text);
    session_close(session);
}

/* No size of the screen makes a pane draw outside of its place. */
static void test_screens_of_any_size(void **state)
{
    (void)state;
    struct session *session = open_session("dense 8, relu, dense 8, relu");
    session_event(session, "a change with a rather long description, to be cut where there is no room for it");
    run_steps(session, 20);
    struct log *log = log_open(20, NULL);
    log_add(log, LOG_ANSWER, "some words to wrap\nand a second line");
    struct view view = view_default();
    struct pane_context context = {.session = session, .view = &view, .log = log};
    for (int width = 1; width <= 150; width += 3)
        for (int height = 1; height <= 40; height++) {
            struct rect place[PANES];
            struct canvas canvas;
            layout(width, height, session->net->top.layers + 1, false, 1, 0, place);
            assert_int_equal(canvas_open(&canvas, width, height, false, NULL), 0);
            view_draw(&context, &canvas, place);
            for (int x = 0; x < width; x++) /* the prompt's row is left to the prompt */
                assert_int_equal(canvas.cell[(height - 1) * width + x].rune, ' ');
            for (int y = place[PANE_PLOT].y; y < place[PANE_PLOT].y + place[PANE_PLOT].height; y++)
                for (int x = place[PANE_PLOT].width; x < place[PANE_LAYERS].x; x++)
                    assert_int_equal(canvas.cell[y * width + x].rune, ' '); /* nor the gap to the table */
            canvas_close(&canvas);
        }
    log_close(log);
    session_close(session);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_without_data),
        cmocka_unit_test(test_status_before_a_step),
        cmocka_unit_test(test_norms_are_those_of_the_weights_now),
        cmocka_unit_test(test_status_drops_whole_fields),
        cmocka_unit_test(test_status_says_where_the_cursor_is),
        cmocka_unit_test(test_nan_is_seen_in_status_and_plot),
        cmocka_unit_test(test_layers_show_norms_and_flags),
        cmocka_unit_test(test_dead_units_are_counted),
        cmocka_unit_test(test_layers_are_never_silently_missing),
        cmocka_unit_test(test_every_plot_draws),
        cmocka_unit_test(test_screens_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
