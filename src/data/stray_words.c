/*
 * stray_words.c: says of a column of text that it is nearly one of numbers. One word that is no number turns a whole
 * column into categories, which is right by the rule and rarely what was meant.
 *
 * It only tells; what the column is stays as csv.h has it.
 */
#include <string.h>

#include "dataset_parts.h"

/* From this share of its different words on, a column is nearly numeric. */
#define NEARLY 0.8

/* "7,25": a number but for its decimal comma. */
static bool has_decimal_comma(const char *word)
{
    word += *word == '-' || *word == '+';
    size_t whole = strspn(word, "0123456789");
    size_t part = word[whole] == ',' ? strspn(word + whole + 1, "0123456789") : 0;
    return whole > 0 && part > 0 && word[whole + 1 + part] == 0;
}

void stray_words_note(const struct intake *intake, struct dataset *dataset)
{
    for (int i = 0; i < intake->table.columns; i++) {
        const struct csv_column *column = &intake->table.column[i];
        const char *stray = NULL;
        int numbers = 0, commas = 0;
        double value;
        for (int w = 0; !column->numeric && w < column->words; w++) {
            bool comma = has_decimal_comma(column->word[w]);
            bool number = text_to_double(column->word[w], &value);
            commas += comma;
            numbers += number;
            if (!number && (!stray || comma))
                stray = column->word[w];
        }
        if (!stray || numbers + commas == 0 || numbers + commas < NEARLY * column->words)
            continue;
        if (commas > 0)
            note_add(dataset, "text!", NULL, "%s: numbers, but for decimal commas such as %s",
                     shown_name(column->name).s, shown_name(stray).s);
        else
            note_add(dataset, "text!", NULL, "%s: numbers, but for words such as %s", shown_name(column->name).s,
                     shown_name(stray).s);
    }
}
