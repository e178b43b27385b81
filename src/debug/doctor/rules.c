/* rules.c: the one list of rules. */
#include "rules.h"

const struct doctor_rule *const doctor_rules[] = {
    &rule_nonfinite, &rule_inputs_unscaled, &rule_output_activation, &rule_symmetric_init, &rule_bn_masks_init,
    &rule_dead_units, NULL,
};
