/* paths.c: the two directories of ours, found and made. A relative path in the environment is ignored, as XDG asks. */
#include "term/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *variable, *in_home;
} kinds[] = {[PATH_CONFIG] = {"XDG_CONFIG_HOME", ".config"}, [PATH_STATE] = {"XDG_STATE_HOME", ".local/state"}};

bool paths_find(enum path_kind kind, const char *name, struct text *out)
{
    const char *directory = getenv(kinds[kind].variable), *home = getenv("HOME");
    if (directory && directory[0] == '/')
        text_add(out, "%s/dnntui/%s", directory, name);
    else if (home && home[0] == '/')
        text_add(out, "%s/%s/dnntui/%s", home, kinds[kind].in_home, name);
    else
        return false;
    return true;
}

bool paths_make(const char *path)
{
    struct text part = {0};
    bool made = true;
    for (const char *slash = strchr(path + 1, '/'); slash && made; slash = strchr(slash + 1, '/')) {
        text_clear(&part);
        text_add_bytes(&part, path, (size_t)(slash - path));
        made = mkdir(part.data, 0700) == 0 || errno == EEXIST;
    }
    text_free(&part);
    return made;
}
