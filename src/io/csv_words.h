/*
 * csv_words.h: the dictionary of a text column: each different word once, numbered in order of first appearance.
 *
 * Words lie one after the other in one block, so a column of a million ids costs no million allocations.
 */
#ifndef IO_CSV_WORDS_H
#define IO_CSV_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Zero it to start. */
struct csv_words {
    char *pool;      /* the words, each ended by a NUL */
    size_t used, capacity;
    size_t *offset;  /* [count] where each begins */
    uint32_t *hash;  /* [count] */
    int count, room;
    int *slot;       /* [slots] an open hash table of codes; -1 where empty */
    size_t slots;    /* 0 or a power of two */
};

/* The code of the N bytes at TEXT, which are added if they are new; -1 when memory is out. */
int csv_words_code(struct csv_words *words, const char *text, size_t n);

/* Their code, or -1 if they are not there. */
int csv_words_find(const struct csv_words *words, const char *text, size_t n);

/* Moves the words into an array: *LIST [count], whose first element is the block that holds them all
 * (csv_words_release gives both back). WORDS is empty afterwards. *LIST is NULL when there are none. Returns 0, or -1
 * when memory is out. */
int csv_words_take(struct csv_words *words, char ***list);
void csv_words_release(char **list);

void csv_words_free(struct csv_words *words);

#endif
