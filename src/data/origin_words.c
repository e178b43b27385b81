/* origin_words.c: the words for a task and for a delimiter, and their reading. */
#include "data/origin_words.h"

#include <string.h>

const char *const task_names[] = {"classify", "regress", NULL};

int delimiter_parse(const char *word, char *delimiter, struct err *err)
{
    if (strcmp(word, "tab") == 0 || strcmp(word, "\\t") == 0)
        *delimiter = '\t';
    else if (strcmp(word, "space") == 0)
        *delimiter = ' ';
    else if (word[0] && !word[1] && (unsigned char)word[0] < 0x80 && !strchr("\"\r\n", word[0]))
        *delimiter = word[0];
    else
        return err_set(err, ERR_USAGE, "delimiter: '%s'; legal: one character that is no quote, tab or space", word);
    return 0;
}
