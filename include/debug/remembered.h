/*
 * remembered.h: numbers that a session remembers under names of a person's choice, for expressions: $first.
 *
 * `let` sets them, and so do commands that answer a question, so that the answer can be compared with something. They
 * are no part of the state that session_hash hashes: nothing is trained with them.
 */
#ifndef DEBUG_REMEMBERED_H
#define DEBUG_REMEMBERED_H

#include "debug/session.h"

#define REMEMBERED_NAME 48 /* bytes of a name without its $, with the NUL */

struct remembered; /* opaque: remembered.c; a session without numbers has none */

/* Remembers VALUE as NAME: letters, digits, _ and dots, not beginning with a digit. */
int remembered_set(struct session *session, const char *name, double value, struct err *err);

/* The same for the answer of a command, whose name is right; the number is lost where there is no memory for it. */
void remembered_answer(struct session *session, const char *name, double value);

/* The error names the nearest that there is. */
int remembered_get(const struct session *session, const char *name, double *value, struct err *err);

/* Number I in the order in which they were first set: its name, or NULL behind the last. */
const char *remembered_name(const struct session *session, int i, double *value);

void remembered_close(struct remembered *remembered); /* may be NULL */

#endif
