/*
 * csv_plain.h: large files of plain cells read in place, several times as fast as libcsv's callbacks let one.
 *
 * It either gives exactly the table that csv_read.c would give, or gives up: at a quote, a row of another length, a
 * number that float cannot hold, a very long cell. Then csv_read.c reads all of it, and says what is wrong; so what a
 * file means, and every message about it, has one home. Used by the CSV reader only.
 */
#ifndef IO_CSV_PLAIN_H
#define IO_CSV_PLAIN_H

#include "csv_read.h"

/* Reads SOURCE, which holds no NUL, into TABLE, whose columns are there, named and otherwise zero. THREADS: 1 or 2.
 * False when it gives up: TABLE is as it was. */
bool csv_plain_read(const struct csv_source *source, const struct csv_survey *survey, int threads,
                    struct csv_table *table);

#endif
