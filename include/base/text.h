/*
 * text.h: text in and out: a growing buffer, numbers in the C locale, figures for people, and the one escape function.
 *
 * Text from outside (headers, labels, paths, names in files) reaches a terminal through text_escape only.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string that grows. Zero it to start; `data` is NULL or ends in a NUL. text_free gives it back. When there is no
 * memory left for it the program aborts: what could not hold a line of text could not report the failure either. */
struct text {
    char *data;
    size_t length, capacity;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
void text_add_bytes(struct text *text, const char *bytes, size_t n);
void text_clear(struct text *text); /* empties it, keeps the memory */
void text_free(struct text *text);

/* Decodes the character that UTF8 begins with and returns its bytes: 0 at the NUL; 1 and TEXT_INVALID for a byte that
 * begins no valid character (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF). */
#define TEXT_INVALID UINT32_MAX
int text_decode(const char *utf8, uint32_t *code);

/* Writes IN to OUT (SIZE bytes, always ended by a NUL; cut at a character with "..." when it does not fit) with every
 * control character, C1 code, DEL, bidirectional control, line or paragraph separator and byte that is not valid UTF-8
 * shown as \xHH or \u{HHHH}. Returns OUT. */
char *text_escape(char *out, size_t size, const char *in);

/* Numbers, always in the C locale; the whole of IN must be one, spaces around it allowed. "nan", "inf" and hexadecimal
 * are not numbers here. */
bool text_to_double(const char *in, double *value);
bool text_to_long(const char *in, long *value);

/* Figures for people, in a small buffer that is returned by value: printf("%s", text_bytes(n).s). */
struct figure {
    char s[32];
};
struct figure text_bytes(double bytes);   /* "1.5 MB" (powers of 1024) */
struct figure text_count(double n);       /* "1,234,567" */
struct figure text_short(double x);       /* at most 9 columns: "0.00123", "1.2e-05", "nan", "-inf" */
struct figure text_exact(double x);       /* the fewest digits that text_to_double reads back as X */

/* Columns that UTF-8 text takes on a terminal, as the locale's character type knows them; where it does not (the C
 * locale), one a character. */
int text_columns(const char *utf8);

/* The name of NAMES (ended by NULL) nearest to WORD by edits (Damerau-Levenshtein), or NULL when none is near. */
const char *text_nearest(const char *word, const char *const names[]);

/* Splits LINE into words at blanks; '...' and "..." hold blanks together; # begins a comment at the start of a word.
 * Words point into LINE, which is changed. Returns their number, at most MAX; -1 for an unclosed quote. Words
 * after the first MAX are left out: who must notice gives room for one more than it takes. */
int text_split(char *line, char *words[], int max);

#endif
