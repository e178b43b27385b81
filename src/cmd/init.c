/* init.c: drawing the weights anew. */
#include "cmd/rows.h"
#include "debug/choices.h"

static int run_init(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct text notes = {0}, words = {0};
    struct init init;
    if (!args->given[0]) {
        choice_init(session, &words);
        console_answer(console, "init %s", words.data);
        text_free(&words);
        return 0;
    }
    if (choice_read_init(args->text[0], &init, err))
        return -1;
    session_initialize(session, &init, &notes);
    choice_init(session, &words);
    session_event(session, "init %s", words.data);
    console_notice(console, "init %s: %s", words.data, notes.data);
    text_free(&notes);
    text_free(&words);
    return 0;
}

static const struct arg_spec init_args[] = {
    {.name = "kind", .type = ARG_REST, .preset = "",
     .summary = "an initializer with its arguments; none: print the present one"},
    {0}};

const struct command command_init = {
    .name = "init", .summary = "draw all weights anew", .group = GROUP_NETWORK,
    .flags = COMMAND_NEEDS_DATA, .words = WORDS_INITS,
    .details =
        "What was learnt is gone: this re-initializes. Biases start at 0, the optimizer's state too; the step count\n"
        "and the plots go on. The initializer is kept for layers that are made later.",
    .example = "init xavier", .args = init_args, .run = run_init};
