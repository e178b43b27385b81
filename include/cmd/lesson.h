/*
 * lesson.h: the lessons of datasets/lessons/, and playing one.
 *
 * A lesson is a script of commands that `source` runs like any other. What makes it a lesson is how its remarks are
 * read when it is played:
 *
 *     # D5: Batch norm can hide exploding gradients          the first line: its name, and its title
 *     ## Held for 10 of 10 seeds.                            for who reads the file; never shown
 *     # Two lines of commands that stand together, without a blank line or a remark between, are one step.
 *     bn off
 *     step 2
 *     # What stands behind them says what is to be seen, and introduces the next step.
 *     expect nonfinite > 0
 *
 * A person is shown the remarks up to the next step and its commands, and then the lesson waits: Enter carries them
 * out. Without a person it is played through. A command that fails, `expect` too, ends it.
 */
#ifndef CMD_LESSON_H
#define CMD_LESSON_H

#include "cmd/command.h"

struct lesson {
    const char *name;       /* as in the first line of its text */
    const char *text, *end; /* of the file; *end is a NUL */
};
#define LESSONS_MAX 64
extern const struct lesson lessons[]; /* ended by a NULL name */

/* The lesson called NAME, in capital or small letters; NULL: none. */
const struct lesson *lesson_find(const char *name);

/* Adds its title to OUT. */
void lesson_title(const struct lesson *lesson, struct text *out);

/* How far a lesson that is played has come; zero it to start. */
struct lesson_player {
    const struct lesson *lesson; /* NULL: none is played */
    const char *at;              /* the line of the text that comes next */
    int line;                    /* its number, from 1 */
    bool announced;              /* the step that begins there has been shown */
    bool waits;                  /* for Enter */
    bool carries_out;            /* a line of it is at work */
    bool cut_short;              /* it waits for another reason: Ctrl-C, a failure; and that is still to be said */
    int held, failed;            /* expectations so far */
};

void lesson_start(struct lesson_player *player, const struct lesson *lesson);

/* Shows and carries out what comes next, up to where a run has begun, the lesson waits for PERSON, or has ended. On
 * failure ERR and WHERE ("lesson D5, line 12", SIZE bytes) say what is wrong; who is to go on stands behind that line. */
int lesson_play(struct lesson_player *player, struct console *console, bool person, char *where, size_t size,
                struct err *err);

#endif
