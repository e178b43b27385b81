/* args_word.h: what reading and printing arguments share: which argument a word goes to, and what it would take. */
#ifndef BASE_ARGS_WORD_H
#define BASE_ARGS_WORD_H

#include "base/args.h"

enum { ARGS_NO_CHOICE = -1, ARGS_MANY_CHOICES = -2 };

/* The index of WORD, or of the one choice that begins with it. */
int args_choice(const char *const choices[], const char *word);

/* The argument that "name=..." in WORD names, or -1. */
int args_named(const struct arg_spec *specs, const char *word);

/* The argument that "--name" in WORD names, or -1. */
int args_option(const struct arg_spec *specs, const char *word);

/* The first argument that is not GIVEN and takes the bare WORD, or -1. */
int args_taker(const struct arg_spec *specs, const bool given[], const char *word);

/* Sets the argument I to its preset, which it must have. */
int args_preset_value(const struct arg_spec *specs, int i, struct arg_values *values, struct err *err);

/* ARG_EXTENT. Reads "3x5" into NUMBER and returns how many numbers it has; 0 when it is no size. */
int args_extent_read(const char *word, int number[ARG_EXTENT_MAX]);

/* Sets the argument I to WORD, which is a size or a choice; returns NULL, or what is wrong ("": out of range). */
const char *args_extent_set(const struct arg_spec *spec, int i, const char *word, struct arg_values *values);

/* Adds "3x5" to OUT. */
void args_extent_print(const struct arg_spec *spec, const struct arg_values *values, int i, struct text *out);
bool args_extent_equal(const struct arg_values *a, const struct arg_values *b, int i);

/* Adds "same|valid|N|NxN" to OUT. */
void args_extent_forms(const struct arg_spec *spec, struct text *out);

/* Adds what the argument takes: "1 to 65536", "above 0", "on|off", "ce|mse", "a word". */
void args_legal(const struct arg_spec *spec, struct text *out);

#endif
