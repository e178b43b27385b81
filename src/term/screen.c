/*
 * screen.c: the only file that includes <ncurses.h>. It shows a canvas and the prompt; it reads no key and knows no
 * pane.
 *
 * ncurses draws; the terminal's line settings are made here, so that a dying program can put them back from a signal
 * handler, where ncurses may not be called: hence the static record `held`. Never keypad(): the line editor knows the
 * keys in the mode that the terminal is in anyway. newterm(), not initscr(), which exits on a TERM it does not know.
 */
#include "term/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#undef columns /* <term.h> takes the word for a macro */
#include "term/wrap.h"
#include "view/palette.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct screen {
    SCREEN *curses;
    FILE *out;    /* what ncurses writes to: the terminal, or while it draws a frame GATHERED */
    int gathered; /* a file in memory; -1: there is none */
    attr_t attribute[INK_COUNT]; /* with the colour pair in `pair` */
    short colour[INK_COUNT];     /* -1: the terminal's own */
    int pair[INK_COUNT][INK_COUNT]; /* [ink][paper]; -1: not asked for yet */
};

static struct {
    volatile int active; /* the terminal is ours now */
    struct termios before, ours;
    char restore[128]; /* what makes the terminal as it was */
    size_t length;
} held;

bool screen_possible(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return false;
    int status;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return false;
    bool able = cursor_address && clear_screen; /* a dumb terminal passes newterm() and prints blanks for ever */
    del_curterm(cur_term);
    return able;
}

/* Adds the capability TEXT to what restores the terminal, without the padding ("$<5>") that no terminal needs today. */
static void restore_with(const char *text)
{
    if (!text || text == (const char *)-1)
        return;
    for (const char *p = text; *p && held.length < sizeof held.restore; p++) {
        const char *padding_end = p[0] == '$' && p[1] == '<' ? strchr(p, '>') : NULL;
        if (padding_end)
            p = padding_end;
        else
            held.restore[held.length++] = *p;
    }
}

/* In all that is drawn, -1 stands for the terminal's own colour. */
static void choose_looks(struct screen *screen, bool coloured)
{
    for (int ink = 0; ink < INK_COUNT; ink++) {
        struct look look = palette_look((enum ink)ink);
        screen->attribute[ink] = (look.bold ? A_BOLD : 0) | (look.dim ? A_DIM : 0) | (look.reverse ? A_REVERSE : 0);
        short colour = COLORS >= 256 ? look.colour256 : look.colour8;
        screen->colour[ink] = coloured ? colour : -1;
        for (int paper = 0; paper < INK_COUNT; paper++)
            screen->pair[ink][paper] = coloured ? -1 : 0;
    }
}

/* The colour pair of INK on PAPER; the terminal's own colours once it has no more pairs to give. */
static int pair_of(struct screen *screen, int ink, int paper)
{
    int *pair = &screen->pair[ink][paper];
    if (*pair < 0)
        *pair = alloc_pair(screen->colour[ink], paper == INK_TEXT ? -1 : screen->colour[paper]);
    return *pair < 0 ? 0 : *pair;
}

bool screen_coloured(const struct screen *screen)
{
    return screen->colour[INK_TRAIN] >= 0;
}

static void write_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, n);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
        }
    }
}

/* Keys come one by one and unseen, Ctrl-C and Ctrl-Z still signal; Ctrl-S, Ctrl-Q, Ctrl-V and Ctrl-O reach the line
 * editor; Enter comes as the carriage return that it sends. */
static void take_over(void)
{
    tcsetattr(STDIN_FILENO, TCSADRAIN, &held.ours);
    write_all(PASTE_ON, sizeof PASTE_ON - 1);
    held.active = 1;
}

static void forget(struct screen *screen)
{
    if (screen->out)
        fclose(screen->out);
    if (screen->gathered >= 0)
        close(screen->gathered);
    free(screen);
}

struct screen *screen_open(enum colour_mode colour, struct err *err)
{
    if (tcgetattr(STDIN_FILENO, &held.before)) {
        err_set(err, ERR_FILE, "cannot read the settings of the terminal: %s", strerror(errno));
        return NULL;
    }
    struct screen *screen = calloc(1, sizeof *screen);
    if (!screen) {
        err_set(err, ERR_MEMORY, "no memory for the screen");
        return NULL;
    }
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    screen->out = out < 0 ? NULL : fdopen(out, "w");
    screen->gathered = memfd_create("frame", MFD_CLOEXEC);
    screen->curses = screen->out ? newterm(NULL, screen->out, stdin) : NULL;
    if (!screen->curses) {
        forget(screen);
        err_set(err, ERR_FILE, "cannot open the terminal");
        return NULL;
    }
    set_term(screen->curses);
    held.length = 0;
    restore_with(PASTE_OFF);
    restore_with(exit_attribute_mode);
    restore_with(cursor_normal);
    restore_with(exit_ca_mode);
    restore_with("\r\n");
    held.ours = held.before;
    held.ours.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR);
    held.ours.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    held.ours.c_lflag |= ISIG | NOFLSH; /* Ctrl-C must not swallow what was typed before it */
    held.ours.c_cc[VMIN] = 1;
    held.ours.c_cc[VTIME] = 0;
    noecho();
    nonl();
    leaveok(stdscr, FALSE);
    typeahead(-1); /* a frame is shown whole, also when a key comes meanwhile */
    const char *no_color = getenv("NO_COLOR");
    bool wanted = colour == COLOUR_ALWAYS || (colour == COLOUR_AUTO && !(no_color && *no_color));
    bool coloured = wanted && has_colors() && start_color() == OK;
    if (coloured)
        use_default_colors();
    choose_looks(screen, coloured);
    take_over();
    return screen;
}

