/*
 * prompt.c: the only file that includes <readline/...>. Editing, history and completion are readline's; where its line
 * stands on the screen is not: every function of it that would touch the terminal is replaced or switched off.
 *
 * It is fed whole keys and never waits. When readline asks for a key in the middle of one (an editing command without a
 * callback), it is told that input has ended and gives that command up. readline has one state per process, and its
 * hooks take no context: hence the static record.
 */
#include "term/prompt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "term/paths.h"

enum { HISTORY_LINES = 5000, HISTORY_SLACK = 1000, KEY_MAX = 64, SHOWN_MAX = 400 };
static const char prompt_text[] = "dnntui> ";

static struct {
    struct prompt_hooks hooks;
    char *history;
    int in_file; /* lines of the history file */
    char key[KEY_MAX];
    int next, keys;
    bool discarding; /* the line that is being entered is to be dropped */
    bool starved; /* readline asked for more than the key that it was given */
    FILE *sink;
    int word_start; /* of the completion under way: where the word begins that is completed */
} prompt;

static int next_byte(FILE *stream)
{
    (void)stream;
    if (prompt.next < prompt.keys)
        return (unsigned char)prompt.key[prompt.next++];
    prompt.starved = true;
    return EOF;
}

static int bytes_waiting(void)
{
    return prompt.next < prompt.keys;
}

static void draw_nothing(void)
{
}

static void on_line(char *line)
{
    if (!prompt.discarding && (line || !prompt.starved))
        prompt.hooks.entered(prompt.hooks.context, line);
    free(line);
}

static int on_repaint(int count, int key)
{
    (void)count;
    (void)key;
    prompt.hooks.repaint(prompt.hooks.context);
    return 0;
}

