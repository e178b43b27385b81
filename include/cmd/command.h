/*
 * command.h: what a command is: a const row. The command table is the one list of commands; dispatch, completion, help,
 * the manual and the tests read it.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "base/args.h"
#include "cmd/console.h"

enum command_flag {
    COMMAND_READ_ONLY = 1 << 0,  /* leaves session_hash as it was; a test proves it of every row that says so */
    COMMAND_NEEDS_DATA = 1 << 1, /* refused, with advice, before data is loaded */
    /* What a record (record.h) keeps: the lines of commands that are not read-only. Those of GROUP_RUNNING by the
     * training that they brought about. */
    COMMAND_VIEW = 1 << 2,       /* read-only, and kept: it sets what is shown, or where a run stops */
    COMMAND_UNRECORDED = 1 << 3, /* not read-only, and not kept: the commands that it carries out are, or none */
    COMMAND_ENDS_RUN = 1 << 4,   /* a run that is under way ends before it, and is kept as it ended */
};

/* Lists whose entries may stand among a command's arguments, for completion; bits. */
enum command_words {
    WORDS_NAMES = 1 << 0,   /* figures and tensors (lookup.h), functions of expressions */
    WORDS_LAYERS = 1 << 1,  /* layers of the live network */
    WORDS_KINDS = 1 << 2,   /* kinds of layers */
    WORDS_LOSSES = 1 << 3,
    WORDS_INITS = 1 << 4,
    WORDS_OPTIMIZERS = 1 << 5,
    WORDS_ACTIVATIONS = 1 << 6, /* their kinds, and the layers of the live network that are some */
    WORDS_COMMANDS = 1 << 7,
    WORDS_SETTINGS = 1 << 8,
    WORDS_DATA = 1 << 9,    /* known sets */
    WORDS_TOPICS = 1 << 10, /* of help */
    WORDS_TENSORS = 1 << 11, /* those that can be shown now */
    WORDS_OUT = 1 << 12,    /* the output layer, which is not of a kind */
    WORDS_BRANCHES = 1 << 15, /* of the history */
    WORDS_COLUMNS = 1 << 18, /* inputs of a table that are numbers */
    WORDS_LEARNING = 1 << 13, /* layers of the live network that have parameters */
    WORDS_RULES = 1 << 16,   /* of the doctor */
    WORDS_LESSONS = 1 << 20, /* next and leave too */
    WORDS_OPS = 1 << 14,    /* the words that the names of ops begin with: fwd, loss, ... */
};

enum command_group {
    GROUP_DATA, GROUP_NETWORK, GROUP_TRAINING, GROUP_RUNNING, GROUP_TIME, GROUP_STOPPING, GROUP_LOOKING,
    GROUP_QUESTIONS,
    GROUP_SCREEN, GROUP_FILES, GROUP_HELP
};
extern const char *const command_groups[]; /* by enum command_group: "data", ... ended by NULL */

struct command {
    const char *name;
    const char *aliases; /* other names, blanks between them; NULL: none */
    const char *summary; /* one line, without a stop */
    const char *details; /* further lines for `help NAME` and the manual, or NULL */
    const char *example; /* a line that works on the built-in digits; a test runs it */
    enum command_group group;
    unsigned flags;
    unsigned words; /* enum command_words */
    unsigned (*narrow)(const struct arg_values *before); /* which of them fit behind these; NULL: all */
    const struct arg_spec *args;
    int (*run)(struct console *console, const struct arg_values *args, struct err *err);
};

extern const struct command *const commands[]; /* ended by NULL; grouped, in the order that help shows */

/* The command called NAME, else the one that has it as an alias, else the one that it is a unique prefix of; the error
 * lists what an ambiguous one could be, or the nearest. */
const struct command *command_find(const char *name, struct err *err);

/* For the rows' run functions. */
void console_answer(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));
void console_notice(struct console *console, const char *format, ...) __attribute__((format(printf, 2, 3)));
void console_answer_text(struct console *console, const struct text *text);
void console_notice_text(struct console *console, const struct text *text);
/* What was chosen about data; not while a lesson carries a line out, whose own words it would hide. */
void console_notice_choices(struct console *console, const struct text *notes);

/* The line that is carried out now, as it was typed. */
const char *console_line(const struct console *console);

/* Gives TEXT to COMMAND of the shell. */
int console_pipe(struct console *console, const struct text *text, const char *command, struct err *err);

/* Puts the lines of the file PATH before those that wait already. */
int console_source(struct console *console, const char *path, struct err *err);
/* Carries LINE out as part of a command. */
int console_carry_out(struct console *console, const char *line, struct err *err);
/* A run has ended: what the record is to know. */
void console_note_run_ended(struct console *console);
/* While hushed, only errors are told, and no file of commands can be read: a session is done again. */
void console_hush(struct console *console, bool hush);
bool console_is_hushed(const struct console *console);
struct record *console_recorder(const struct console *console); /* NULL: there is none */
/* What is being played, for `lesson`. */
struct lesson_player *console_lesson(struct console *console);
/* Says that it waits, where something has cut it short. */
void console_tell_lesson(struct console *console);
/* Shows LINE, which nobody has typed, as if it had been. */
void console_echo(struct console *console, const char *line);
void console_quit(struct console *console);
bool console_has_screen(const struct console *console);

/* Lists the entries of WORDS (enum command_words) that begin with PREFIX, one a line. */
void words_list(const struct console *console, unsigned words, const char *prefix, struct text *out);

/* A setting: `set NAME VALUE`. Most are of the view; the others say what they are and take a word by themselves. */
struct setting {
    struct arg_spec spec;
    size_t offset; /* in struct view: bool for ARG_SWITCH, long for ARG_INT and ARG_CHOICE, double for ARG_NUMBER */
    void (*print)(const struct session *session, struct text *out);
    int (*assign)(struct session *session, const char *word, struct err *err);
};
extern const struct setting settings[]; /* ended by a NULL spec.name */

/* A row of a table of kinds (layers, losses, initializers, optimizers), as far as help is concerned. */
struct help_kind {
    const char *name, *summary;
    const struct arg_spec *args;
};

/* What `help TOPIC` prints besides commands: each a table of the program. One of the two functions is set. */
struct help_topic {
    const char *name, *summary;
    bool (*kind)(int i, struct help_kind *kind); /* row I of a table of kinds; false behind the last */
    void (*print)(const struct console *console, struct text *out); /* CONSOLE may be NULL: no live network */
};
extern const struct help_topic help_topics[]; /* ended by a NULL name */
void help_topic_print(const struct help_topic *topic, const struct console *console, struct text *out);

/* Adds what is known of the kinds called NAME, each with the table it is from, to OUT. */
void help_kinds(const char *name, struct text *out);

/* The sections of the manual that the tables hold (commands, layers, losses, ...), in mdoc, to OUT. */
void manual_print(struct text *out);

#endif
