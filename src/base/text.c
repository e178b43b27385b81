/*
 * text.c: the growing buffer, words of a line, and the nearest of some names. UTF-8 is in text_utf8.c, numbers and
 * figures are in text_number.c.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for EXTRA more bytes and a NUL. A program that has no memory for a line of text cannot say so either: abort. */
static void text_reserve(struct text *text, size_t extra)
{
    if (extra >= SIZE_MAX / 2 - text->length)
        abort();
    size_t needed = text->length + extra + 1;
    if (needed <= text->capacity)
        return;
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(text->data, capacity);
    if (!data)
        abort();
    text->data = data;
    text->capacity = capacity;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (n < 0)
        abort();
    text_reserve(text, (size_t)n);
    vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
    va_end(again);
    text->length += (size_t)n;
}

void text_add_bytes(struct text *text, const char *bytes, size_t n)
{
    text_reserve(text, n);
    if (n)
        memcpy(text->data + text->length, bytes, n);
    text->length += n;
    text->data[text->length] = '\0';
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One word from *FROM on, without its quotes, moved down to TO. Returns where its end was put; NULL: an open quote. */
static char *take_word(char **from, char *to)
{
    char quote = '\0';
    char *in = *from;
    for (; *in && (quote || !is_blank(*in)); in++) {
        if (quote ? *in == quote : *in == '\'' || *in == '"')
            quote = quote ? '\0' : *in;
        else
            *to++ = *in;
    }
    *from = in;
    return quote ? NULL : to;
}

int text_split(char *line, char *words[], int max)
{
    int count = 0;
    char *in = line;
    for (;;) {
        while (is_blank(*in))
            in++;
        if (!*in || *in == '#')
            return count;
        char *word = in;
        char *end = take_word(&in, word);
        if (!end)
            return -1;
        if (*in)
            in++; /* the blank after the word: the NUL may be written over it */
        *end = '\0';
        if (count < max)
            words[count++] = word;
    }
}

enum { NEAREST_LENGTH = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make A of B (optimal string alignment). Case costs
 * nothing. Both are shorter than NEAREST_LENGTH. */
static int edits(const char *a, const char *b)
{
    int rows[3][NEAREST_LENGTH + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];
    int na = (int)strlen(a), nb = (int)strlen(b);
    for (int j = 0; j <= nb; j++)
        row[j] = j;
    for (int i = 1; i <= na; i++) {
        int *reused = before;
        before = above;
        above = row;
        row = reused;
        row[0] = i;
        for (int j = 1; j <= nb; j++) {
            char ca = lower(a[i - 1]), cb = lower(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == lower(b[j - 2]) && lower(a[i - 2]) == cb)
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[nb];
}

const char *text_nearest(const char *word, const char *const names[])
{
    size_t length = strlen(word);
    if (length == 0 || length >= NEAREST_LENGTH)
        return NULL;
    const char *nearest = NULL;
    int fewest = (int)(length + 2) / 3 + 1; /* near: an edit for every three letters, rounded up */
    for (; *names; names++) {
        size_t n = strlen(*names);
        if (n == 0 || n >= NEAREST_LENGTH)
            continue;
        int n_edits = edits(word, *names);
        if (n_edits < fewest && n_edits < (int)(n > length ? n : length)) {
            fewest = n_edits;
            nearest = *names;
        }
    }
    return nearest;
}
