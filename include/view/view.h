/*
 * view.h: what the screen shows: the panes, their places, and the settings of a view. Draws a session into a canvas;
 * knows no terminal.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "debug/session.h"
#include "view/canvas.h"
#include "view/picture.h"

enum plot_what { PLOT_LOSS, PLOT_SCORE, PLOT_GRADIENT, PLOT_LR, PLOT_WATCH }; /* the order of plot_names */
extern const char *const plot_names[]; /* "loss" "acc" "grad" "lr" "watch", ended by NULL; one row each in src/view/ */

#define VIEW_NAME 96

/* Set by commands (`plot`, `set`). */
struct view {
    enum plot_what plot;
    bool log_y;      /* on by default; accuracy and R2 are drawn linear all the same */
    long last;       /* steps shown; 0: all */
    bool ascii;
    double y0, y1;   /* the ends of the y axis; NaN: automatic */
    char image[VIEW_NAME]; /* what the picture pane shows: "sample 3", "conv1.weight"; "": no such pane */
    long colormap;   /* of pictures: an index of colormaps (palette.h) */
    double image_low, image_high; /* what its darkest and lightest ink stand for; NaN: the true range */
};
struct view view_default(void);

/* The lines of the log pane; a ring of LINES. They come escaped. */
struct log;
struct log *log_open(int lines, struct err *err);
void log_close(struct log *log);
enum log_kind { LOG_ECHO, LOG_ANSWER, LOG_NOTICE, LOG_ERROR };
void log_add(struct log *log, enum log_kind kind, const char *text); /* may hold several lines */
int log_count(const struct log *log);
const char *log_line(const struct log *log, int back, enum log_kind *kind); /* 0: the newest */

/* How far a log pane of WIDTH x HEIGHT must be scrolled back, in lines, for the first of the newest LINES lines to
 * stand in sight, as high up as that goes: 0 when they all fit. A row is left for the mark of how many follow. */
int log_back_to(const struct log *log, int lines, int width, int height);

/* The rows that the newest LINES lines take at WIDTH columns; no more are counted than MOST and a line. */
int log_rows(const struct log *log, int lines, int width, int most);

/* How many lines such a pane shows whole while scrolled BACK lines; 1 at least. */
int log_shown(const struct log *log, int back, int width, int height);

/* One pane of the screen. */
struct pane_context {
    const struct session *session;
    const struct view *view;
    const struct log *log;
    int log_back; /* lines scrolled back in the log */
    bool busy;    /* a command has been at work for a while */
};
struct pane_kind {
    const char *name, *summary;
    void (*draw)(const struct pane_context *context, struct canvas *canvas, struct rect where);
};
enum pane { PANE_STATUS, PANE_PLOT, PANE_LAYERS, PANE_PICTURE, PANE_LOG, PANE_PROMPT, PANES };
extern const struct pane_kind *const pane_kinds[PANES]; /* the prompt's draws nothing: readline's text goes there */

/* Places for a terminal of WIDTH x HEIGHT: pure arithmetic. LAYERS is how many rows the layer table would like, its
 * header included (0: no table), PICTURE whether there is one to show, PROMPT how many the prompt needs now (1 or
 * more), LOG how many the log would like while a long answer is read (0: its usual ones): where it has a place at
 * all it gets them, and the others give way. A pane that does not fit has width and height 0; the prompt and the
 * status line are the last to go. Panes never overlap and never leave the screen; every row belongs to one. */
void layout(int width, int height, int layers, bool picture, int prompt, int log, struct rect place[PANES]);

/* Rows that the layer table of SESSION would like: its header, the layers, the sum; 0 without a network. */
int view_table_rows(const struct session *session);

/* Draws every pane but the prompt. */
void view_draw(const struct pane_context *context, struct canvas *canvas, const struct rect place[PANES]);

/* What can be shown as a picture: "sample 3", "conv1.weight", "relu1.out". */
struct view_picture {
    struct picture picture;
    char title[96];
    float *values; /* of a sample; NULL for a tensor, which is borrowed */
};
int view_picture_open(const struct session *session, const char *name, struct view_picture *taken, struct err *err);
void view_picture_close(struct view_picture *taken);

/* The same drawings as text, for `plot` and `summary` without a screen: WIDTH columns, HEIGHT rows of plot. */
void view_plot_text(const struct session *session, const struct view *view, int width, int height, struct text *out);
/* Fails where there is no such picture. */
int view_picture_text(const struct session *session, const struct view *view, int width, int height, struct text *out,
                      struct err *err);
void view_layers_text(const struct session *session, const struct view *view, int width, struct text *out);

#endif
