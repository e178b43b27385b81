/*
 * known_set.c: the small sets of datasets/, as they are, inside the program.
 *
 * The assembler copies the files in (.incbin, with paths from the top of the tree, where make runs), so there is no
 * generated source and nothing to keep in step; the Makefile makes this file again when one of them changes.
 */
#include <strings.h>

#include "data/dataset.h"

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

const struct known_set known_sets[] = {
    {"digits", "1,797 handwritten digits of 8 x 8 pixels, 10 classes", known_set_digits, known_set_digits_end, "digit"},
    {"iris", "150 iris flowers, 4 measures, 3 species", known_set_iris, known_set_iris_end, "species"},
    {"wine", "178 wines, 13 chemical measures, 3 cultivars", known_set_wine, known_set_wine_end, "cultivar"},
    {"cancer", "569 breast masses, 30 measures of cell nuclei, malignant or benign", known_set_cancer,
     known_set_cancer_end, "diagnosis"},
    {"diabetes", "442 patients, 10 measures, disease progression after a year: a regression", known_set_diabetes,
     known_set_diabetes_end, "progression"},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct known_set *known_set_find(const char *name)
{
    for (const struct known_set *set = known_sets; set->name; set++)
        if (strcasecmp(set->name, name) == 0)
            return set;
    return NULL;
}
