/*
 * frame.c: puts the view and the line editor's line on the screen. A frame is drawn at most FRAMES times a second,
 * however fast steps are. While a run goes on and a frame takes long, as on a large terminal, there are fewer, so that
 * drawing takes no more than one part in SHARE of the time, but FRAMES_LEAST all the same. There is one more when steps
 * end. What is typed is drawn at once, and alone as long as the panes can stay where they are.
 */
#include "term/frame.h"

#include "base/clock.h"
#include "term/prompt.h"
#include "term/wrap.h"

#define SECOND 1000000000LL
enum { FRAMES = 12, FRAMES_LEAST = 4, SHARE = 100, PROMPT_ROWS = 3 };

void frame_close(struct frame *frame)
{
    canvas_close(&frame->canvas);
    text_free(&frame->shown);
}

static void take_size(struct frame *frame)
{
    int width, height;
    bool ascii = console_view(frame->console)->ascii;
    screen_measure(frame->screen, &width, &height);
    const struct canvas *canvas = &frame->canvas;
    if (canvas->cell && canvas->width == width && canvas->height == height && canvas->ascii == ascii)
        return;
    struct canvas fresh;
    if (canvas_open(&fresh, width, height, ascii, NULL))
        return; /* the old one goes on: what is outside the terminal is cut */
    fresh.plain = !screen_coloured(frame->screen);
    canvas_close(&frame->canvas);
    frame->canvas = fresh;
}

/* The rows that the line editor's text, put into `shown`, would take at WIDTH columns. */
static int take_prompt(struct frame *frame, int width, size_t *cursor)
{
    int row, column;
    text_clear(&frame->shown);
    prompt_view(&frame->shown, cursor);
    int rows = wrap_rows(frame->shown.data, *cursor, width > 0 ? width : 1, &row, &column);
    return rows < PROMPT_ROWS ? rows : PROMPT_ROWS;
}

/* Finds the places of the panes; returns where in the prompt the cursor stands. */
static size_t place_panes(struct frame *frame)
{
    size_t cursor;
    const struct canvas *canvas = &frame->canvas;
    int rows = take_prompt(frame, canvas->width, &cursor);
    int layers = view_table_rows(console_session(frame->console));
    bool picture = console_view(frame->console)->image[0] != 0;
    layout(canvas->width, canvas->height, layers, picture, rows, frame->log_asked, frame->place);
    return cursor;
}

/* Gives the log rows for the fresh lines, where they answer what was typed or follow such an answer, and puts the first
 * of them in sight. */
static void settle_log(struct frame *frame)
{
    const struct rect *place = &frame->place[PANE_LOG];
    if (frame->log_fresh == 0)
        return;
    if (frame->log_typed && frame->log_asked < frame->canvas.height) {
        frame->log_asked += log_rows(frame->log, frame->log_fresh, frame->canvas.width, frame->canvas.height);
        place_panes(frame);
    }
    frame->log_back = log_back_to(frame->log, frame->log_fresh, place->width, place->height);
    frame->log_held = frame->log_back > 0;
    frame->log_fresh = 0;
    frame->log_echo = false;
}

static void draw_all(struct frame *frame)
{
    take_size(frame);
    size_t cursor = place_panes(frame);
    settle_log(frame);
    struct pane_context context = {console_session(frame->console), console_view(frame->console), frame->log,
                                   frame->log_back, frame->busy};
    canvas_clear(&frame->canvas);
    view_draw(&context, &frame->canvas, frame->place);
    screen_put(frame->screen, &frame->canvas);
    screen_put_prompt(frame->screen, frame->place[PANE_PROMPT], frame->shown.data, cursor); /* last: the cursor stays */
    frame->dirty = false;
}

/* How long a frame that took TOOK nanoseconds stands at least. */
static int64_t period(const struct frame *frame, int64_t took)
{
    int64_t shortest = SECOND / FRAMES, longest = SECOND / FRAMES_LEAST, fair = SHARE * took;
    if (fair < shortest || !session_running(console_session(frame->console)))
        return shortest;
    return fair < longest ? fair : longest;
}

void frame_draw(struct frame *frame)
{
    int64_t begun = clock_now();
    bool all = frame->dirty && begun >= frame->due;
    if (!all && !frame->line_dirty)
        return;
    struct rect where = frame->place[PANE_PROMPT];
    size_t cursor;
    bool alone = !all && take_prompt(frame, where.width, &cursor) == where.height;
    if (alone)
        screen_put_prompt(frame->screen, where, frame->shown.data, cursor);
    else
        draw_all(frame);
    frame->line_dirty = false;
    screen_show(frame->screen);
    if (!alone)
        frame->due = begun + period(frame, clock_now() - begun);
}

void frame_hurry(struct frame *frame)
{
    frame->due = clock_now();
}

int frame_patience(const struct frame *frame)
{
    if (frame->line_dirty)
        return 0;
    if (!frame->dirty)
        return -1;
    int64_t left = frame->due - clock_now();
    return left > 0 ? (int)(left / 1000000) + 1 : 0;
}

void frame_log_grew(struct frame *frame, enum log_kind kind, int lines)
{
    bool reading = frame->log_back > 0 && (!frame->log_held || kind == LOG_NOTICE);
    frame->dirty = true;
    if (reading && frame->log_fresh == 0) {
        frame->log_back += lines;
        return;
    }
    /* What a line typed brings is shown with that line; a notice does not push aside what has not been seen yet. */
    bool joins = frame->log_fresh > 0 && (frame->log_echo || kind == LOG_NOTICE);
    frame->log_typed |= kind == LOG_ECHO;
    frame->log_fresh = joins ? frame->log_fresh + lines : lines;
    frame->log_echo = kind == LOG_ECHO || (joins && frame->log_echo);
}

void frame_log_end(struct frame *frame)
{
    frame->log_back = frame->log_fresh = frame->log_asked = 0;
    frame->log_held = frame->log_echo = false;
    frame->dirty = true;
}

void frame_scroll_log(struct frame *frame, int pages)
{
    settle_log(frame);
    frame->log_asked = frame->canvas.height;
    place_panes(frame);
    int width = frame->place[PANE_LOG].width, height = frame->place[PANE_LOG].height;
    int most = log_back_to(frame->log, log_count(frame->log), width, height);
    for (; pages > 0; pages--)
        frame->log_back += log_shown(frame->log, frame->log_back, width, height);
    for (; pages < 0; pages++)
        frame->log_back = log_back_to(frame->log, frame->log_back, width, height);
    frame->log_back = frame->log_back > most ? most : frame->log_back;
    frame->log_held = frame->log_held && frame->log_back > 0;
    frame->dirty = true;
}
