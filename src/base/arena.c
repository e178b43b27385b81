/* arena.c: blocks taken whole from the system, and zeroed. */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/text.h"

/* Blocks from this size on ask for pages of that size: a step walks through all of them. */
#define LARGE_PAGE ((size_t)2 << 20)

struct arena arena_measure(void)
{
    return (struct arena){0};
}

size_t memory_available(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    if (!file)
        return SIZE_MAX;
    char line[128];
    unsigned long long kilobytes;
    size_t available = SIZE_MAX;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %llu", &kilobytes) == 1) {
            available = (size_t)kilobytes * 1024;
            break;
        }
    fclose(file);
    return available;
}

/* Whether the system grants large pages is its own affair. */
static unsigned char *take_large(size_t size)
{
    void *base = NULL;
    if (posix_memalign(&base, LARGE_PAGE, size))
        return NULL;
    madvise(base, size, MADV_HUGEPAGE);
    return base;
}

int arena_open(struct arena *arena, size_t size, const char *purpose, struct err *err)
{
    *arena = (struct arena){0};
    size_t available = size < LARGE_PAGE ? SIZE_MAX : memory_available(); /* asking takes longer than a small block */
    if (size > available || size > SIZE_MAX - ARENA_ALIGN)
        return err_set(err, ERR_MEMORY, "%s would take %s; %s of memory is available", purpose,
                       text_bytes((double)size).s, text_bytes((double)available).s);
    size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (size >= LARGE_PAGE)
        arena->base = take_large(size);
    else
        arena->base = aligned_alloc(ARENA_ALIGN, size ? size : ARENA_ALIGN);
    if (!arena->base)
        return err_set(err, ERR_MEMORY, "%s would take %s; the system refused it", purpose,
                       text_bytes((double)size).s);
    memset(arena->base, 0, size);
    arena->size = size;
    return 0;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    void *part = arena->base ? arena->base + arena->used : NULL;
    /* A sum that no size_t holds stays at SIZE_MAX, which arena_open refuses. */
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ARENA_ALIGN)
        bytes = SIZE_MAX;
    else
        bytes = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (__builtin_add_overflow(arena->used, bytes, &arena->used))
        arena->used = SIZE_MAX;
    assert(!arena->base || arena->used <= arena->size);
    return part;
}

size_t arena_whole_lines(size_t count, size_t size)
{
    size_t each = ARENA_ALIGN / size;
    assert(each * size == ARENA_ALIGN);
    return (count + each - 1) / each * each;
}

void arena_close(struct arena *arena)
{
    free(arena->base);
    *arena = (struct arena){0};
}
