/*
 * kernel.h: inner loops that are compiled twice: for any processor that the program runs on, and for those with AVX2
 * and FMA, which add and multiply eight floats at once. Which is run is found out once, when the program starts.
 *
 * A loop made by KERNEL_TWICE computes the same bits either way: the compiler is told to fuse no multiplication with an
 * addition and to keep the order of sums. Matrix products (product.h) are written by hand for
 * each, and differ in rounding.
 */
#ifndef DNN_KERNEL_H
#define DNN_KERNEL_H

#include <stdbool.h>

/* Whether the wide kernels are used: the processor has AVX2 and FMA, and the environment holds no DNNTUI_PORTABLE. The
 * variable is kernel.c's; it is seen here because a step of a small network asks some dozens of times. */
extern bool kernel_is_wide;
static inline bool kernel_wide(void)
{
    return kernel_is_wide;
}

/* For tests: uses the wide kernels, or does not, from now on; false when the processor has none. */
bool kernel_choose(bool wide);

/* A kernel holds no buffer that others fill: nothing for a guard on the stack to guard. */
#define KERNEL_PLAIN __attribute__((no_stack_protector))
#if defined(__x86_64__) && !defined(DNN_DOUBLE)
#define KERNEL_WIDE  __attribute__((target("avx2"), no_stack_protector))
#else
#define KERNEL_WIDE KERNEL_PLAIN
#endif

/* Declares what KERNEL_TWICE compiles. */
#define KERNEL_BODY static inline __attribute__((always_inline))

/* RESULT NAME PARAMETERS: calls NAME_body, which is a KERNEL_BODY, with ARGUMENTS, compiled for either processor. */
#define KERNEL_TWICE(result, name, parameters, arguments) \
    KERNEL_WIDE static result name##_wide parameters \
    { \
        return name##_body arguments; \
    } \
    KERNEL_PLAIN static result name##_plain parameters \
    { \
        return name##_body arguments; \
    } \
    static inline result name parameters \
    { \
        return kernel_wide() ? name##_wide arguments : name##_plain arguments; \
    }

#endif
