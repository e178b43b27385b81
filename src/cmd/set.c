/* set.c: the settings of the view, and the memory of the history: a table, read by `set`, completion and help. */
#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/history.h"
#include "doctor_words.h"
#include "view/palette.h"

/* --- the memory of the history, in bytes */

static void print_history(const struct session *session, struct text *out)
{
    text_add(out, "%s", text_bytes((double)history_budget(session)).s);
}

/* "256M": K, M and G are powers of 1024. */
static int assign_history(struct session *session, const char *word, struct err *err)
{
    char *end;
    double bytes = strtod(word, &end);
    static const char units[] = "KMG";
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    for (const char *at = units; unit && at <= unit; at++)
        bytes *= 1024;
    if (end == word || (*end && (!unit || end[1])) || !(bytes >= 1 << 20) || bytes > 1e15)
        return err_set(err, ERR_USAGE, "set history: '%s'; legal: 1M to 900000G", word);
    history_set_budget(session, (size_t)bytes);
    return 0;
}

/* --- the watch of the doctor */

static void print_watch(const struct session *session, struct text *out)
{
    text_add(out, "%s", session->watch.on ? "on" : "off");
}

static int assign_watch(struct session *session, const char *word, struct err *err)
{
    static const struct arg_spec specs[] = {{.name = "doctor", .type = ARG_SWITCH, .summary = "on or off"}, {0}};
    struct arg_values values;
    if (args_parse(specs, "set", 1, (char *const[]){(char *)word}, NULL, &values, err))
        return -1;
    doctor_set_watch(session, values.number[0] != 0);
    return 0;
}

const struct setting settings[] = {
    {.spec = {.name = "logy", .type = ARG_SWITCH, .summary = "logarithmic y axis"},
     .offset = offsetof(struct view, log_y)},
    {.spec = {.name = "last", .type = ARG_INT, .min = 0, .max = 1e15, .summary = "steps shown in the plot; 0: all"},
     .offset = offsetof(struct view, last)},
    {.spec = {.name = "ascii", .type = ARG_SWITCH, .summary = "draw with ASCII only"},
     .offset = offsetof(struct view, ascii)},
    {.spec = {.name = "ymin", .type = ARG_NUMBER, .preset = "auto", .summary = "least y shown, or auto"},
     .offset = offsetof(struct view, y0)},
    {.spec = {.name = "ymax", .type = ARG_NUMBER, .preset = "auto", .summary = "greatest y shown, or auto"},
     .offset = offsetof(struct view, y1)},
    {.spec = {.name = "imagemin", .type = ARG_NUMBER, .preset = "auto",
              .summary = "what a picture's darkest ink stands for, or auto"},
     .offset = offsetof(struct view, image_low)},
    {.spec = {.name = "imagemax", .type = ARG_NUMBER, .preset = "auto",
              .summary = "what its lightest ink stands for, or auto"},
     .offset = offsetof(struct view, image_high)},
    {.spec = {.name = "colormap", .type = ARG_CHOICE, .choices = colormap_names,
              .summary = "colours of pictures: viridis, cividis, grey, or rainbow, which misleads"},
     .offset = offsetof(struct view, colormap)},
    {.spec = {.name = "history", .type = ARG_WORD, .summary = "memory for snapshots to go back to: 64M, 1G"},
     .print = print_history,
     .assign = assign_history},
    {.spec = {.name = "doctor", .type = ARG_SWITCH,
              .summary = "whether the doctor watches the run; `set doctor` lists its thresholds too"},
     .print = print_watch,
     .assign = assign_watch},
    {.spec = {0}},
};

static void print_setting(const struct setting *setting, struct console *console, struct text *out)
{
    const char *at = (const char *)console_view(console) + setting->offset;
    struct text value = {0};
    if (setting->print)
        setting->print(console_session(console), &value);
    else if (setting->spec.type == ARG_SWITCH)
        text_add(&value, "%s", *(const bool *)at ? "on" : "off");
    else if (setting->spec.type == ARG_CHOICE)
        text_add(&value, "%s", setting->spec.choices[*(const long *)at]);
    else if (setting->spec.type == ARG_INT)
        text_add(&value, "%ld", *(const long *)at);
    else
        text_add(&value, "%s", isnan(*(const double *)at) ? "auto" : text_short(*(const double *)at).s);
    text_add(out, "%-8s %-10s  %s\n", setting->spec.name, value.data, setting->spec.summary);
    text_free(&value);
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
    else if (setting->spec.type == ARG_INT || setting->spec.type == ARG_CHOICE)
        *(long *)at = (long)values.number[0];
    else
        *(double *)at = values.number[0];
    return 0;
}

/* Thresholds of the doctor, which are as many as it has rules: they are listed apart. */
static int set_threshold(struct console *console, const struct arg_values *args, struct err *err)
{
    struct text out = {0};
    int status = doctor_words_set(console_session(console), args->text[0], args->given[1] ? args->text[1] : NULL, &out,
                                  err);
    console_answer_text(console, &out);
    text_free(&out);
    return status;
}

static int run_set(struct console *console, const struct arg_values *args, struct err *err)
{
    const char *names[sizeof settings / sizeof *settings] = {0};
    struct text out = {0};
    int shown = 0;
    if (args->given[0] && strncmp(args->text[0], "doctor.", strlen("doctor.")) == 0)
        return set_threshold(console, args, err);
    for (int i = 0; settings[i].spec.name; i++) {
        names[i] = settings[i].spec.name;
        if (args->given[0] && strcmp(args->text[0], names[i]) != 0)
            continue;
        if (args->given[1])
            return settings[i].assign ? settings[i].assign(console_session(console), args->text[1], err)
                                      : assign(&settings[i], args->text[1], console_view(console), err);
        print_setting(&settings[i], console, &out);
        for (int k = 0; args->given[0] && settings[i].assign == assign_watch; k++)
            if (!doctor_words_setting(k, false, console_session(console), &out))
                break;
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
