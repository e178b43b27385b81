/*
 * arena.h: one block of memory, sized when a thing is planned, from which its parts are taken in order.
 *
 * The same carving function runs twice: once over an arena that only measures, to learn the size, then over the real
 * one. Nothing is given back but the whole.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

/* Every part starts on a cache line, so that two threads' parts never share one and vector loads are aligned. */
#define ARENA_ALIGN 64

struct arena {
    unsigned char *base; /* NULL while measuring */
    size_t size;         /* bytes of the block; 0 while measuring */
    size_t used;         /* bytes handed out, padding included */
};

/* An arena that only measures: arena_take returns NULL and counts. */
struct arena arena_measure(void);

/* Takes a zeroed block of SIZE bytes for what PURPOSE says ("the network"). Refuses, before anything is taken, what
 * exceeds the memory that the system says is available, and names both figures; for less than 2 MB it is not asked. */
int arena_open(struct arena *arena, size_t size, const char *purpose, struct err *err);

/* The next COUNT elements of SIZE bytes, aligned to ARENA_ALIGN; NULL only while measuring. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* COUNT, or as many elements of SIZE bytes more as fill a whole number of cache lines: what thread after thread writes
 * lies so far apart. SIZE divides a line. */
size_t arena_whole_lines(size_t count, size_t size);

void arena_close(struct arena *arena);

/* Bytes that could be taken now without swapping: MemAvailable of /proc/meminfo; SIZE_MAX where that is not known. */
size_t memory_available(void);

#endif
