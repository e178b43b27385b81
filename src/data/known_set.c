/*
 * known_set.c: the small sets of datasets/, as they are, inside the program; one that is made (stars.c); and where a
 * package puts a large one.
 *
 * The assembler copies the files in (.incbin, with paths from the top of the tree, where make runs), so there is no
 * generated source and nothing to keep in step; the Makefile makes this file again when one of them changes.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "data/dataset.h"
#include "dataset_parts.h"
#include "stars.h"

#define EMBED(name)                                                                                               \
    __asm__(".section .rodata\n"                                                                                  \
            ".balign 16\n"                                                                                        \
            ".hidden known_set_" #name "\n.global known_set_" #name "\nknown_set_" #name ":\n"                    \
            ".incbin \"datasets/" #name ".csv\"\n"                                                                \
            ".hidden known_set_" #name "_end\n.global known_set_" #name "_end\nknown_set_" #name "_end:\n"        \
            ".byte 0\n"                                                                                           \
            ".previous\n");                                                                                       \
    extern const unsigned char known_set_##name[] __attribute__((visibility("hidden")));                          \
    extern const unsigned char known_set_##name##_end[] __attribute__((visibility("hidden")))

EMBED(digits);
EMBED(iris);
EMBED(wine);
EMBED(cancer);
EMBED(diabetes);

#define BUILT_IN(set) .name = #set, .bytes = known_set_##set, .end = known_set_##set##_end

static const char *const fashion_classes[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
                                              "Shirt", "Sneaker", "Bag", "Ankle boot", NULL};

const struct known_set known_sets[] = {
    {BUILT_IN(digits), .summary = "1,797 handwritten digits of 8 x 8 pixels, 10 classes", .target = "digit"},
    {BUILT_IN(iris), .summary = "150 iris flowers, 4 measures, 3 species", .target = "species"},
    {BUILT_IN(wine), .summary = "178 wines, 13 chemical measures, 3 cultivars", .target = "cultivar"},
    {BUILT_IN(cancer), .summary = "569 breast masses, 30 measures of cell nuclei, malignant or benign",
     .target = "diagnosis"},
    {BUILT_IN(diabetes), .summary = "442 patients, 10 measures, disease progression after a year: a regression",
     .target = "progression"},
    {.name = "stars", .make = stars_make, .shape = "1x16x16", .target = "stars", .regress = true,
     .summary = "160 made-up pictures of stars, 16 x 16 pixels of up to 140,000,000: count them, a regression"},
    {.name = "fashion",
     .summary = "70,000 pictures of clothes, 28 x 28 pixels, 10 classes; 10,000 are the official test",
     .path = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz", .package = "dataset-fashion-mnist",
     .target = "label", .class_name = fashion_classes},
    {0},
};

int known_set_check(const struct known_set *set, struct err *err)
{
    if (set->bytes || set->make || access(set->path, R_OK) == 0)
        return 0;
    return err_set(err, ERR_FILE, "%s: %s: %s; Debian's package %s puts it there: apt-get install %s", set->name,
                   set->path, strerror(errno), set->package, set->package);
}

int known_set_read(const struct known_set *set, struct csv_table *table, struct err *err)
{
    struct csv_options options = {.delimiter = ',', .header = 1};
    struct text made = {0};
    if (set->make)
        set->make(&made);
    const unsigned char *bytes = set->make ? (const unsigned char *)made.data : set->bytes;
    size_t length = set->make ? made.length : (size_t)(set->end - set->bytes);
    int status = csv_read_bytes(set->name, bytes, length, &options, table, err);
    text_free(&made);
    return status;
}

const struct known_set *known_set_find(const char *name)
{
    for (const struct known_set *set = known_sets; set->name; set++)
        if (strcasecmp(set->name, name) == 0)
            return set;
    return NULL;
}
