/*
 * byte_stream.h: bytes from a file or from memory, plain or gzip (told by its first two bytes), in the order in which
 * they come. Used by the array readers only.
 *
 * Nothing is trusted: a member that is cut short, fails its checksum or is followed by something else is refused.
 */
#ifndef IO_BYTE_STREAM_H
#define IO_BYTE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct byte_stream; /* opaque */

/* Opens a regular file, or N bytes at BYTES, which must outlive the stream; NAME stands for them in messages. */
struct byte_stream *byte_stream_open(const char *path, struct err *err);
struct byte_stream *byte_stream_open_bytes(const char *name, const void *bytes, size_t n, struct err *err);
void byte_stream_close(struct byte_stream *stream);

/* The next N bytes; fewer are ERR_DATA. */
int byte_stream_read(struct byte_stream *stream, void *to, size_t n, struct err *err);

/* Demands that nothing follows. */
int byte_stream_end(struct byte_stream *stream, struct err *err);

/* How many bytes can still come. EXACT: how many do; of a gzip file it is a bound, the most that deflate can pack into
 * the bytes that are there (1032 to 1, https://zlib.net/zlib_tech.html). */
uint64_t byte_stream_left(const struct byte_stream *stream, bool *exact);

const char *byte_stream_name(const struct byte_stream *stream);

/* XXH3 of the bytes that were read so far, unpacked: a file has the same hash plain and packed. */
uint64_t byte_stream_hash(const struct byte_stream *stream);

#endif
