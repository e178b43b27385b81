/* histogram.h: a histogram drawn as lines of text, for the log and for standard output. */
#ifndef VIEW_HISTOGRAM_H
#define VIEW_HISTOGRAM_H

#include "debug/tensor.h"

/* Adds a heading with NAME, and a line a bin: its ends, how many values it holds, and a bar; at most WIDTH columns
 * where that is 60 or more. Bars are linear; one of a bin that is not empty is always seen. */
void histogram_print(const struct histogram *histogram, const char *name, int width, bool ascii, struct text *out);

#endif
