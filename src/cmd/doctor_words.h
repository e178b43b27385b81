/* doctor_words.h: the doctor's rules and thresholds in words, for `doctor --list`, `help` and `set`. */
#ifndef CMD_DOCTOR_WORDS_H
#define CMD_DOCTOR_WORDS_H

#include "cmd/command.h"
#include "debug/doctor.h"

/* Adds what RULE measures, its threshold and where that comes from to OUT; SESSION may be NULL: as preset. */
void doctor_words_rule(const struct doctor_rule *rule, const struct session *session, struct text *out);

/* Setting I of the doctor, as `set` prints it, IN_FULL or in a list; false behind the last. */
bool doctor_words_setting(int i, bool in_full, const struct session *session, struct text *out);

/* `set doctor.SETTING VALUE`, both words as they were typed. VALUE NULL: prints it to OUT. */
int doctor_words_set(struct session *session, const char *name, const char *value, struct text *out, struct err *err);

#endif
