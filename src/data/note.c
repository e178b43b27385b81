/* note.c: the notes of a dataset: one choice a line, in columns, at most 80 wide where the words allow it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dataset_parts.h"

#define LABEL_WIDTH 12
#define CHANGE_COLUMN 56
#define WIDTH 80

struct shown_name shown_name(const char *name)
{
    struct shown_name shown;
    text_escape(shown.s, sizeof shown.s, name);
    return shown;
}

void note_add(struct dataset *dataset, const char *label, const char *change, const char *format, ...)
{
    char body[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    text_add(&dataset->notes, "%-*s%s", LABEL_WIDTH, label, body);
    if (change) {
        int at = LABEL_WIDTH + text_columns(body);
        int gap = at + 2 <= CHANGE_COLUMN ? CHANGE_COLUMN - at : 2;
        if (at + gap + (int)strlen("change: ") + text_columns(change) > WIDTH) {
            text_add(&dataset->notes, "\n");
            gap = CHANGE_COLUMN;
        }
        text_add(&dataset->notes, "%*schange: %s", gap, "", change);
    }
    text_add(&dataset->notes, "\n");
}
