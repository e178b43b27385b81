/*
 * frame.h: what stands on the screen, and when it is drawn anew.
 */
#ifndef TERM_FRAME_H
#define TERM_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/console.h"
#include "term/screen.h"

/* Zero it to start; set screen, console and log before the first drawing. */
struct frame {
    struct screen *screen;
    struct console *console;
    struct log *log;
    struct canvas canvas;
    struct rect place[PANES];
    struct text shown; /* the prompt and its line, as drawn */
    int log_back;      /* lines scrolled back */
    bool log_held;     /* scrolled back for a long answer to be read from its top, not by the person */
    bool log_echo;     /* the fresh lines begin with one that was typed */
    int log_fresh;     /* newest lines, of which the first is to be in sight when all is drawn next; 0: as it is */
    bool log_typed;    /* something has been typed: what the program says by itself at first takes no other pane's rows */
    int log_asked;     /* rows that the log asks for, to be read in; 0: its usual ones */
    bool busy;         /* a command has been at work for a while */
    bool dirty;        /* all is to be drawn anew */
    bool line_dirty;   /* the prompt is */
    int64_t due;       /* when all may be drawn again */
};

void frame_close(struct frame *frame); /* neither screen nor console nor log, which are lent */

/* Draws what is dirty: the prompt at once, all the rest at most so many times a second, and while a run goes on less
 * often where that takes long. */
void frame_draw(struct frame *frame);

/* What is dirty need not wait for its time. */
void frame_hurry(struct frame *frame);

/* How long there is nothing to draw, in milliseconds; -1: until something changes. */
int frame_patience(const struct frame *frame);

/* LINES more lines of KIND stand in the log. They come in sight, from the first of them on where they are more than
 * the pane holds, though that grows for them until the next line is typed; but who has scrolled back keeps in sight
 * what is being read, and notices wait until a long answer has been read. */
void frame_log_grew(struct frame *frame, enum log_kind kind, int lines);
void frame_log_end(struct frame *frame);               /* the newest line stands at the bottom of the usual pane again */
void frame_scroll_log(struct frame *frame, int pages); /* pages back, negative: forth, in a high pane */

#endif
