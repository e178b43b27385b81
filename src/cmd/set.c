/* set.c: the settings of the view: a table, read by `set`, completion and help. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "cmd/rows.h"

const struct setting settings[] = {
    {{.name = "logy", .type = ARG_SWITCH, .summary = "logarithmic y axis"}, offsetof(struct view, log_y)},
    {{.name = "last", .type = ARG_INT, .min = 0, .max = 1e15, .summary = "steps shown in the plot; 0: all"},
     offsetof(struct view, last)},
    {{.name = "ascii", .type = ARG_SWITCH, .summary = "draw with ASCII only"}, offsetof(struct view, ascii)},
    {{.name = "ymin", .type = ARG_NUMBER, .preset = "auto", .summary = "least y shown, or auto"},
     offsetof(struct view, y0)},
    {{.name = "ymax", .type = ARG_NUMBER, .preset = "auto", .summary = "greatest y shown, or auto"},
     offsetof(struct view, y1)},
    {{.name = "imagemin",
      .type = ARG_NUMBER,
      .preset = "auto",
      .summary = "what a picture's darkest ink stands for, or auto"},
     offsetof(struct view, image_low)},
    {{.name = "imagemax", .type = ARG_NUMBER, .preset = "auto", .summary = "what its lightest ink stands for, or auto"},
     offsetof(struct view, image_high)},
    {{0}, 0},
};

static void print_setting(const struct setting *setting, struct view *view, struct text *out)
{
    const char *at = (const char *)view + setting->offset;
    text_add(out, "%-8s ", setting->spec.name);
    if (setting->spec.type == ARG_SWITCH)
        text_add(out, "%-10s", *(const bool *)at ? "on" : "off");
    else if (setting->spec.type == ARG_INT)
        text_add(out, "%-10ld", *(const long *)at);
    else
        text_add(out, "%-10s", isnan(*(const double *)at) ? "auto" : text_short(*(const double *)at).s);
    text_add(out, "  %s\n", setting->spec.summary);
}

static int assign(const struct setting *setting, const char *word, struct view *view, struct err *err)
{
    char *at = (char *)view + setting->offset;
    struct arg_spec specs[] = {setting->spec, {0}};
    struct arg_values values;
    if (setting->spec.preset && strcmp(word, setting->spec.preset) == 0) {
        *(double *)at = NAN;
        return 0;
    }
    specs[0].preset = NULL;
    if (args_parse(specs, "set", 1, (char *const[]){(char *)word}, NULL, &values, err))
        return -1;
    if (setting->spec.type == ARG_SWITCH)
        *(bool *)at = values.number[0] != 0;
    else if (setting->spec.type == ARG_INT)
        *(long *)at = (long)values.number[0];
    else
        *(double *)at = values.number[0];
    return 0;
}

static int run_set(struct console *console, const struct arg_values *args, struct err *err)
{
    struct view *view = console_view(console);
    const char *names[sizeof settings / sizeof *settings] = {0};
    struct text out = {0};
    int shown = 0;
    for (int i = 0; settings[i].spec.name; i++) {
        names[i] = settings[i].spec.name;
        if (args->given[0] && strcmp(args->text[0], names[i]) != 0)
            continue;
        if (args->given[1])
            return assign(&settings[i], args->text[1], view, err);
        print_setting(&settings[i], view, &out);
        shown++;
    }
    console_answer_text(console, &out);
    text_free(&out);
    if (shown)
        return 0;
    const char *near = text_nearest(args->text[0], names);
    return err_set(err, ERR_USAGE, "set: there is no setting '%s'%s%s%s", args->text[0],
                   near ? "; did you mean " : "; `set` lists them", near ? near : "", near ? "?" : "");
}

static const struct arg_spec set_args[] = {
    {.name = "name", .type = ARG_WORD, .preset = "", .summary = "a setting; none: list them"},
    {.name = "value", .type = ARG_WORD, .preset = "", .summary = "its new value; none: print it"},
    {0}};

const struct command command_set = {
    .name = "set", .summary = "change how things are shown", .group = GROUP_SCREEN,
    .flags = COMMAND_READ_ONLY | COMMAND_VIEW,
    .words = WORDS_SETTINGS, .example = "set logy off", .args = set_args, .run = run_set};
