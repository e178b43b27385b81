/* table.c: the one list of commands, and how a name finds its row. */
#include <string.h>

#include "cmd/command.h"
#include "cmd/rows.h"

const char *const command_groups[] = {"data",    "network",   "training", "running", "time", "stopping",
                                      "looking", "questions", "screen",   "files",   "help",     NULL};

const struct command *const commands[] = {
    &command_data,        &command_target,      &command_task,        &command_split,       &command_shape,
    &command_whiten,      &command_squash,      &command_clip,        &command_describe,
    &command_net,         &command_bn,          &command_activation,  &command_bias,
    &command_dropout,     &command_init,        &command_summary,     &command_optimizer,   &command_lr,
    &command_decay,
    &command_batch,       &command_loss,        &command_gradclip,    &command_seed,        &command_reset,
    &command_step,        &command_stepi,       &command_finish,      &command_epoch,       &command_run,
    &command_until,       &command_stop,
    &command_back,        &command_goto,        &command_branch,      &command_branches,    &command_switch,
    &command_compare,    
    &command_break,       &command_delete,      &command_disable,     &command_enable,      &command_ignore,
    &command_display,     &command_watch,
    &command_print,       &command_hist,        &command_list,        &command_where,       &command_info,
    &command_events,
    &command_profile,     &command_image,       &command_shift,       &command_hash,
    &command_expect,      &command_let,
    &command_overfit,     &command_lrfind,      &command_gradcheck,   &command_noise,
    &command_signal,       &command_try,
    &command_doctor,      &command_cure,
    &command_plot,        &command_set,         &command_screenshot,
    &command_save,        &command_load,        &command_predict,
    &command_source,      &command_record,      &command_replay,
    &command_recover,
    &command_help,        &command_apropos,     &command_lesson,      &command_quit,
    NULL,
};

static bool is_alias(const struct command *command, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = command->aliases; at && *at; at += strspn(at, " ")) {
        size_t alias = strcspn(at, " ");
        if (alias == length && strncmp(at, name, length) == 0)
            return true;
        at += alias;
    }
    return false;
}

/* What a command is called elsewhere, and here. */
static const char *other_name(const char *name)
{
    static const struct {
        const char *there, *here;
    } names[] = {{"continue", "run"}, {"train", "run"}, {"fit", "run"}, {"next", "step"},
                 {"nexti", "stepi"}, {"advance", "until"}, {"tbreak", "until"}, {"backtrace", "where"}, {"bt", "where"},
                 {"reverse-step", "back"}, {"reverse-next", "back"}, {"undo", "back"}, {"breakpoint", "break"},
                 {"undisplay", "delete"}, {"unwatch", "delete"}, {"clear", "delete"}, {"show", "info"},
                 {"examine", "print"}, {"x", "print"}, {"checkpoint", "save"}, {"restart", "reset"}, {"open", "data"},
                 {"exit", "quit"}, {"bye", "quit"}, {"man", "help"}, {"?", "help"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].there, name) == 0)
            return names[i].here;
    return NULL;
}

const struct command *command_find(const char *name, struct err *err)
{
    const struct command *found = NULL;
    const char *names[sizeof commands / sizeof *commands] = {0};
    struct text could = {0};
    int matches = 0;
    for (int i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0 || is_alias(commands[i], name))
            return commands[i];
    for (int i = 0; commands[i]; i++) {
        names[i] = commands[i]->name;
        if (strncmp(commands[i]->name, name, strlen(name)) == 0) {
            found = commands[i];
            text_add(&could, "%s%s", matches++ ? ", " : "", commands[i]->name);
        }
    }
    const char *near = other_name(name);
    if (!near)
        near = text_nearest(name, names);
    if (matches > 1)
        err_set(err, ERR_USAGE, "'%s' is ambiguous: %s", name, could.data);
    else if (matches == 0)
        err_set(err, ERR_USAGE, "there is no command '%s'%s%s%s", name,
                near ? "; did you mean " : "; `help` lists them", near ? near : "", near ? "?" : "");
    text_free(&could);
    return matches == 1 ? found : NULL;
}
