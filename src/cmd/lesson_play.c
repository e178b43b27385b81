/* lesson_play.c: reads a lesson line by line: what is said, what is done, and where it waits. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/lesson.h"

const struct lesson *lesson_find(const char *name)
{
    for (const struct lesson *lesson = lessons; lesson->name; lesson++)
        if (strcasecmp(lesson->name, name) == 0)
            return lesson;
    return NULL;
}

void lesson_title(const struct lesson *lesson, struct text *out)
{
    const char *colon = strchr(lesson->text, ':');
    const char *title = colon ? colon + 1 + strspn(colon + 1, " ") : lesson->text;
    text_add(out, "%.*s", (int)strcspn(title, "\n"), title);
}

void lesson_start(struct lesson_player *player, const struct lesson *lesson)
{
    *player = (struct lesson_player){.lesson = lesson, .at = lesson->text, .line = 1};
}

/* --- the lines */

enum line_kind { LINE_BLANK, LINE_NOTE, LINE_REMARK, LINE_COMMAND };

static enum line_kind kind_of(const char *line)
{
    if (*line == '\n' || *line == '\0')
        return LINE_BLANK;
    return *line != '#' ? LINE_COMMAND : line[1] == '#' ? LINE_NOTE : LINE_REMARK;
}

static size_t length_of(const char *line)
{
    return strcspn(line, "\n");
}

static void pass_line(struct lesson_player *player)
{
    player->at += length_of(player->at);
    player->at += *player->at == '\n';
    player->line++;
}

static bool at_end(const struct lesson_player *player)
{
    return player->at >= player->lesson->end;
}

/* The remarks up to the next command, to OUT; paragraphs stay apart. */
static void take_remarks(struct lesson_player *player, struct text *out)
{
    bool apart = false;
    for (; !at_end(player) && kind_of(player->at) != LINE_COMMAND; pass_line(player)) {
        enum line_kind kind = kind_of(player->at);
        if (kind == LINE_REMARK) {
            const char *words = player->at + 1 + (player->at[1] == ' ');
            text_add(out, "%s%.*s", out->length > 1 ? apart ? "\n\n" : "\n" : "", (int)length_of(words), words);
        }
        apart = kind == LINE_BLANK || (kind == LINE_NOTE && apart);
    }
}

/* The commands of the step that begins at AT. */
static void add_step(const struct lesson_player *player, struct text *out)
{
    struct lesson_player ahead = *player;
    for (; !at_end(&ahead) && kind_of(ahead.at) == LINE_COMMAND; pass_line(&ahead))
        text_add(out, "%s%.*s", ahead.at == player->at ? "next  " : "\n      ", (int)length_of(ahead.at), ahead.at);
}

/* --- playing */

/* What stands before the next step; to a person also the step itself. */
static void announce(struct lesson_player *player, struct console *console, bool person)
{
    struct text said = {0}, next = {0};
    bool first = player->at == player->lesson->text;
    if (!first && !console_has_screen(console))
        text_add(&said, "\n"); /* the log of a screen has no rows to spare */
    take_remarks(player, &said);
    player->announced = true;
    console_answer_text(console, &said);
    if (person && !at_end(player)) {
        const struct session *session = console_session(console);
        add_step(player, &next);
        text_add(&next, "\nEnter %s", first ? "runs this, `q` leaves the lesson; anything can be typed in between" :
                                              "goes on");
        if (first && session->step > 0)
            text_add(&next, "\nThe lesson brings data and a network of its own: those of now, at step %llu, are given up "
                            "(`save FILE` keeps them)", (unsigned long long)session->step);
        console_notice_text(console, &next);
        player->waits = true;
    }
    text_free(&said);
    text_free(&next);
}

/* Without a screen the commands are told, for they have not been typed. */
static int carry_out(struct lesson_player *player, struct console *console, char *where, size_t size, struct err *err)
{
    struct text line = {0};
    text_add_bytes(&line, player->at, length_of(player->at));
    snprintf(where, size, "lesson %s, line %d", player->lesson->name, player->line);
    pass_line(player);
    console_echo(console, line.data);
    player->carries_out = true;
    int status = console_carry_out(console, line.data, err);
    player->carries_out = false;
    bool expectation = strncmp(line.data, "expect ", 7) == 0;
    player->held += expectation && status == 0;
    player->failed += expectation && status != 0;
    player->announced = !at_end(player) && kind_of(player->at) == LINE_COMMAND; /* the step goes on */
    text_free(&line);
    return status;
}

static void end(struct lesson_player *player, struct console *console)
{
    struct text out = {0};
    text_add(&out, "lesson %s has ended: %d of %d expectations held", player->lesson->name, player->held,
             player->held + player->failed);
    console_answer_text(console, &out);
    text_free(&out);
    *player = (struct lesson_player){0};
}

int lesson_play(struct lesson_player *player, struct console *console, bool person, char *where, size_t size,
                struct err *err)
{
    while (player->lesson && !player->waits && !session_running(console_session(console)) && !console_quitting(console)) {
        if (!player->announced)
            announce(player, console, person);
        else if (carry_out(player, console, where, size, err))
            return -1;
        if (player->lesson && at_end(player) && !player->waits && !session_running(console_session(console)))
            end(player, console);
    }
    return 0;
}
