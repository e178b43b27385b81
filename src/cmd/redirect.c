/* redirect.c: values into files and shell commands. */
#include "redirect.h"

#include <string.h>

#include "io/array.h"
#include "io/atomic_file.h"
#include "value_report.h"

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), n = strlen(ending);
    return length > n && strcmp(text + length - n, ending) == 0;
}

static bool is_file(const char *text)
{
    static const char *const endings[] = {".txt", ".csv", ".dat", ".npy", NULL};
    if (text[0] == '/' || strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0)
        return true;
    for (int i = 0; endings[i]; i++)
        if (ends_in(text, endings[i]))
            return true;
    return false;
}

static void cut(char *text, char *at)
{
    while (at > text && at[-1] == ' ')
        at--;
    *at = '\0';
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

int redirect_split(char *text, const char *line, struct redirect *redirect, struct err *err)
{
    char *pipe = strchr(text, '|'), *file = strrchr(text, '>');
    *redirect = (struct redirect){0};
    if (pipe) {
        /* Of the line, since its quotes are for the shell. */
        const char *typed = strchr(line, '|');
        redirect->command = typed ? typed + 1 + strspn(typed + 1, " \t") : "";
        if (!*redirect->command)
            return err_set(err, ERR_USAGE, "a shell command is missing behind the |, such as less");
        cut(text, pipe);
    }
    if (!file || (pipe && file > pipe) || file[1] == '=' || !is_file(skip_blanks(file + 1)))
        return 0;
    if (pipe)
        return err_set(err, ERR_USAGE, "a value goes either into a file or into a command");
    redirect->file = skip_blanks(file + 1);
    cut(text, file);
    return 0;
}

bool redirect_may_be_meant(const char *text)
{
    const char *last = strrchr(text, '>');
    const char *word = last ? last + 1 + strspn(last + 1, " ") : "";
    return ((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z')) && !strpbrk(word, " ()[]<=+*-");
}

static int add_npy(const struct named *value, const char *name, struct text *out, struct err *err)
{
    struct tensor_walk walk;
    size_t count;
    if (value->type != NAMED_TENSOR)
        return err_set(err, ERR_USAGE, "a .npy file holds a tensor; %s is none", name);
    npy_print_header(value->tensor.rank, value->tensor.dim, out);
    tensor_walk_begin(&walk, &value->tensor);
    for (const float *x; (x = tensor_next(&walk, &count));)
        text_add_bytes(out, (const char *)x, count * sizeof *x);
    return 0;
}

static int write_file(const char *path, const struct text *text, struct err *err)
{
    struct atomic_file *file = atomic_file_open(path, err);
    if (!file)
        return -1;
    if (atomic_file_write(file, text->data, text->length, err) == 0)
        return atomic_file_commit(file, err);
    atomic_file_cancel(file);
    return -1;
}

int redirect_value(struct console *console, const struct redirect *redirect, const struct named *value,
                   const char *name, struct err *err)
{
    struct text text = {0};
    int status = 0;
    if (redirect->file && ends_in(redirect->file, ".npy"))
        status = add_npy(value, name, &text, err);
    else
        value_print(value, name, console_view(console)->ascii, &text);
    if (status == 0 && (!redirect->file || !ends_in(redirect->file, ".npy")) && value->type != NAMED_HISTOGRAM)
        text_add(&text, "\n");
    if (status == 0)
        status = redirect->file ? write_file(redirect->file, &text, err)
                                : console_pipe(console, &text, redirect->command, err);
    if (status == 0 && redirect->file)
        console_notice(console, "%s is in %s, %s", name, redirect->file, text_bytes((double)text.length).s);
    text_free(&text);
    return status;
}
