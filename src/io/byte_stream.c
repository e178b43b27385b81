/*
 * byte_stream.c: reading and inflating. Whatever is asked for is written where it is wanted at once: an image set is
 * never in memory twice.
 */
#include "byte_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#define BUFFER_SIZE (64 * 1024)
#define PIECE_MAX (1u << 20) /* inflated and hashed at a time, while it is in the cache */
#define INFLATE_RATIO_MAX 1032
#define GZIP_ONLY (15 + 16) /* zlib's windowBits for a gzip member with any window */

struct byte_stream {
    char *name;
    int file;              /* -1: from memory */
    const uint8_t *memory;
    uint64_t size, taken;  /* bytes of the source, and those taken from it */
    uint64_t given;        /* bytes read from the stream */
    XXH3_state_t *hash;
    bool packed;
    bool between;          /* members: the last one has ended */
    z_stream z;
    uint8_t *buffer;       /* [BUFFER_SIZE] packed bytes; NULL unless packed */
};

static int out_of_memory(const char *name, struct err *err)
{
    return err_set(err, ERR_MEMORY, "%.300s: out of memory", name);
}

/* At most N bytes of the source; 0 at its end, -1 on failure. */
static ssize_t take(struct byte_stream *stream, void *to, size_t n, struct err *err)
{
    ssize_t got;
    if (stream->file < 0) {
        uint64_t left = stream->size - stream->taken;
        got = (ssize_t)(n < left ? n : left);
        memcpy(to, stream->memory + stream->taken, (size_t)got);
    } else {
        do
            got = read(stream->file, to, n);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return err_set(err, ERR_FILE, "%.300s: %s", stream->name, strerror(errno));
    }
    stream->taken += (uint64_t)got;
    return got;
}

/* The first two bytes of a gzip file are 1F 8B. */
static int open_packed(struct byte_stream *stream, struct err *err)
{
    uint8_t first[2] = {0};
    if (stream->file < 0)
        memcpy(first, stream->memory, stream->size < 2 ? stream->size : 2);
    else if (pread(stream->file, first, 2, 0) < 0)
        return err_set(err, ERR_FILE, "%.300s: %s", stream->name, strerror(errno));
    if (first[0] != 0x1F || first[1] != 0x8B)
        return 0;
    stream->buffer = malloc(BUFFER_SIZE);
    if (!stream->buffer || inflateInit2(&stream->z, GZIP_ONLY) != Z_OK)
        return out_of_memory(stream->name, err);
    stream->packed = true;
    return 0;
}

static int open_source(struct byte_stream *stream, const char *name, struct err *err)
{
    stream->name = strdup(name);
    stream->hash = XXH3_createState();
    if (!stream->name || !stream->hash)
        return out_of_memory(name, err);
    XXH3_64bits_reset(stream->hash);
    return open_packed(stream, err);
}

static int open_file(struct byte_stream *stream, const char *path, struct err *err)
{
    struct stat status;
    stream->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (stream->file < 0 || fstat(stream->file, &status) != 0)
        return err_set(err, ERR_FILE, "%.300s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_FILE, "%.300s: is not a file", path);
    stream->size = (uint64_t)status.st_size;
    return open_source(stream, path, err);
}

struct byte_stream *byte_stream_open(const char *path, struct err *err)
{
    struct byte_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        out_of_memory(path, err);
    } else if (open_file(stream, path, err) != 0) {
        byte_stream_close(stream);
        return NULL;
    }
    return stream;
}

struct byte_stream *byte_stream_open_bytes(const char *name, const void *bytes, size_t n, struct err *err)
{
    struct byte_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        out_of_memory(name, err);
        return NULL;
    }
    stream->file = -1;
    stream->memory = bytes;
    stream->size = n;
    if (open_source(stream, name, err) == 0)
        return stream;
    byte_stream_close(stream);
    return NULL;
}

void byte_stream_close(struct byte_stream *stream)
{
    if (!stream)
        return;
    if (stream->packed)
        inflateEnd(&stream->z);
    if (stream->file >= 0)
        close(stream->file);
    XXH3_freeState(stream->hash);
    free(stream->buffer);
    free(stream->name);
    free(stream);
}

/* Sees to it that packed bytes are there; 0 when the source has no more, -1 on failure. */
static int refill(struct byte_stream *stream, struct err *err)
{
    if (stream->z.avail_in > 0)
        return 1;
    ssize_t got = take(stream, stream->buffer, BUFFER_SIZE, err);
    stream->z.next_in = stream->buffer;
    stream->z.avail_in = got > 0 ? (uInt)got : 0;
    return got < 0 ? -1 : got > 0;
}

/* At most N unpacked bytes; 0 at the end, -1 on failure. */
static ssize_t unpack(struct byte_stream *stream, void *to, size_t n, struct err *err)
{
    z_stream *z = &stream->z;
    z->next_out = to;
    z->avail_out = (uInt)n;
    while (z->avail_out == n) {
        int more = refill(stream, err);
        if (more < 0 || (more == 0 && stream->between))
            return more;
        if (more == 0)
            return err_set(err, ERR_DATA, "%.300s: the gzip file is cut short, %" PRIu64 " bytes into what it holds",
                           stream->name, stream->given);
        if (stream->between && inflateReset(z) != Z_OK)
            return out_of_memory(stream->name, err);
        stream->between = false;
        int status = inflate(z, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return out_of_memory(stream->name, err);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return err_set(err, ERR_DATA, "%.300s: the gzip file is damaged, %" PRIu64 " bytes into what it holds: %s",
                           stream->name, stream->given, z->msg ? z->msg : "it needs a dictionary");
        stream->between = status == Z_STREAM_END;
    }
    return (ssize_t)(n - z->avail_out);
}

/* At most N bytes; 0 at the end, -1 on failure. */
static ssize_t next_bytes(struct byte_stream *stream, void *to, size_t n, struct err *err)
{
    n = n < PIECE_MAX ? n : PIECE_MAX;
    ssize_t got = stream->packed ? unpack(stream, to, n, err) : take(stream, to, n, err);
    if (got > 0) {
        XXH3_64bits_update(stream->hash, to, (size_t)got);
        stream->given += (uint64_t)got;
    }
    return got;
}

int byte_stream_read(struct byte_stream *stream, void *to, size_t n, struct err *err)
{
    uint8_t *at = to;
    while (n > 0) {
        ssize_t got = next_bytes(stream, at, n, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return err_set(err, ERR_DATA, "%.300s: ends after %" PRIu64 " bytes, expected at least %zu more",
                           stream->name, stream->given, n);
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

int byte_stream_end(struct byte_stream *stream, struct err *err)
{
    uint8_t byte;
    uint64_t before = stream->given;
    ssize_t got = next_bytes(stream, &byte, 1, err);
    if (got < 0)
        return -1;
    if (got > 0)
        return err_set(err, ERR_DATA, "%.300s: found bytes after the %" PRIu64 " that its header speaks of",
                       stream->name, before);
    return 0;
}

uint64_t byte_stream_left(const struct byte_stream *stream, bool *exact)
{
    *exact = !stream->packed;
    if (!stream->packed)
        return stream->size > stream->taken ? stream->size - stream->taken : 0;
    return stream->size < UINT64_MAX / INFLATE_RATIO_MAX ? stream->size * INFLATE_RATIO_MAX : UINT64_MAX;
}

const char *byte_stream_name(const struct byte_stream *stream)
{
    return stream->name;
}

uint64_t byte_stream_hash(const struct byte_stream *stream)
{
    return XXH3_64bits_digest(stream->hash);
}
