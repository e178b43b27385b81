/* screenshot.c: the screen as a file: a picture (.svg) or text, of any size, with or without a terminal. */
#include <string.h>

#include "cmd/rows.h"
#include "io/atomic_file.h"
#include "view/svg.h"

static const char *const parts[] = {"screen", "plot", "layers", "picture", NULL};

/* One pane alone, over the whole canvas. */
static void draw_pane(const struct pane_context *context, const char *name, struct canvas *canvas)
{
    for (int i = 0; i < PANES; i++)
        if (strcmp(pane_kinds[i]->name, name) == 0)
            pane_kinds[i]->draw(context, canvas, (struct rect){0, 0, canvas->width, canvas->height});
}

static void draw(struct console *console, int part, struct canvas *canvas)
{
    const struct session *session = console_session(console);
    struct pane_context context = {session, console_view(console), console_log(console), 0, false};
    struct rect place[PANES];
    if (part > 0) {
        draw_pane(&context, parts[part], canvas);
        return;
    }
    layout(canvas->width, canvas->height, view_table_rows(session), context.view->image[0] != 0, 1, 0, place);
    view_draw(&context, canvas, place);
    canvas_print(canvas, place[PANE_PROMPT].x, place[PANE_PROMPT].y, place[PANE_PROMPT].width, INK_TEXT, "dnntui> ");
}

static int run_screenshot(struct console *console, const struct arg_values *args, struct err *err)
{
    const char *path = args->text[0], *ending = strrchr(path, '.');
    struct canvas canvas;
    struct text out = {0};
    if (canvas_open(&canvas, (int)args->number[1], (int)args->number[2], console_view(console)->ascii, err))
        return -1;
    bool picture = ending && strcmp(ending, ".svg") == 0;
    canvas.plain = !picture;
    draw(console, (int)args->number[3], &canvas);
    if (picture)
        canvas_svg(&canvas, "dnntui", &out);
    else
        canvas_text(&canvas, &out);
    canvas_close(&canvas);
    struct atomic_file *file = atomic_file_open(path, err);
    int status = !file || atomic_file_write(file, out.data, out.length, err) ? -1 : 0;
    if (status == 0)
        status = atomic_file_commit(file, err);
    else
        atomic_file_cancel(file);
    text_free(&out);
    if (status)
        return err_prefix(err, "screenshot: ");
    console_notice(console, "the %s, %d x %d, is in %s", parts[(int)args->number[3]], (int)args->number[1],
                   (int)args->number[2], path);
    return 0;
}

static const struct arg_spec screenshot_args[] = {
    {.name = "file", .type = ARG_FILE, .summary = "a .svg file for a picture, any other for text"},
    {.name = "columns", .type = ARG_INT, .min = 20, .max = 400, .preset = "100", .summary = "its width"},
    {.name = "rows", .type = ARG_INT, .min = 5, .max = 200, .preset = "30", .summary = "its height"},
    {.name = "part", .type = ARG_CHOICE, .choices = parts, .preset = "screen", .summary = "all of it, or one pane"},
    {0}};

const struct command command_screenshot = {
    .name = "screenshot", .summary = "write the screen, or its plot, to a file", .group = GROUP_SCREEN,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY, .args = screenshot_args, .run = run_screenshot};
