/* rules.h: the rows that the files of this folder end in; rules.c puts them in order. */
#ifndef DEBUG_DOCTOR_RULES_H
#define DEBUG_DOCTOR_RULES_H

#include "debug/doctor.h"

/* finite.c */
extern const struct doctor_rule rule_nonfinite;
/* data.c */
extern const struct doctor_rule rule_inputs_unscaled, rule_targets_unscaled, rule_constant_feature,
    rule_class_imbalance;
/* output.c */
extern const struct doctor_rule rule_output_activation;
/* loss.c */
extern const struct doctor_rule rule_loss_mismatch, rule_initial_loss;
/* layers.c */
extern const struct doctor_rule rule_no_nonlinearity, rule_no_bias, rule_too_wide;
/* weights.c */
extern const struct doctor_rule rule_symmetric_init, rule_bad_init;
/* masked.c */
extern const struct doctor_rule rule_bn_masks_init;
/* units.c */
extern const struct doctor_rule rule_dead_units, rule_saturated_units;
/* gradients.c */
extern const struct doctor_rule rule_vanishing_gradient, rule_exploding_gradient;
/* rate.c */
extern const struct doctor_rule rule_update_too_small, rule_update_too_large, rule_decay_too_fast;
/* course.c */
extern const struct doctor_rule rule_loss_flat, rule_diverging, rule_oscillating, rule_undertrained;
/* overfitting.c */
extern const struct doctor_rule rule_overfitting;
/* rows.c */
extern const struct doctor_rule rule_cannot_overfit, rule_ignores_input, rule_rows_leak;
/* checks.c */
extern const struct doctor_rule rule_gradient_wrong, rule_regularizer_dominates, rule_train_eval_gap,
    rule_reshape_locality;

#endif
