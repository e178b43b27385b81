/*
 * kernel.h: inner loops that are compiled three times: for any processor that the program runs on, for those with AVX2
 * and FMA, which add and multiply eight floats at once, and for those with AVX-512 and sixteen. Which is run is found
 * out once, when the program starts.
 *
 * A loop made by KERNEL_EACH_WIDTH computes the same bits each way: the compiler is told to fuse no multiplication with
 * an addition and to keep the order of sums. What is written for sixteen lanes (KERNEL_OF_SIXTEEN) computes the same
 * values, and adds up squares (optim_squares, sweep_parts) in another order. Matrix products (product.h) are written by
 * hand for each, and differ in rounding.
 */
#ifndef DNN_KERNEL_H
#define DNN_KERNEL_H

#include <stdbool.h>

/* KERNEL_WIDE: the processor has AVX2 and FMA. KERNEL_WIDER: AVX-512, too, without slowing down for it, as those before
 * AVX512_VBMI2 do. Where the environment holds DNNTUI_PORTABLE, neither is used. The variable is kernel.c's; it is seen
 * here because a step of a small network asks some dozens of times. */
extern enum kernel_width { KERNEL_PORTABLE, KERNEL_WIDE, KERNEL_WIDER } kernel_width;
static inline bool kernel_wide(void)
{
    return kernel_width >= KERNEL_WIDE;
}

/* For tests: uses kernels of WIDTH from now on; false when the processor has none, and uses the widest below. */
bool kernel_choose(enum kernel_width width);

/* Defined where kernels are compiled for more than one width. */
#if defined(__x86_64__) && !defined(DNN_DOUBLE)
#define KERNEL_WIDTHS
#endif

/* A kernel holds no buffer that others fill: nothing for a guard on the stack to guard. */
#define KERNEL_FOR_ANY __attribute__((no_stack_protector))
#ifdef KERNEL_WIDTHS
#define KERNEL_FOR_AVX2   __attribute__((target("avx2"), no_stack_protector))
#define KERNEL_FOR_AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"), no_stack_protector))
#else
#define KERNEL_FOR_AVX2   KERNEL_FOR_ANY
#define KERNEL_FOR_AVX512 KERNEL_FOR_ANY
#endif

/* Declares what KERNEL_EACH_WIDTH compiles; or, in a file for AVX-512 that defines KERNEL_OF_SIXTEEN first, what is
 * compiled there, where lanes.h has sixteen lanes. */
#ifdef KERNEL_OF_SIXTEEN
#define KERNEL_BODY KERNEL_FOR_AVX512 static inline __attribute__((always_inline))
#else
#define KERNEL_BODY static inline __attribute__((always_inline))
#endif

/* RESULT NAME PARAMETERS: calls NAME_body, which is a KERNEL_BODY, with ARGUMENTS, compiled for each width; of
 * doubles once. */
#ifdef KERNEL_WIDTHS
#define KERNEL_EACH_WIDTH(result, name, parameters, arguments) \
    KERNEL_FOR_AVX512 static result name##_wider parameters \
    { \
        return name##_body arguments; \
    } \
    KERNEL_FOR_AVX2 static result name##_wide parameters \
    { \
        return name##_body arguments; \
    } \
    KERNEL_FOR_ANY static result name##_plain parameters \
    { \
        return name##_body arguments; \
    } \
    static inline result name parameters \
    { \
        if (kernel_width == KERNEL_WIDER) \
            return name##_wider arguments; \
        return kernel_width == KERNEL_WIDE ? name##_wide arguments : name##_plain arguments; \
    }
#else
#define KERNEL_EACH_WIDTH(result, name, parameters, arguments) \
    static inline result name parameters \
    { \
        return name##_body arguments; \
    }
#endif

#endif
