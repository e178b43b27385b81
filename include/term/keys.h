/*
 * keys.h: bytes from a terminal cut into whole keys. Pure: no terminal, no clock.
 */
#ifndef TERM_KEYS_H
#define TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define KEYS_HELD 48

enum keys_unit {
    KEYS_NONE,     /* nothing whole yet */
    KEYS_TEXT,     /* one character, or one after ESC (Alt), or a control character: unit, n */
    KEYS_SEQUENCE, /* an escape sequence: unit, n */
    KEYS_PASTE     /* a bracketed paste: paste */
};

/* Zero it to start, then set utf8. */
struct keys {
    bool utf8;               /* characters come in several bytes; else a byte is a character */
    char held[KEYS_HELD];    /* the beginning of a unit */
    int holding;
    bool skipping;           /* inside a sequence that is longer than any we know */
    bool pasting;
    char unit[KEYS_HELD + 1]; /* the unit that became whole, ended by a NUL */
    int n;
    struct text paste;
};

/* Takes one byte and says whether a unit became whole with it. What can begin no unit is dropped. */
enum keys_unit keys_take(struct keys *keys, char byte);

/* Forgets half a unit and half a paste. */
void keys_reset(struct keys *keys);

/* A lone ESC is held: it may be a key of its own, or begin a sequence. keys_flush takes it as a key (KEYS_TEXT). */
bool keys_escape_held(const struct keys *keys);
enum keys_unit keys_flush(struct keys *keys);

/* What people call the key: "F1", "PageUp", "Ctrl-L", "Alt-x"; NULL for what has no such name (letters). NAME is
 * room for it. Knows the sequences of common terminals; term/screen.h knows those of this one. */
const char *keys_name(const char *unit, char name[16]);

#endif
