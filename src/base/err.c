/* err.c: filling a struct err. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    if (!err)
        return -1;
    va_list list;
    va_start(list, format);
    err->code = code;
    vsnprintf(err->message, sizeof err->message, format, list);
    va_end(list);
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (!err)
        return -1;
    char message[sizeof err->message];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(message, sizeof message, format, list);
    va_end(list);
    if (n >= 0 && (size_t)n < sizeof message) {
        size_t kept = strnlen(err->message, sizeof message - (size_t)n - 1);
        memcpy(message + n, err->message, kept);
        message[(size_t)n + kept] = '\0';
    }
    memcpy(err->message, message, sizeof message);
    return -1;
}
