/* rules.h: the rows that the files of this folder end in; rules.c puts them in order. */
#ifndef DEBUG_DOCTOR_RULES_H
#define DEBUG_DOCTOR_RULES_H

#include "debug/doctor.h"

/* finite.c */
extern const struct doctor_rule rule_nonfinite;
/* inputs.c */
extern const struct doctor_rule rule_inputs_unscaled;
/* output.c */
extern const struct doctor_rule rule_output_activation;
/* weights.c */
extern const struct doctor_rule rule_symmetric_init;
/* masked.c */
extern const struct doctor_rule rule_bn_masks_init;
/* units.c */
extern const struct doctor_rule rule_dead_units;

#endif
