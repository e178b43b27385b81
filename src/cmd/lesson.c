/* lesson.c: the command: lists the lessons, begins one, goes on with it, leaves it. */
#include <string.h>

#include "cmd/lesson.h"
#include "cmd/rows.h"

static void list(struct console *console)
{
    const struct lesson *played = console_lesson(console)->lesson;
    struct text out = {0};
    for (const struct lesson *lesson = lessons; lesson->name; lesson++) {
        text_add(&out, "%-10s  ", lesson->name);
        lesson_title(lesson, &out);
        text_add(&out, "\n");
    }
    if (played)
        text_add(&out, "lesson %s is being played: Enter goes on, `q` leaves it", played->name);
    console_answer_text(console, &out);
    text_free(&out);
}

static int begin(struct console *console, const char *name, struct err *err)
{
    const char *names[LESSONS_MAX + 1] = {0};
    const struct lesson *lesson = lesson_find(name);
    for (int i = 0; i < LESSONS_MAX && lessons[i].name; i++)
        names[i] = lessons[i].name;
    if (!lesson) {
        const char *near = text_nearest(name, names);
        return err_set(err, ERR_USAGE, "lesson: there is no '%.60s'%s%s%s", name, near ? "; did you mean " : "; `lesson` "
                       "lists them", near ? near : "", near ? "?" : "");
    }
    if (console_is_hushed(console))
        return err_set(err, ERR_STATE, "lesson: a replay is under way, which runs one file only");
    if (session_running(console_session(console)))
        session_interrupt(console_session(console));
    bool ascii = console_view(console)->ascii;
    *console_view(console) = view_default();
    console_view(console)->ascii = ascii;
    lesson_start(console_lesson(console), lesson);
    return 0;
}

static int run_lesson(struct console *console, const struct arg_values *args, struct err *err)
{
    struct lesson_player *player = console_lesson(console);
    const char *name = args->text[0];
    if (!args->given[0]) {
        list(console);
        return 0;
    }
    bool next = strcmp(name, "next") == 0, leave = strcmp(name, "leave") == 0;
    if (!next && !leave)
        return begin(console, name, err);
    if (!player->lesson)
        return err_set(err, ERR_STATE, "lesson %s: none is being played; `lesson` lists them", name);
    if (leave) {
        console_notice(console, "left lesson %s; the network stays as it is now", player->lesson->name);
        *player = (struct lesson_player){0};
    } else if (session_running(console_session(console)) || !player->waits) {
        console_notice(console, "the lesson goes on when this run has ended; Ctrl-C stops it");
    } else {
        player->waits = false;
    }
    return 0;
}

static const struct arg_spec lesson_args[] = {
    {.name = "name", .type = ARG_WORD, .preset = "", .summary = "of the lesson, or next, or leave; none: list them"},
    {0}};

const struct command command_lesson = {
    .name = "lesson", .summary = "list the lessons, or play one", .group = GROUP_HELP, .flags = COMMAND_UNRECORDED,
    .words = WORDS_LESSONS,
    .details =
        "A lesson makes a mistake on purpose, shows it, and cures it. It waits before every step: Enter (`lesson next`)\n"
        "carries it out, q (`lesson leave`) leaves, and any command can be typed in between. With --batch it is played\n"
        "through; a claim that does not hold ends it with an error. Lessons bring data and a network of their own, and begin\n"
        "with the usual plot. They are files of commands: datasets/lessons/ has them.",
    .example = "lesson", .args = lesson_args, .run = run_lesson};
