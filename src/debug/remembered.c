/* remembered.c: a growing list of names and numbers; there are few, so it is searched from one end to the other. */
#include "debug/remembered.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 1000 };

struct remembered {
    struct number {
        char name[REMEMBERED_NAME];
        double value;
    } *number;
    int numbers, room;
};

static struct number *find(const struct remembered *remembered, const char *name)
{
    for (int i = 0; remembered && i < remembered->numbers; i++)
        if (strcmp(remembered->number[i].name, name) == 0)
            return &remembered->number[i];
    return NULL;
}

static bool is_name(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_' && *name != '.')
            return false;
    return true;
}

static int no_memory(const char *name, struct err *err)
{
    return err_set(err, ERR_MEMORY, "no memory to remember %s", name);
}

static struct number *append(struct session *session, const char *name, struct err *err)
{
    if (!session->remembered && !(session->remembered = calloc(1, sizeof *session->remembered))) {
        no_memory(name, err);
        return NULL;
    }
    struct remembered *remembered = session->remembered;
    if (remembered->numbers == remembered->room) {
        int room = remembered->room ? 2 * remembered->room : 16;
        struct number *number = realloc(remembered->number, (size_t)room * sizeof *number);
        if (!number) {
            no_memory(name, err);
            return NULL;
        }
        remembered->number = number;
        remembered->room = room;
    }
    struct number *number = &remembered->number[remembered->numbers++];
    strcpy(number->name, name);
    return number;
}

int remembered_set(struct session *session, const char *name, double value, struct err *err)
{
    if (!is_name(name) || strlen(name) >= REMEMBERED_NAME)
        return err_set(err, ERR_USAGE, "'%.60s' is no name; legal: up to %d letters, digits, _ and dots, no digit first",
                       name, REMEMBERED_NAME - 1);
    struct number *number = find(session->remembered, name);
    if (!number && session->remembered && session->remembered->numbers >= NAMES_MAX)
        return err_set(err, ERR_STATE, "%d numbers are remembered already; legal: a name among them", NAMES_MAX);
    if (!number && !(number = append(session, name, err)))
        return -1;
    number->value = value;
    return 0;
}

void remembered_answer(struct session *session, const char *name, double value)
{
    struct err ignored;
    remembered_set(session, name, value, &ignored);
}

int remembered_get(const struct session *session, const char *name, double *value, struct err *err)
{
    const struct number *number = find(session->remembered, name);
    if (number) {
        *value = number->value;
        return 0;
    }
    const char *names[NAMES_MAX + 1] = {0};
    for (int i = 0; i < NAMES_MAX && remembered_name(session, i, NULL); i++)
        names[i] = remembered_name(session, i, NULL);
    const char *near = text_nearest(name, names);
    return err_set(err, ERR_USAGE, "$%s is not remembered%s%s%s", name, near ? "; did you mean $" : "; `let NAME = "
                   "EXPRESSION` remembers a number", near ? near : "", near ? "?" : "");
}

const char *remembered_name(const struct session *session, int i, double *value)
{
    const struct remembered *remembered = session->remembered;
    if (!remembered || i >= remembered->numbers)
        return NULL;
    if (value)
        *value = remembered->number[i].value;
    return remembered->number[i].name;
}

void remembered_close(struct remembered *remembered)
{
    if (remembered)
        free(remembered->number);
    free(remembered);
}
