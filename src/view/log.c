/* log.c: the last lines that were said, in a ring; a slot keeps its memory for the next line that comes there. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"

struct line {
    struct text text;
    enum log_kind kind;
};

struct log {
    int lines, count, next; /* slots; lines held; the slot of the next line */
    struct line line[];
};

struct log *log_open(int lines, struct err *err)
{
    assert(lines > 0);
    struct log *log = calloc(1, sizeof *log + (size_t)lines * sizeof log->line[0]);
    if (!log) {
        err_set(err, ERR_MEMORY, "no memory for a log of %d lines", lines);
        return NULL;
    }
    log->lines = lines;
    return log;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    for (int i = 0; i < log->count; i++) /* the first slots: the others were never touched */
        text_free(&log->line[i].text);
    free(log);
}

void log_add(struct log *log, enum log_kind kind, const char *text)
{
    do {
        size_t length = strcspn(text, "\n");
        struct line *line = &log->line[log->next];
        text_clear(&line->text);
        text_add_bytes(&line->text, text, length);
        line->kind = kind;
        log->next = (log->next + 1) % log->lines;
        if (log->count < log->lines)
            log->count++;
        text += length;
        if (*text == '\n')
            text++;
    } while (*text);
}

int log_count(const struct log *log)
{
    return log->count;
}

const char *log_line(const struct log *log, int back, enum log_kind *kind)
{
    if (back < 0 || back >= log->count)
        return NULL;
    const struct line *line = &log->line[(log->next - 1 - back + log->lines) % log->lines];
    if (kind)
        *kind = line->kind;
    return line->text.data;
}
