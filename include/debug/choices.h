/* choices.h: the settings in words: every choice that stands, one line each, with the command that changes it. */
#ifndef DEBUG_CHOICES_H
#define DEBUG_CHOICES_H

#include "debug/session.h"

/* Adds the dataset's notes and the training settings to OUT. The session has data. */
void choices_print(const struct session *session, struct text *out);

/* One setting at a time, as the command line would say it: "variance-scaling", "adam eps=1e-07", "huber 2". */
void choice_init(const struct session *session, struct text *out);
void choice_optimizer(const struct session *session, struct text *out);
void choice_loss(const struct session *session, struct text *out);
/* In words, not to be read back: "off", "tanh(x / 40)", "age: tanh(x / 40), pay: tanh(x / 2e+05)". */
void choice_squash(const struct session *session, struct text *out);

/* The same words read back. */
int choice_read_init(const char *words, struct init *init, struct err *err);
int choice_read_optimizer(const char *words, const struct optim_kind **kind, struct arg_values *args, struct err *err);
int choice_read_loss(const char *words, struct loss *loss, struct err *err);

#endif
