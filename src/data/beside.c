/* beside.c: names made of names, and whether such a file is there. Only the last part of a path is changed. */
#include "beside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where FROM stands last in the base name, as a word of its own if WORD; or NULL. */
static const char *find_last(const char *path, const char *from, bool word)
{
    const char *base = base_of(path), *last = NULL;
    size_t n = strlen(from);
    for (const char *p = base; (p = strstr(p, from)); p++) {
        bool apart = (p == base || !isalnum((unsigned char)p[-1])) && !isalnum((unsigned char)p[n]);
        if (!word || apart)
            last = p;
    }
    return last;
}

/* OUT becomes PATH with FROM replaced by TO; false if it is not there or the name becomes too long. */
static bool replace(const char *path, const char *from, const char *to, bool word, char out[BESIDE_PATH])
{
    const char *at = find_last(path, from, word);
    if (!at)
        return false;
    int n = snprintf(out, BESIDE_PATH, "%.*s%s%s", (int)(at - path), path, to, at + strlen(from));
    return n < BESIDE_PATH;
}

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0;
}

/* Whether PATH, or the same with .gz added or taken away, is there: FOUND is the one that is. */
static bool is_there(const char *path, char found[BESIDE_PATH], struct text *tried)
{
    if (tried)
        text_add(tried, "%s%s", tried->length ? ", " : "", base_of(path));
    bool packed = ends_in(path, ".gz");
    int n = snprintf(found, BESIDE_PATH, "%s", path);
    if (n < BESIDE_PATH && access(found, R_OK) == 0)
        return true;
    n = packed ? snprintf(found, BESIDE_PATH, "%.*s", (int)strlen(path) - 3, path)
               : snprintf(found, BESIDE_PATH, "%s.gz", path);
    return n < BESIDE_PATH && access(found, R_OK) == 0;
}

/* "images" becomes "labels" and the rank in the name of an IDX file 1. */
static bool idx_labels(const char *path, char found[BESIDE_PATH], struct text *tried)
{
    char name[BESIDE_PATH], ranked[BESIDE_PATH];
    if (!replace(path, "images", "labels", false, name))
        return false;
    static const char *const ranks[] = {"idx2", "idx3", "idx4"};
    for (int i = 0; i < 3; i++)
        if (replace(name, ranks[i], "idx1", false, ranked))
            return is_there(ranked, found, tried);
    return is_there(name, found, tried);
}

bool beside_labels(const char *path, char found[BESIDE_PATH], struct text *tried)
{
    static const struct {
        const char *from, *to;
        bool word;
    } rules[] = {{".npy", "-labels.npy", false}, {".npy", "_labels.npy", false}, {"x", "y", true}, {"X", "y", true},
                 {"X", "Y", true}};
    char name[BESIDE_PATH];
    if (idx_labels(path, found, tried))
        return true;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (replace(path, rules[i].from, rules[i].to, rules[i].word, name) && is_there(name, found, tried))
            return true;
    return false;
}

bool beside_test(const char *path, char found[BESIDE_PATH])
{
    char name[BESIDE_PATH];
    return (replace(path, "train", "t10k", false, name) && is_there(name, found, NULL)) ||
           (replace(path, "train", "test", false, name) && is_there(name, found, NULL));
}
