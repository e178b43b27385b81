/* view.c: the table of panes, and the drawings as text for where there is no screen. */
#include "view/view.h"

#include <math.h>

#include "view/pane.h"

static void draw_nothing(const struct pane_context *context, struct canvas *canvas, struct rect where)
{
    (void)context;
    (void)canvas;
    (void)where;
}

static const struct pane_kind pane_prompt = {"prompt", "where commands are typed", draw_nothing};

const struct pane_kind *const pane_kinds[PANES] = {
    [PANE_STATUS] = &pane_status, [PANE_PLOT] = &pane_plot,     [PANE_LAYERS] = &pane_layers,
    [PANE_PICTURE] = &pane_picture, [PANE_LOG] = &pane_log,     [PANE_PROMPT] = &pane_prompt,
};

struct view view_default(void)
{
    return (struct view){.plot = PLOT_LOSS, .log_y = true, .y0 = NAN, .y1 = NAN, .image_low = NAN, .image_high = NAN};
}

int view_table_rows(const struct session *session)
{
    return session->net ? session->net->top.layers + 2 : 0;
}

void view_draw(const struct pane_context *context, struct canvas *canvas, const struct rect place[PANES])
{
    for (int i = 0; i < PANES; i++)
        if (place[i].width > 0 && place[i].height > 0)
            pane_kinds[i]->draw(context, canvas, place[i]);
}

static void pane_text(enum pane pane, const struct session *session, const struct view *view, int width, int height,
                      struct text *out)
{
    struct canvas canvas;
    if (canvas_open(&canvas, width, height, view->ascii, NULL) != 0) {
        text_add(out, "no memory to draw in\n");
        return;
    }
    canvas.plain = true;
    struct pane_context context = {.session = session, .view = view};
    pane_kinds[pane]->draw(&context, &canvas, (struct rect){0, 0, width, height});
    canvas_text(&canvas, out);
    canvas_close(&canvas);
}

void view_plot_text(const struct session *session, const struct view *view, int width, int height, struct text *out)
{
    pane_text(PANE_PLOT, session, view, width, height, out);
}

void view_layers_text(const struct session *session, const struct view *view, int width, struct text *out)
{
    int rows = view_table_rows(session);
    pane_text(PANE_LAYERS, session, view, width, rows ? rows : 1, out);
}

/* As many rows as the picture wants, at most HEIGHT. */
int view_picture_text(const struct session *session, const struct view *view, int width, int height, struct text *out,
                      struct err *err)
{
    struct view_picture taken;
    if (view_picture_open(session, view->image, &taken, err))
        return -1;
    int rows = picture_rows(&taken.picture, width, true);
    view_picture_close(&taken);
    pane_text(PANE_PICTURE, session, view, width, rows < height ? rows : height, out);
    return 0;
}
