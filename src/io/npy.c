/*
 * npy.c: the header of a .npy file, versions 1 to 3 (https://numpy.org/doc/stable/reference/generated/
 * numpy.lib.format.html): magic, version, length, then a Python dictionary of three entries as text.
 *
 * The text is read by a parser for that one dictionary; nothing is evaluated, and what is not expected is refused.
 */
#include <stdio.h>
#include <string.h>

#include "array_header.h"

#define HEADER_MAX (64 * 1024) /* numpy writes 118 bytes for any array of plain numbers */
#define WORD_MAX 40

/* The text of a header and how far it is read. */
struct cursor {
    const char *name; /* of the file */
    const char *begin, *at, *end;
};

static const struct {
    const char *code;
    enum array_type type;
} types[] = {
    {"b1", ARRAY_BOOL}, {"u1", ARRAY_U1}, {"i1", ARRAY_I1}, {"u2", ARRAY_U2}, {"i2", ARRAY_I2}, {"u4", ARRAY_U4},
    {"i4", ARRAY_I4},   {"u8", ARRAY_U8}, {"i8", ARRAY_I8}, {"f4", ARRAY_F4}, {"f8", ARRAY_F8},
};

bool npy_begins(const uint8_t first[4])
{
    return memcmp(first, "\x93NUM", 4) == 0;
}

static int refuse(const struct cursor *cursor, const char *expected, struct err *err)
{
    return err_set(err, ERR_DATA, "%.300s: byte %td of the .npy header: expected %s", cursor->name,
                   cursor->at - cursor->begin, expected);
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\n", *cursor->at) && *cursor->at)
        cursor->at++;
}

/* Passes over C, blanks before it allowed. */
static bool pass(struct cursor *cursor, char c)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* Passes over 'TEXT' into WORD; no escapes: none of the words that are legal has one. */
static int read_string(struct cursor *cursor, char word[WORD_MAX], struct err *err)
{
    skip_blanks(cursor);
    char quote = cursor->at < cursor->end ? *cursor->at : 0;
    if (quote != '\'' && quote != '"')
        return refuse(cursor, "a word in quotes", err);
    const char *start = cursor->at + 1;
    const char *close = memchr(start, quote, (size_t)(cursor->end - start));
    if (!close || close - start >= WORD_MAX || memchr(start, '\\', (size_t)(close - start)))
        return refuse(cursor, "a short word in quotes", err);
    memcpy(word, start, (size_t)(close - start));
    word[close - start] = 0;
    cursor->at = close + 1;
    return strlen(word) == (size_t)(close - start) ? 0 : refuse(cursor, "no NUL byte", err);
}

static int read_type(struct cursor *cursor, struct array *array, struct err *err)
{
    char word[WORD_MAX], shown[2 * WORD_MAX];
    skip_blanks(cursor);
    if (cursor->at < cursor->end && (*cursor->at == '[' || *cursor->at == '('))
        return err_set(err, ERR_DATA, "%.300s: holds records of named fields (a structured type); expected plain "
                                      "numbers", cursor->name);
    if (read_string(cursor, word, err) != 0)
        return -1;
    if (strchr("<>|=", word[0]) && strcmp(word + (word[0] != 0), "O") == 0)
        return err_set(err, ERR_DATA, "%.300s: holds Python objects (type '%s'), which could be any code; expected "
                                      "plain numbers, as from X.astype('float32')", cursor->name, word);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        bool single = types[i].code[1] == '1';
        if (!word[0] || strcmp(word + 1, types[i].code) != 0 || !strchr(single ? "|<>" : "<>", word[0]))
            continue;
        array->type = types[i].type;
        array->big_endian = word[0] == '>';
        return 0;
    }
    return err_set(err, ERR_DATA, "%.300s: type '%s'; legal: b1 u1 i1 u2 i2 u4 i4 u8 i8 f4 f8, after < or > (or |)",
                   cursor->name, text_escape(shown, sizeof shown, word));
}

static int read_order(struct cursor *cursor, struct array *array, struct err *err)
{
    skip_blanks(cursor);
    size_t left = (size_t)(cursor->end - cursor->at);
    array->fortran = left >= 4 && memcmp(cursor->at, "True", 4) == 0;
    if (!array->fortran && !(left >= 5 && memcmp(cursor->at, "False", 5) == 0))
        return refuse(cursor, "True or False", err);
    cursor->at += array->fortran ? 4 : 5;
    return 0;
}

/* A whole number without a sign; one that no memory could hold stays that large. */
static int read_dimension(struct cursor *cursor, size_t *dim, struct err *err)
{
    const char *start = cursor->at;
    *dim = 0;
    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++)
        if (__builtin_mul_overflow(*dim, (size_t)10, dim) ||
            __builtin_add_overflow(*dim, (size_t)(*cursor->at - '0'), dim))
            return refuse(cursor, "a dimension below 2 to the 64", err);
    return cursor->at > start ? 0 : refuse(cursor, "a dimension: a whole number from 0 up", err);
}

