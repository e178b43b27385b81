/*
 * args.h: the arguments of anything a person can type: a command, a layer, an initializer, a loss, a setting.
 *
 * One description (struct arg_spec), hence one parser, one validator, one completer and one printer of usage. It knows
 * nothing of what the arguments mean.
 *
 *     static const struct arg_spec dense_args[] = {
 *         {.name = "units", .type = ARG_INT, .min = 1, .max = 65536, .summary = "number of outputs"},
 *         {.name = "bias", .type = ARG_SWITCH, .preset = "on", .summary = "whether a bias is added"},
 *         {0}};
 *
 * A word is `name=value`, or a bare value that goes to the first argument not yet given whose type takes it; so
 * `dense 64 bias=off` and `init variance-scaling fan_avg uniform` both read as one would say them. A choice may be cut
 * to a prefix that no other choice has. `--name value` is another way to say name=value, and `--name` alone to switch
 * something on. Whole numbers may be written 1e5, and are exact up to 2^53.
 *
 * A size is up to four whole numbers joined by x. A bare number goes to an earlier ARG_INT, 3x3 can only be a size:
 *
 *     {.name = "kernel", .type = ARG_EXTENT, .min = 1, .max = 64, .ranks = ARG_RANK(2), .square = 2}    3x5, or 3: 3x3
 *     {.name = "shape", .type = ARG_EXTENT, .min = 1, .max = 65536, .ranks = ARG_RANK(1) | ARG_RANK(3)}
 */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

#define ARGS_MAX 8
#define ARG_EXTENT_MAX 4
#define ARG_RANK(count) (1u << (count))

enum arg_type {
    ARG_NONE,   /* ends a list */
    ARG_INT,    /* a whole number in [min, max] */
    ARG_NUMBER, /* a number in [min, max] */
    ARG_EXTENT, /* a size: whole numbers joined by x, each in [min, max], which it must have; or one of choices[] */
    ARG_CHOICE, /* one of choices[]; its value is the index */
    ARG_SWITCH, /* on or off; its value is 1 or 0 */
    ARG_WORD,   /* one word as it is */
    ARG_FILE,   /* one word that names a file */
    ARG_REST,   /* the rest of the line as it was typed; must be the last */
};

struct arg_spec {
    const char *name;
    enum arg_type type;
    double min, max; /* both 0: any; INFINITY: no bound on that side; min DBL_MIN: above 0 */
    const char *const *choices; /* ended by NULL; for ARG_WORD they are only proposals for completion */
    unsigned ranks;             /* ARG_EXTENT: how many numbers are legal, a set of ARG_RANK(count) */
    bool quoted;                /* ARG_REST: words that need quotes keep some, so that text_split gives them back */
    int square;                 /* ARG_EXTENT: one number alone stands for that many equal ones; 0: for itself */
    const char *preset;         /* what holds when it is not given; NULL: it must be given; "": it may be left out */
    const char *summary;
};

struct arg_values {
    bool given[ARGS_MAX];        /* by a word, not by the preset */
    double number[ARGS_MAX];     /* ARG_INT, ARG_NUMBER; the index of a choice; 1 or 0 of a switch */
    const char *text[ARGS_MAX];  /* ARG_WORD, ARG_FILE, ARG_REST: points into the words, REST or the preset */
    int extent[ARGS_MAX][ARG_EXTENT_MAX]; /* ARG_EXTENT: its numbers, `square` filled in; zeros behind them */
    int rank[ARGS_MAX];          /* ARG_EXTENT: how many were typed; 0: a choice (its index in `number`), or left out */
};

/* How many specs the list has (specs may be NULL: none). */
int args_count(const struct arg_spec *specs);

/* Reads WORDS into VALUES by SPECS and fills presets. WHAT ("layer dense", "lr") begins an error message. For ARG_REST
 * the words from there on are joined by single blanks into REST, which the caller provides (may be NULL where no spec
 * is ARG_REST). */
int args_parse(const struct arg_spec *specs, const char *what, int count, char *const words[], struct text *rest,
               struct arg_values *values, struct err *err);

/* Only the presets, for a thing made without words. Every spec must have one. */
void args_preset(const struct arg_spec *specs, struct arg_values *values);

/* Adds " 64 bias=off" to OUT: what was not left at its preset, numbers in full, words quoted where they
 * must be, so that text_split and args_parse read it back. */
void args_format(const struct arg_spec *specs, const struct arg_values *values, struct text *out);

/* Adds WORD to OUT, in quotes where it needs them, so that text_split reads it as one word. */
void args_quote(const char *word, struct text *out);

/* Adds " UNITS [bias=on|off]" to OUT. */
void args_usage(const struct arg_spec *specs, struct text *out);

/* One line per argument: name, what is legal, preset, summary. INDENT is put before each. */
void args_describe(const struct arg_spec *specs, const char *indent, struct text *out);

#endif
