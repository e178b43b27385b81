/* args_extent.c: sizes as arguments: "3", "3x3", "1x28x28". Everything that ARG_EXTENT is stands here. */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include "args_word.h"

int args_extent_read(const char *word, int number[ARG_EXTENT_MAX])
{
    for (int count = 0; count < ARG_EXTENT_MAX; word++) {
        if (*word < '0' || *word > '9')
            return 0;
        long long value = 0;
        for (; *word >= '0' && *word <= '9'; word++) /* what is too large stays so, for the bounds to refuse */
            value = value > INT_MAX ? value : 10 * value + (*word - '0');
        number[count++] = value > INT_MAX ? INT_MAX : (int)value;
        if (!*word)
            return count;
        if (*word != 'x')
            return 0;
    }
    return 0;
}

const char *args_extent_set(const struct arg_spec *spec, int i, const char *word, struct arg_values *values)
{
    static const char *const counts[] = {"", ", one number", ", 2 numbers", ", 3 numbers", ", 4 numbers"};
    assert(spec->max > 0 && spec->max < INT_MAX && spec->ranks);
    int *number = values->extent[i], choice = spec->choices ? args_choice(spec->choices, word) : ARGS_NO_CHOICE;
    memset(number, 0, sizeof values->extent[i]);
    values->rank[i] = choice >= 0 ? 0 : args_extent_read(word, number);
    values->number[i] = choice >= 0 ? choice : 0;
    if (choice >= 0)
        return NULL;
    if (!(spec->ranks & ARG_RANK(values->rank[i])) && !(values->rank[i] == 1 && spec->square))
        return counts[values->rank[i]];
    for (int k = 0; k < values->rank[i]; k++)
        if (number[k] < spec->min || number[k] > spec->max)
            return "";
    for (int k = 1; values->rank[i] == 1 && k < spec->square; k++)
        number[k] = number[0];
    return NULL;
}

void args_extent_print(const struct arg_spec *spec, const struct arg_values *values, int i, struct text *out)
{
    if (values->rank[i] == 0)
        text_add(out, "%s", spec->choices[(int)values->number[i]]);
    for (int k = 0; k < values->rank[i]; k++)
        text_add(out, k ? "x%d" : "%d", values->extent[i][k]);
}

bool args_extent_equal(const struct arg_values *a, const struct arg_values *b, int i)
{
    if (a->rank[i] == 0 || b->rank[i] == 0)
        return a->rank[i] == b->rank[i] && a->number[i] == b->number[i];
    return memcmp(a->extent[i], b->extent[i], sizeof a->extent[i]) == 0;
}

void args_extent_forms(const struct arg_spec *spec, struct text *out)
{
    bool first = true;
    for (int k = 0; spec->choices && spec->choices[k]; k++, first = false)
        text_add(out, first ? "%s" : "|%s", spec->choices[k]);
    for (int rank = 1; rank <= ARG_EXTENT_MAX; rank++) {
        if (!(spec->ranks & ARG_RANK(rank)) && !(rank == 1 && spec->square))
            continue;
        text_add(out, first ? "N" : "|N");
        for (int k = 1; k < rank; k++)
            text_add(out, "xN");
        first = false;
    }
}
