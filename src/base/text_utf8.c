/*
 * text_utf8.c: UTF-8 decoded by the letter of RFC 3629, the escape function, and the width of text. The decoding is
 * our own because mbrtowc follows the locale, and what may reach a terminal must not depend on it.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

int text_decode(const char *utf8, uint32_t *code)
{
    const unsigned char *in = (const unsigned char *)utf8;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    *code = TEXT_INVALID;
    if (in[0] == 0) {
        *code = 0;
        return 0;
    }
    int length = in[0] < 0x80 ? 1 : in[0] < 0xC2 ? 0 : in[0] < 0xE0 ? 2 : in[0] < 0xF0 ? 3 : in[0] < 0xF5 ? 4 : 0;
    if (length == 0)
        return 1;
    uint32_t value = length == 1 ? in[0] : in[0] & (0x7Fu >> length);
    for (int i = 1; i < length; i++) {
        if ((in[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (in[i] & 0x3F);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 1;
    *code = value;
    return length;
}

/* Code points that act on a terminal or on the order of what stands around them, rather than being seen: C0, DEL and
 * C1, the bidirectional marks, embeddings, overrides and isolates, and the separators of lines and paragraphs. */
static bool is_unsafe(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

char *text_escape(char *out, size_t size, const char *in)
{
    if (size == 0)
        return out;
    size_t used = 0, cut = 0; /* cut: the last place where "..." would still fit */
    while (*in) {
        char shown[16];
        uint32_t code;
        int length = text_decode(in, &code), n = length;
        if (code == TEXT_INVALID || code < 0x20 || code == 0x7F)
            n = snprintf(shown, sizeof shown, "\\x%02X", (unsigned)(unsigned char)*in);
        else if (is_unsafe(code))
            n = snprintf(shown, sizeof shown, "\\u{%04X}", (unsigned)code);
        else
            memcpy(shown, in, (size_t)length);
        if (used + 3 < size)
            cut = used;
        if (used + (size_t)n >= size) {
            size_t dots = size - 1 - cut < 3 ? size - 1 - cut : 3;
            memcpy(out + cut, "...", dots);
            used = cut + dots;
            break;
        }
        memcpy(out + used, shown, (size_t)n);
        used += (size_t)n;
        in += length;
    }
    out[used] = '\0';
    return out;
}

int text_columns(const char *utf8)
{
    int columns = 0;
    while (*utf8) {
        uint32_t code;
        utf8 += text_decode(utf8, &code);
        int width = code == TEXT_INVALID ? 1 : wcwidth((wchar_t)code); /* wchar_t is UCS-4 on every libc we build for */
        columns += width < 0 ? 1 : width; /* the C locale knows no width but of ASCII */
    }
    return columns;
}
