/* adam_wider.c: Adam's update, sixteen parameters at once. */
#define KERNEL_OF_SIXTEEN
#include "adam_update.h"

#ifdef KERNEL_WIDTHS
KERNEL_FOR_AVX512 void adam_update_wider(const struct optim_step *step, const double *constant, real shrink, real decay)
{
    update_body(step, constant, shrink, decay);
}
#endif