/* "(3, 4)", "(3,)", "()". */
static int read_shape(struct cursor *cursor, struct array *array, struct err *err)
{
    if (!pass(cursor, '('))
        return refuse(cursor, "the shape, in round brackets", err);
    array->rank = 0;
    bool comma = true;
    while (!pass(cursor, ')')) {
        if (!comma)
            return refuse(cursor, "a comma or a closing bracket", err);
        if (array->rank == ARRAY_RANK)
            return err_set(err, ERR_DATA, "%.300s: an array of more than %d dimensions; legal: 1 to %d", cursor->name,
                           ARRAY_RANK, ARRAY_RANK);
        if (read_dimension(cursor, &array->dim[array->rank++], err) != 0)
            return -1;
        comma = pass(cursor, ',');
    }
    if (array->rank == 1 && !comma)
        return refuse(cursor, "a comma after the only dimension", err);
    return 0;
}

static int read_entry(struct cursor *cursor, struct array *array, unsigned *seen, struct err *err)
{
    static const struct {
        const char *key;
        int (*read)(struct cursor *cursor, struct array *array, struct err *err);
    } entries[] = {{"descr", read_type}, {"fortran_order", read_order}, {"shape", read_shape}};
    char key[WORD_MAX];
    struct cursor before = *cursor;
    if (read_string(cursor, key, err) != 0)
        return -1;
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(key, entries[i].key) != 0)
            continue;
        if (*seen & 1u << i)
            return refuse(&before, "each entry once", err);
        *seen |= 1u << i;
        return pass(cursor, ':') ? entries[i].read(cursor, array, err) : refuse(cursor, "a colon", err);
    }
    return refuse(&before, "'descr', 'fortran_order' or 'shape'", err);
}

static int read_dictionary(struct cursor *cursor, struct array *array, struct err *err)
{
    unsigned seen = 0;
    bool comma = true;
    if (!pass(cursor, '{'))
        return refuse(cursor, "a dictionary in curly brackets", err);
    while (!pass(cursor, '}')) {
        if (!comma)
            return refuse(cursor, "a comma or a closing bracket", err);
        if (read_entry(cursor, array, &seen, err) != 0)
            return -1;
        comma = pass(cursor, ',');
    }
    skip_blanks(cursor);
    if (cursor->at != cursor->end)
        return refuse(cursor, "nothing after the dictionary", err);
    return seen == 7 ? 0 : refuse(cursor, "all of 'descr', 'fortran_order' and 'shape'", err);
}

int npy_read_header(struct array *array, const uint8_t first[4], struct err *err)
{
    struct byte_stream *stream = array->stream;
    const char *name = byte_stream_name(stream);
    uint8_t rest[4], size[4] = {0};
    char header[HEADER_MAX];
    (void)first; /* npy_begins has seen to them */
    if (byte_stream_read(stream, rest, sizeof rest, err) != 0)
        return -1;
    if (rest[0] != 'P' || rest[1] != 'Y')
        return err_set(err, ERR_DATA, "%.300s: begins like a .npy file, but its magic is wrong", name);
    if (rest[2] < 1 || rest[2] > 3 || rest[3] != 0)
        return err_set(err, ERR_DATA, "%.300s: .npy version %d.%d; legal: 1.0, 2.0, 3.0", name, rest[2], rest[3]);
    if (byte_stream_read(stream, size, rest[2] == 1 ? 2 : 4, err) != 0)
        return -1;
    size_t length = (size_t)size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    if (length > sizeof header)
        return err_set(err, ERR_DATA, "%.300s: a .npy header of %zu bytes; legal: at most %d", name, length,
                       HEADER_MAX);
    if (byte_stream_read(stream, header, length, err) != 0)
        return -1;
    struct cursor cursor = {.name = name, .begin = header, .at = header, .end = header + length};
    return read_dictionary(&cursor, array, err);
}

/* --- writing */

void npy_print_header(int rank, const int dim[], struct text *out)
{
    enum { FIXED = 10, ALIGNED = 64 };
    const uint16_t one = 1;
    const bool little = *(const uint8_t *)&one == 1;
    struct text dictionary = {0};
    text_add(&dictionary, "{'descr': '%cf4', 'fortran_order': False, 'shape': (", little ? '<' : '>');
    for (int i = 0; i < rank; i++)
        text_add(&dictionary, rank == 1 ? "%d," : i ? ", %d" : "%d", dim[i]);
    text_add(&dictionary, "), }");
    while ((FIXED + dictionary.length + 1) % ALIGNED)
        text_add(&dictionary, " ");
    text_add(&dictionary, "\n");
    const char fixed[FIXED] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, (char)(dictionary.length & 0xff),
                               (char)(dictionary.length >> 8)};
    text_add_bytes(out, fixed, sizeof fixed);
    text_add_bytes(out, dictionary.data, dictionary.length);
    text_free(&dictionary);
}