void screen_restore(void)
{
    if (!held.active)
        return;
    held.active = 0;
    write_all(held.restore, held.length);
    tcsetattr(STDIN_FILENO, TCSANOW, &held.before);
}

void screen_suspend(struct screen *screen)
{
    (void)screen;
    held.active = 0;
    write_all(PASTE_OFF, sizeof PASTE_OFF - 1);
    endwin();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &held.before);
}

void screen_resume(struct screen *screen)
{
    (void)screen;
    refresh(); /* leaves the mode that endwin() went to, with ncurses' own idea of the line settings: ours come after */
    take_over();
    screen_repaint(screen);
}

void screen_close(struct screen *screen)
{
    if (!screen)
        return;
    screen_suspend(screen);
    delscreen(screen->curses);
    forget(screen);
}

/* A terminal that changes its size moves, folds and drops what stands on it, each in its own way: all is drawn anew. */
void screen_measure(struct screen *screen, int *width, int *height)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        is_term_resized(size.ws_row, size.ws_col)) {
        resizeterm(size.ws_row, size.ws_col);
        screen_repaint(screen);
    }
    *width = COLS < 1 ? 1 : COLS;
    *height = LINES < 1 ? 1 : LINES;
}

static void put(struct screen *screen, int y, int x, const wchar_t *characters, int ink, int paper)
{
    cchar_t cell;
    int pair = pair_of(screen, ink, paper);
    if (setcchar(&cell, characters, screen->attribute[ink], 0, &pair) == OK)
        mvadd_wch(y, x, &cell);
}

void screen_put(struct screen *screen, const struct canvas *canvas)
{
    erase();
    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            const struct cell *cell = &canvas->cell[y * canvas->width + x];
            if (cell->rune == 0)
                continue; /* the right half of a wide one */
            bool blank = cell->rune == ' ' || cell->rune == 0x2800; /* many fonts draw the empty Braille cell */
            if (blank && !(screen->attribute[cell->ink] & A_REVERSE))
                continue;
            put(screen, y, x, (wchar_t[]){blank ? L' ' : (wchar_t)cell->rune, 0}, cell->ink, cell->paper);
        }
    }
}

void screen_put_prompt(struct screen *screen, struct rect where, const char *text, size_t cursor)
{
    if (where.width < 1 || where.height < 1)
        return;
    int cursor_row, cursor_column;
    int rows = wrap_rows(text, cursor, where.width, &cursor_row, &cursor_column);
    int first = cursor_row - where.height + 1 > 0 ? cursor_row - where.height + 1 : 0;
    if (rows - first < where.height && rows > where.height)
        first = rows - where.height;
    for (int y = 0; y < where.height; y++)
        mvhline(where.y + y, where.x, ' ', where.width);
    struct wrap wrap = {.width = where.width};
    wchar_t characters[CCHARW_MAX + 1];
    size_t at = 0;
    int bytes = wrap_next(&wrap, text);
    while (bytes > 0) {
        int row = wrap.row - first, column = wrap.column, columns = wrap.columns, n = 0;
        characters[n++] = columns == 0 ? L' ' : (wchar_t)wrap.rune;
        do {
            if (wrap.columns == 0 && n < CCHARW_MAX)
                characters[n++] = (wchar_t)wrap.rune;
            at += (size_t)bytes;
            bytes = wrap_next(&wrap, text + at);
        } while (bytes > 0 && wrap.columns == 0);
        characters[n] = 0;
        if (row >= 0 && row < where.height && column + columns <= where.width)
            put(screen, where.y + row, where.x + column, characters, INK_TEXT, INK_TEXT);
    }
    move(where.y + cursor_row - first, where.x + cursor_column);
}

/* Writes what is gathered to the terminal; there is nothing then. */
static void pass_on(int gathered)
{
    char bytes[16384];
    off_t end = lseek(gathered, 0, SEEK_CUR);
    ssize_t n = lseek(gathered, 0, SEEK_SET) == 0 ? 1 : 0;
    for (off_t at = 0; at < end && n > 0; at += n) {
        size_t left = (size_t)(end - at);
        n = pread(gathered, bytes, left < sizeof bytes ? left : sizeof bytes, at);
        write_all(bytes, n > 0 ? (size_t)n : 0);
    }
}

/* ncurses hands over a few bytes at a time, some thirty times a frame, and each time the terminal wakes up, which takes
 * a processor from the threads that train and may show half a frame. Hence in memory first, and from there at once. */
void screen_show(struct screen *screen)
{
    bool gathers = dup3(screen->gathered, fileno(screen->out), O_CLOEXEC) >= 0;
    refresh();
    if (gathers) {
        dup3(STDOUT_FILENO, fileno(screen->out), O_CLOEXEC);
        pass_on(screen->gathered);
    }
}

void screen_repaint(struct screen *screen)
{
    (void)screen;
    clearok(stdscr, TRUE);
}

const char *screen_key_name(const char *unit)
{
    const struct {
        const char *sequence, *name;
    } keys[] = {{key_f1, "F1"},   {key_f2, "F2"},   {key_f3, "F3"},        {key_f4, "F4"},          {key_f5, "F5"},
                {key_f6, "F6"},   {key_f7, "F7"},   {key_f8, "F8"},        {key_f9, "F9"},          {key_f10, "F10"},
                {key_f11, "F11"}, {key_f12, "F12"}, {key_ppage, "PageUp"}, {key_npage, "PageDown"}, {key_ic, "Insert"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].sequence && strcmp(unit, keys[i].sequence) == 0)
            return keys[i].name;
    return NULL;
}
