/*
 * paths.h: where the program's own files are, by the XDG base directory specification.
 */
#ifndef TERM_PATHS_H
#define TERM_PATHS_H

#include "base/text.h"

enum path_kind { PATH_CONFIG, PATH_STATE }; /* $XDG_CONFIG_HOME or ~/.config, $XDG_STATE_HOME or ~/.local/state */

/* Adds "DIRECTORY/dnntui/NAME" to OUT; false, and nothing, when there is no home to put it in. */
bool paths_find(enum path_kind kind, const char *name, struct text *out);

/* Makes the directories that lead to PATH (0700, those that are not there); false with errno set when one cannot be. */
bool paths_make(const char *path);

#endif
