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

EMBED(G1, "G1");
EMBED(G2, "G2");
EMBED(G3, "G3");
EMBED(G4, "G4");
EMBED(G5, "G5");
EMBED(G6, "G6");
EMBED(G7, "G7");
EMBED(G8, "G8");
EMBED(G9, "G9");
EMBED(G10, "G10");
EMBED(D1, "D1");
EMBED(D2, "D2");
EMBED(D3, "D3");
EMBED(D4, "D4");
EMBED(D5, "D5");
EMBED(D6, "D6");
EMBED(D7, "D7");
EMBED(D8, "D8");
EMBED(D9, "D9");
EMBED(case_study, "case-study");

#define LESSON(symbol, file) {file, lesson_##symbol, lesson_##symbol##_end}

const struct lesson lessons[] = {
    LESSON(G1, "G1"),
    LESSON(G2, "G2"),
    LESSON(G3, "G3"),
    LESSON(G4, "G4"),
    LESSON(G5, "G5"),
    LESSON(G6, "G6"),
    LESSON(G7, "G7"),
    LESSON(G8, "G8"),
    LESSON(G9, "G9"),
    LESSON(G10, "G10"),
    LESSON(D1, "D1"),
    LESSON(D2, "D2"),
    LESSON(D3, "D3"),
    LESSON(D4, "D4"),
    LESSON(D5, "D5"),
    LESSON(D6, "D6"),
    LESSON(D7, "D7"),
    LESSON(D8, "D8"),
    LESSON(D9, "D9"),
    LESSON(case_study, "case-study"),
    {0},
};
