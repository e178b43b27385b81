/*
 * lesson_texts.c: the files of datasets/lessons/, as they are, inside the program, in the order in which they are listed.
 *
 * The assembler copies them in, with paths from the top of the tree, where make runs; the Makefile makes this file
 * again when one of them changes. A test compares the table with the folder.
 */
#include "cmd/lesson.h"

#define EMBED(symbol, file)                                                                                       \
    __asm__(".section .rodata\n"                                                                                  \
            ".hidden lesson_" #symbol "\n.global lesson_" #symbol "\nlesson_" #symbol ":\n"                       \
            ".incbin \"datasets/lessons/" file ".dnn\"\n"                                                         \
            ".hidden lesson_" #symbol "_end\n.global lesson_" #symbol "_end\nlesson_" #symbol "_end:\n"           \
            ".byte 0\n"                                                                                           \
            ".previous\n");                                                                                       \
    extern const char lesson_##symbol[] __attribute__((visibility("hidden")));                                    \
    extern const char lesson_##symbol##_end[] __attribute__((visibility("hidden")))

EMBED(G2, "G2");

#define LESSON(symbol, file) {file, lesson_##symbol, lesson_##symbol##_end}

const struct lesson lessons[] = {
    LESSON(G2, "G2"),
    {0},
};
