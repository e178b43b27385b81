/* csv_words.c: an open hash table with linear probing over one block of words. */
#include "csv_words.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static uint32_t hash_of(const char *text, size_t n)
{
    return (uint32_t)XXH3_64bits(text, n);
}

/* The slot that holds the word, or the empty one where it belongs. */
static size_t slot_of(const struct csv_words *words, const char *text, size_t n, uint32_t hash)
{
    size_t at = hash & (words->slots - 1);
    for (;; at = (at + 1) & (words->slots - 1)) {
        int code = words->slot[at];
        if (code < 0)
            return at;
        const char *word = words->pool + words->offset[code];
        if (words->hash[code] == hash && strncmp(word, text, n) == 0 && word[n] == '\0')
            return at;
    }
}

static bool grow_slots(struct csv_words *words)
{
    size_t slots = words->slots ? words->slots * 2 : 64;
    int *slot = malloc(slots * sizeof *slot);
    if (!slot)
        return false;
    memset(slot, 0xFF, slots * sizeof *slot);
    for (int code = 0; code < words->count; code++) {
        size_t at = words->hash[code] & (slots - 1);
        while (slot[at] >= 0)
            at = (at + 1) & (slots - 1);
        slot[at] = code;
    }
    free(words->slot);
    words->slot = slot;
    words->slots = slots;
    return true;
}

static bool grow_list(struct csv_words *words)
{
    if (words->room > INT_MAX / 2)
        return false;
    int room = words->room ? words->room * 2 : 32;
    size_t *offset = realloc(words->offset, (size_t)room * sizeof *offset);
    if (!offset)
        return false;
    words->offset = offset;
    uint32_t *hash = realloc(words->hash, (size_t)room * sizeof *hash);
    if (!hash)
        return false;
    words->hash = hash;
    words->room = room;
    return true;
}

static bool grow_pool(struct csv_words *words, size_t n)
{
    size_t capacity = words->capacity * 2 + n + 64;
    char *pool = realloc(words->pool, capacity);
    if (!pool)
        return false;
    words->pool = pool;
    words->capacity = capacity;
    return true;
}

int csv_words_find(const struct csv_words *words, const char *text, size_t n)
{
    return words->slots ? words->slot[slot_of(words, text, n, hash_of(text, n))] : -1;
}

int csv_words_code(struct csv_words *words, const char *text, size_t n)
{
    uint32_t hash = hash_of(text, n);
    if (words->slots) {
        int code = words->slot[slot_of(words, text, n, hash)];
        if (code >= 0)
            return code;
    }
    if (((size_t)words->count + 1) * 2 > words->slots && !grow_slots(words))
        return -1;
    if (words->count == words->room && !grow_list(words))
        return -1;
    if (words->capacity - words->used < n + 1 && !grow_pool(words, n + 1))
        return -1;
    words->slot[slot_of(words, text, n, hash)] = words->count;
    words->offset[words->count] = words->used;
    words->hash[words->count] = hash;
    memcpy(words->pool + words->used, text, n);
    words->pool[words->used + n] = '\0';
    words->used += n + 1;
    return words->count++;
}

int csv_words_take(struct csv_words *words, char ***list)
{
    *list = NULL;
    if (words->count) {
        *list = malloc((size_t)words->count * sizeof **list);
        if (!*list)
            return -1;
        for (int code = 0; code < words->count; code++)
            (*list)[code] = words->pool + words->offset[code];
        words->pool = NULL;
    }
    csv_words_free(words);
    return 0;
}

void csv_words_release(char **list)
{
    if (list)
        free(list[0]);
    free(list);
}

void csv_words_free(struct csv_words *words)
{
    free(words->pool);
    free(words->offset);
    free(words->hash);
    free(words->slot);
    *words = (struct csv_words){0};
}
