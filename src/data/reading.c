/* reading.c: "28x28x3 hwc" and back. */
#include "data/reading.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WORD_ROOM 32

static int refuse(const char *text, struct err *err)
{
    return err_set(err, ERR_USAGE, "shape: found '%.60s'; legal: CxHxW or HxWxC such as 3x32x32, HxW, then chw or hwc "
                                   "to decide between them, or flat", text);
}

/* Up to three whole numbers with an x between; returns how many, -1 for anything else. */
static int read_numbers(const char *word, int number[3])
{
    int count = 0;
    for (const char *p = word;; p++) {
        long value = 0;
        const char *start = p;
        for (; *p >= '0' && *p <= '9' && value < 100000000; p++)
            value = value * 10 + (*p - '0');
        if (p == start || value == 0 || value >= 100000000 || count == 3)
            return -1;
        number[count++] = (int)value;
        if (*p == 0)
            return count;
        if (*p != 'x' && *p != 'X')
            return -1;
    }
}

static bool is_channels(int n)
{
    return n == 1 || n == 3 || n == 4;
}

int reading_parse(const char *text, int features, struct reading *reading, struct err *err)
{
    char word[WORD_ROOM], order[WORD_ROOM], more[2];
    int number[3], words = sscanf(text, "%31s %31s %1s", word, order, more);
    if (words == 1 && strcasecmp(word, "flat") == 0) {
        *reading = (struct reading){.shape = shape_row(features)};
        return 0;
    }
    bool hwc = words == 2 && strcasecmp(order, "hwc") == 0, chw = words == 2 && strcasecmp(order, "chw") == 0;
    int count = words == 1 || hwc || chw ? read_numbers(word, number) : -1;
    if (count < 2 || (count == 2 && words == 2))
        return refuse(text, err);
    if (count == 3 && words == 1)
        hwc = is_channels(number[2]) && !is_channels(number[0]);
    struct shape shape = {.rank = 3, .dim = {number[0], number[1], number[count - 1]}};
    if (count == 2)
        shape = (struct shape){.rank = 3, .dim = {1, number[0], number[1]}};
    else if (hwc)
        shape = (struct shape){.rank = 3, .dim = {number[2], number[0], number[1]}};
    double size = (double)shape.dim[0] * shape.dim[1] * shape.dim[2];
    if (size != features)
        return err_set(err, ERR_USAGE, "shape: %.60s takes %s values; a row has %s", text, text_count(size).s,
                       text_count(features).s);
    *reading = (struct reading){.shape = shape, .hwc = hwc};
    return 0;
}

void reading_print(const struct reading *reading, struct text *out)
{
    const int *dim = reading->shape.dim;
    if (reading->shape.rank != 3)
        text_add(out, "flat");
    else if (reading->hwc)
        text_add(out, "%dx%dx%d hwc", dim[1], dim[2], dim[0]);
    else
        text_add(out, "%dx%dx%d%s", dim[0], dim[1], dim[2],
                 is_channels(dim[2]) && !is_channels(dim[0]) ? " chw" : "");
}
