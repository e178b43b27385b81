/* paste.c: takes a paste apart. Terminals send the end of a line as CR, LF or both. */
#include "term/paste.h"

#include <stdlib.h>
#include <string.h>

void paste_split(const char *text, struct text *lines, struct text *rest)
{
    const char *last = strrchr(text, '\n'), *last_return = strrchr(text, '\r');
    if (!last || (last_return && last_return > last))
        last = last_return;
    for (const char *p = text; *p; p++) {
        struct text *to = last && p <= last ? lines : rest;
        if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
            text_add_bytes(to, "\n", 1);
        else if (*p == '\t')
            text_add_bytes(to, " ", 1);
        else if ((unsigned char)*p >= 0x20 && *p != 0x7F)
            text_add_bytes(to, p, 1);
    }
}

char *paste_next(struct text *lines)
{
    char *end = lines->length ? memchr(lines->data, '\n', lines->length) : NULL;
    if (!end)
        return NULL;
    char *line = strndup(lines->data, (size_t)(end - lines->data));
    size_t taken = (size_t)(end - lines->data) + 1;
    memmove(lines->data, lines->data + taken, lines->length - taken + 1);
    lines->length -= taken;
    return line;
}
