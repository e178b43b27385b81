/* kernel.c: what the processor can do, looked up when the program starts. */
#include "dnn/kernel.h"

#include <stdlib.h>

bool kernel_is_wide;

static bool processor_is_wide(void)
{
#if defined(__x86_64__) && !defined(DNN_DOUBLE)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

__attribute__((constructor)) static void look(void)
{
    kernel_is_wide = processor_is_wide() && !getenv("DNNTUI_PORTABLE");
}

bool kernel_choose(bool wide)
{
    kernel_is_wide = wide && processor_is_wide();
    return kernel_is_wide == wide;
}
