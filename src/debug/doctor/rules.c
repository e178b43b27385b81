/* rules.c: the one list of rules, what costs least first; of equal weight, the first is the first finding. */
#include "rules.h"

const struct doctor_rule *const doctor_rules[] = {
    &rule_nonfinite, &rule_bn_masks_init, &rule_output_activation, &rule_symmetric_init,
    &rule_inputs_unscaled, &rule_targets_unscaled, &rule_constant_feature, &rule_class_imbalance,
    &rule_loss_mismatch, &rule_no_nonlinearity, &rule_no_bias, &rule_too_wide,
    &rule_reshape_locality, &rule_bad_init, &rule_regularizer_dominates, &rule_decay_too_fast,
    &rule_update_too_large, &rule_update_too_small, &rule_train_eval_gap, &rule_dead_units,
    &rule_saturated_units, &rule_vanishing_gradient, &rule_exploding_gradient, &rule_diverging,
    &rule_oscillating, &rule_initial_loss, &rule_loss_flat, &rule_undertrained,
    &rule_overfitting,
    &rule_cannot_overfit, &rule_ignores_input, &rule_rows_leak, &rule_gradient_wrong,
    NULL,
};
