/* image.c: pictures in the terminal: a sample of the data, the filters of a layer, what a layer puts out. */
#include <stdio.h>
#include <string.h>

#include "cmd/rows.h"

#define TEXT_COLUMNS 80
#define TEXT_ROWS    60

static int run_image(struct console *console, const struct arg_values *args, struct err *err)
{
    struct session *session = console_session(console);
    struct view *view = console_view(console), wanted = *view;
    struct view_picture taken;
    struct text out = {0};
    if (strlen(args->text[0]) >= sizeof wanted.image)
        return err_set(err, ERR_USAGE, "image: a name of %zu characters; the longest has %zu", strlen(args->text[0]),
                       sizeof wanted.image - 1);
    snprintf(wanted.image, sizeof wanted.image, "%s", args->text[0]);
    if (strcmp(wanted.image, "off") == 0) {
        view->image[0] = 0;
        return 0;
    }
    if (view_picture_open(session, wanted.image, &taken, err))
        return err_prefix(err, "image: ");
    view_picture_close(&taken);
    *view = wanted;
    if (console_has_screen(console))
        return 0;
    int status = view_picture_text(session, view, TEXT_COLUMNS, TEXT_ROWS, &out, err);
    console_answer_text(console, &out);
    text_free(&out);
    return status;
}

static const struct arg_spec image_args[] = {
    {.name = "what",
     .type = ARG_REST,
     .choices = (const char *const[]){"sample", "off", NULL},
     .summary = "sample N, or a tensor such as conv1.weight or relu1.out; off: no picture"},
    {0}};

const struct command command_image = {
    .name = "image", .summary = "show a sample or a tensor as a picture", .group = GROUP_LOOKING,
    .flags = COMMAND_NEEDS_DATA | COMMAND_READ_ONLY | COMMAND_VIEW, .words = WORDS_TENSORS,
    .details = "On the screen it is a pane that changes while training goes on. Values of one sign go from dark\n"
               "to light; values of both signs are blue below 0, orange above, dark at 0. The true range stands\n"
               "beside the name; `set imagemin` and `set imagemax` fix it, and what they clip is counted. `set colormap`\n"
               "chooses the colours.",
    .example = "image sample 3", .args = image_args, .run = run_image};
