/*
 * err.h: how a function that can fail says what went wrong.
 *
 * A fallible function returns 0 or -1 (or a pointer or NULL) and, on failure, fills a struct err that its caller owns.
 * The message names the offender, what was found and what is legal; it is one line, without a final stop or newline.
 * It is text for people: text from outside in it has not been escaped yet (text_escape, base/text.h, does that where
 * it reaches a terminal). Bugs are asserted, never reported here.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
    ERR_NONE,
    ERR_USAGE,     /* the words of a command or an option are wrong */
    ERR_STATE,     /* right words at the wrong moment: no data, no network */
    ERR_DATA,      /* the content of a file is refused */
    ERR_FILE,      /* the operating system refused a file */
    ERR_MEMORY,    /* it does not fit; the message holds the figure */
    ERR_INTERRUPT, /* the person stopped it */
};

struct err {
    enum err_code code;
    char message[480];
};

/* Fills ERR (which may be NULL) and returns -1, so that a failing function can say `return err_set(...)`. */
int err_set(struct err *err, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts CONTEXT (printf style) before the message that ERR holds already ("data.csv: " + "..."); returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
