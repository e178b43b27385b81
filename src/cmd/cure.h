/* cure.h: `doctor --cure`, whose words the command doctor reads. */
#ifndef CMD_CURE_H
#define CMD_CURE_H

#include "cmd/command.h"
#include "debug/doctor.h"

/* Measures the cures of what the doctor finds and prints them. WORDS [COUNT] are what stands behind `--cure`: steps,
 * then seeds, both optional. */
int cure_measure(struct console *console, char *words[], int count, const struct doctor_hand *hand, struct err *err);

#endif
