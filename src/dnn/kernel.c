/* kernel.c: what the processor can do, looked up when the program starts. */
#include "dnn/kernel.h"

#include <stdlib.h>

enum kernel_width kernel_width;

static enum kernel_width processor_width(void)
{
#ifdef KERNEL_WIDTHS
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return KERNEL_PORTABLE;
    bool wider = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vbmi2");
    return wider ? KERNEL_WIDER : KERNEL_WIDE;
#else
    return KERNEL_PORTABLE;
#endif
}

__attribute__((constructor)) static void look(void)
{
    kernel_width = getenv("DNNTUI_PORTABLE") ? KERNEL_PORTABLE : processor_width();
}

bool kernel_choose(enum kernel_width width)
{
    enum kernel_width most = processor_width();
    kernel_width = width < most ? width : most;
    return kernel_width == width;
}