/* What readline prints, it prints for a terminal of its own: it goes to the log. */
static ssize_t sink_write(void *cookie, const char *bytes, size_t n)
{
    (void)cookie;
    struct text text = {0};
    text_add_bytes(&text, bytes, n);
    while (text.length > 0 && (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
        text.data[--text.length] = '\0';
    if (text.length > 0)
        prompt.hooks.show(prompt.hooks.context, text.data);
    text_free(&text);
    return (ssize_t)n;
}

/* --- completion: readline is told that the word begins where the line does, and every candidate is a whole line; so
 * console_complete alone decides where a word begins. */

struct matches {
    char **line; /* [count + 1]: room for what they have in common at 0 */
    size_t count, room;
};

static void match_add(struct matches *matches, const char *line, int start, const char *word, size_t length)
{
    if (matches->count + 3 > matches->room) {
        matches->room = matches->room ? matches->room * 2 : 32;
        char **grown = realloc(matches->line, matches->room * sizeof *grown);
        if (!grown)
            abort();
        matches->line = grown;
        matches->line[0] = NULL;
    }
    char *whole = malloc((size_t)start + length + 1);
    if (!whole)
        abort();
    memcpy(whole, line, (size_t)start);
    memcpy(whole + start, word, length);
    whole[(size_t)start + length] = '\0';
    matches->line[++matches->count] = whole;
    matches->line[matches->count + 1] = NULL;
}

static void match_files(struct matches *matches, const char *line, int start, int cursor)
{
    char *word = strndup(line + start, (size_t)(cursor - start));
    if (!word)
        abort();
    char *name;
    for (int state = 0; (name = rl_filename_completion_function(word, state)); state = 1) {
        struct stat status;
        char *expanded = tilde_expand(name);
        struct text shown = {0};
        text_add(&shown, "%s%s", name, expanded && stat(expanded, &status) == 0 && S_ISDIR(status.st_mode) ? "/" : "");
        match_add(matches, line, start, shown.data, shown.length);
        text_free(&shown);
        free(expanded);
        free(name);
    }
    free(word);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What all lines have in common; not half a character. */
static char *common(char *const line[], size_t count)
{
    size_t n = strlen(line[0]);
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < n && line[i][same] == line[0][same])
            same++;
        n = same;
    }
    while (n > 0 && ((unsigned char)line[0][n] & 0xC0) == 0x80)
        n--;
    char *copy = strndup(line[0], n);
    if (!copy)
        abort();
    return copy;
}

static char **complete(const char *text, int start, int end)
{
    (void)text;
    (void)start;
    rl_attempted_completion_over = 1;
    struct text words = {0};
    bool files = false;
    prompt.word_start = end;
    prompt.hooks.complete(prompt.hooks.context, rl_line_buffer, end, &prompt.word_start, &files, &words);
    struct matches matches = {0};
    for (const char *word = words.data; word && *word;) {
        size_t length = strcspn(word, "\n");
        match_add(&matches, rl_line_buffer, prompt.word_start, word, length);
        word += length + (word[length] == '\n');
    }
    text_free(&words);
    if (files)
        match_files(&matches, rl_line_buffer, prompt.word_start, end);
    if (matches.count == 0)
        return NULL;
    qsort(matches.line + 1, matches.count, sizeof *matches.line, by_text);
    matches.line[0] = common(matches.line + 1, matches.count);
    rl_completion_append_character = ' ';
    if (matches.count == 1) {
        free(matches.line[1]);
        matches.line[1] = NULL;
        size_t n = strlen(matches.line[0]);
        rl_completion_suppress_append = n > 0 && strchr("=/(", matches.line[0][n - 1]) != NULL;
    }
    return matches.line;
}

static void show_matches(char **matches, int count, int longest)
{
    (void)longest;
    struct text shown = {0};
    for (int i = 1; i <= count && i <= SHOWN_MAX; i++)
        text_add(&shown, "%s%s", i > 1 ? "  " : "", matches[i] + prompt.word_start);
    if (count > SHOWN_MAX)
        text_add(&shown, "  and %d more", count - SHOWN_MAX);
    prompt.hooks.show(prompt.hooks.context, shown.data ? shown.data : "");
    text_free(&shown);
}

/* --- history */

static void read_history_file(void)
{
    using_history();
    if (!prompt.history)
        return;
    paths_make(prompt.history);
    if (read_history(prompt.history) == 0)
        prompt.in_file = history_length;
    stifle_history(HISTORY_LINES);
}

void prompt_remember(const char *line)
{
    const HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (line[strspn(line, " \t")] == '\0' || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    int file = prompt.history ? open(prompt.history, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file < 0)
        return;
    struct text record = {0};
    text_add(&record, "%s\n", line);
    if (write(file, record.data, record.length) == (ssize_t)record.length)
        prompt.in_file++;
    close(file);
    text_free(&record);
}

/* --- the editor */

static void configure(void)
{
    rl_readline_name = "dnntui";
    rl_change_environment = 0;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_prep_term_function = NULL;
    rl_deprep_term_function = NULL;
    rl_redisplay_function = draw_nothing;
    rl_getc_function = next_byte;
    rl_input_available_hook = bytes_waiting;
    rl_completer_word_break_characters = "";
    rl_completer_quote_characters = NULL;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = show_matches;
    rl_sort_completion_matches = 0;
}

/* What readline 8.2 gets wrong when it is fed key by key, found by random keys: keyboard macros, numeric arguments
 * (before Enter) and searches that are not incremental follow null pointers and use text that has been freed. */
static void unbind_what_crashes(void)
{
    rl_command_func_t *const functions[] = {rl_start_kbd_macro,
                                            rl_end_kbd_macro,
                                            rl_call_last_kbd_macro,
                                            rl_digit_argument,
                                            rl_universal_argument,
                                            rl_vi_arg_digit,
                                            rl_noninc_forward_search,
                                            rl_noninc_reverse_search,
                                            rl_noninc_forward_search_again,
                                            rl_noninc_reverse_search_again,
                                            rl_vi_search,
                                            rl_vi_search_again};
    const Keymap maps[] = {emacs_standard_keymap, emacs_meta_keymap, emacs_ctlx_keymap, vi_movement_keymap,
                           vi_insertion_keymap};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        for (size_t j = 0; j < sizeof maps / sizeof *maps; j++)
            rl_unbind_function_in_map(functions[i], maps[j]);
    rl_unbind_function_in_map(rl_vi_editing_mode, emacs_meta_keymap); /* Escape and Enter, typed by mistake */
}

void prompt_open(const struct prompt_hooks *hooks, const char *history)
{
    prompt.hooks = *hooks;
    prompt.history = history ? strdup(history) : NULL;
    cookie_io_functions_t functions = {.write = sink_write};
    prompt.sink = fopencookie(NULL, "w", functions);
    configure();
    if (prompt.sink)
        rl_outstream = prompt.sink;
    rl_initialize();
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", "off"); /* term/keys.c takes pastes apart */
    rl_variable_bind("blink-matching-paren", "off");   /* it waits */
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_bind_keyseq("\\C-l", on_repaint);
    rl_bind_keyseq("\\e\\C-l", on_repaint);
    unbind_what_crashes();
    read_history_file();
    rl_callback_handler_install(prompt_text, on_line);
}

void prompt_close(void)
{
    prompt_clear();
    rl_callback_handler_remove();
    if (prompt.history && prompt.in_file > HISTORY_LINES + HISTORY_SLACK)
        history_truncate_file(prompt.history, HISTORY_LINES);
    clear_history();
    rl_outstream = stdout;
    if (prompt.sink)
        fclose(prompt.sink);
    free(prompt.history);
    prompt.history = NULL;
    prompt.sink = NULL;
}

static void feed(const char *unit, int n)
{
    memcpy(prompt.key, unit, (size_t)n);
    prompt.next = 0;
    prompt.keys = n;
    prompt.starved = false;
    while (prompt.next < prompt.keys)
        rl_callback_read_char();
}

/* The line is entered and thrown away: the road on which readline 8.2 keeps the undo lists of edited history lines in
 * order (rl_free_line_state frees one twice). */
void prompt_clear(void)
{
    rl_callback_sigcleanup();
    prompt.discarding = true;
    feed("\r", 1);
    prompt.discarding = false;
    rl_clear_message();
}

void prompt_key(const char *unit, int n)
{
    if (n <= 0 || n > KEY_MAX)
        return;
    /* In a search, a key that begins longer ones (ESC, Ctrl-X) makes readline 8.2 follow a null pointer at the next
     * one. So the search is ended first, by a lone ESC, or by force where the person has made ESC something else. */
    bool prefix = rl_get_keymap()[(unsigned char)unit[0]].type == ISKMAP;
    if (prefix && RL_ISSTATE(RL_STATE_ISEARCH)) {
        feed("\033", 1);
        if (RL_ISSTATE(RL_STATE_ISEARCH))
            prompt_clear();
        if (n == 1 && unit[0] == '\033')
            n = 0;
    }
    if (n > 0)
        feed(unit, n);
    if (prompt.sink)
        fflush(prompt.sink);
}

bool prompt_knows(const char *sequence)
{
    int type;
    rl_command_func_t *function = rl_function_of_keyseq(sequence, rl_get_keymap(), &type);
    return function && (type == ISMACR || (type == ISFUNC && function != rl_insert));
}

void prompt_insert(const char *text)
{
    rl_insert_text(text);
}

bool prompt_wants_escape(void)
{
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH) || rl_editing_mode == 0;
}

const char *prompt_line(void)
{
    return rl_line_buffer;
}

/* Adds FROM to OUT as it may be seen; returns the byte of OUT where the byte MARK of FROM went. */
static size_t add_visible(struct text *out, const char *from, size_t mark)
{
    size_t at = 0, marked = out->length;
    while (from[at]) {
        uint32_t rune;
        int bytes = text_decode(from + at, &rune);
        if (at <= mark)
            marked = out->length;
        if (rune == RL_PROMPT_START_IGNORE || rune == RL_PROMPT_END_IGNORE)
            ;
        else if (rune < 0x20 || rune == 0x7F)
            text_add(out, "^%c", (int)(rune ^ 0x40));
        else {
            char one[8], shown[16];
            memcpy(one, from + at, (size_t)bytes);
            one[bytes] = '\0';
            text_add(out, "%s", text_escape(shown, sizeof shown, one));
        }
        at += (size_t)bytes;
    }
    return at <= mark ? out->length : marked;
}

void prompt_view(struct text *out, size_t *cursor)
{
    add_visible(out, rl_display_prompt ? rl_display_prompt : prompt_text, 0);
    *cursor = add_visible(out, rl_line_buffer, rl_point > 0 ? (size_t)rl_point : 0);
}
