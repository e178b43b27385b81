/*
 * beside.h: the names of the files that belong to an array: its labels, its test samples. dataset.h has the rules.
 */
#ifndef DATA_BESIDE_H
#define DATA_BESIDE_H

#include <stdbool.h>

#include "base/text.h"

#define BESIDE_PATH 4352 /* a path of data_origin and what a rule may add to it */

/* Finds the file of labels for the array at PATH: the first name that is there goes to FOUND. False when none is;
 * TRIED, unless NULL, then has the names without their folder. */
bool beside_labels(const char *path, char found[BESIDE_PATH], struct text *tried);

/* The same for the array of test samples. */
bool beside_test(const char *path, char found[BESIDE_PATH]);

#endif
