/*
 * main.c: options, and the parts put together; nothing else. One table is what getopt_long reads and --help prints.
 */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/record.h"
#include "data/origin_words.h"
#include "dnn/gemm.h"
#include "dnn/layer.h"
#include "term/loop.h"
#include "term/paths.h"

#ifndef DNNTUI_VERSION
#define DNNTUI_VERSION "0.1.0"
#endif

enum option_code {
    OPTION_COMMAND = 'c',
    OPTION_FILE = 'f',
    OPTION_NO_RC = 'n',
    OPTION_HELP = 'h',
    OPTION_BATCH = 256,
    OPTION_SEED,
    OPTION_THREADS,
    OPTION_TARGET,
    OPTION_TASK,
    OPTION_DELIMITER,
    OPTION_NO_HEADER,
    OPTION_LENIENT,
    OPTION_ASCII,
    OPTION_COLOUR,
    OPTION_FAIL_ON_NAN,
    OPTION_RECOVER,
    OPTION_VERSION
};

struct option_row {
    int code; /* a letter when it has a short form */
    const char *name, *argument, *summary;
};
static const struct option_row option_rows[] = {
    {OPTION_COMMAND, "command", "CMD", "run a command first; may be given several times"},
    {OPTION_FILE, "file", "FILE", "run the commands of a file; -c and -f run in the order given"},
    {OPTION_BATCH, "batch", NULL, "no screen: run the commands and leave"},
    {OPTION_SEED, "seed", "N", "seed of the split, the weights and the order of the rows (1)"},
    {OPTION_THREADS, "threads", "N", "threads that share a step (as many as there are cores for it, at most 8)"},
    {OPTION_TARGET, "target", "COL", "name or number of the column to predict"},
    {OPTION_TASK, "task", "TASK", "classify or regress"},
    {OPTION_DELIMITER, "delimiter", "C", "what separates columns: a character, tab or space"},
    {OPTION_NO_HEADER, "no-header", NULL, "the first line is data"},
    {OPTION_LENIENT, "csv-lenient", NULL,
     "pad or cut ragged rows and keep stray quotes, counted, instead of refusing the file"},
    {OPTION_ASCII, "ascii", NULL, "draw with ASCII characters only"},
    {OPTION_COLOUR, "color", "WHEN", "auto, always or never; auto heeds NO_COLOR"},
    {OPTION_RECOVER, "recover", NULL, "bring back the newest session that was cut short, and go on"},
    {OPTION_NO_RC, "no-rc", NULL, "do not run the commands of $XDG_CONFIG_HOME/dnntui/rc"},
    {OPTION_FAIL_ON_NAN, "fail-on-nan", NULL, "end with status 4 when a loss or gradient is not finite"},
    {OPTION_HELP, "help", NULL, "show this and leave"},
    {OPTION_VERSION, "version", NULL, "show the version and leave"},
};
enum { OPTIONS = sizeof option_rows / sizeof *option_rows };

/* A -c or -f, in the order given. */
struct errand {
    bool file;
    const char *text;
};

struct plan {
    struct session_options session;
    struct data_origin origin;
    struct term_options term;
    struct errand *errand; /* [errands] */
    int errands;
    bool batch, no_rc;
    bool recover;
    const char *start; /* an option that decides how to start, which --recover finds in the record; NULL: none */
};

/* --- what --help says */

static void print_help(void)
{
    printf("usage: dnntui [options] [DATA]\n\n"
           "Trains a small neural network on a table while you watch, stop, step and change it.\n\n"
           "DATA is a .csv .tsv .txt .npy or idx file, or the name of a known set; without it %s:\n\n",
           data_origin_default().source);
    for (const struct known_set *set = known_sets; set->name; set++)
        printf("  %-10s %s\n", set->name, set->summary);
    printf("\n");
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_row *row = &option_rows[i];
        char form[48], letter[8] = "    ";
        if (row->code < 256)
            snprintf(letter, sizeof letter, "-%c, ", row->code);
        snprintf(form, sizeof form, "%s--%s%s%s", letter, row->name, row->argument ? "=" : "",
                 row->argument ? row->argument : "");
        printf("  %-22s %s\n", form, row->summary);
    }
    printf("\nWithout a terminal on standard input and output it is as with --batch; commands then come from standard\n"
           "input unless -c or -f is given.\n\n"
           "exit status: 0 all went well, 1 a command failed, 2 wrong options, 3 the data were refused,\n"
           "4 not a number with --fail-on-nan, 130 interrupted.\n\n"
           "  dnntui                                 the built-in digits, on a screen\n"
           "  dnntui data.csv --target price         your own table\n"
           "  dnntui -c 'epoch 10' -c hash iris      train, then print a hash of the state\n"
           "  dnntui --batch -f script.dnn           run a script\n");
}

/* --- reading options */

static int usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *format, ...)
{
    char message[1024], shown[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    fprintf(stderr, "dnntui: %s; try dnntui --help\n", text_escape(shown, sizeof shown, message));
    return EXIT_USAGE;
}

static bool whole_number(const char *text, unsigned long long most, unsigned long long *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *value <= most;
}

static int choice(const char *word, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        if (strcmp(word, names[i]) == 0)
            return i;
    return -1;
}

static int read_delimiter(const char *word, char *delimiter)
{
    struct err err;
    return delimiter_parse(word, delimiter, &err) ? usage("--%s", err.message) : EXIT_OK;
}

static int read_number(int code, const char *text, struct plan *plan)
{
    unsigned long long value;
    if (code == OPTION_SEED) {
        if (!whole_number(text, UINT64_MAX, &value))
            return usage("--seed takes a whole number from 0 to 18446744073709551615, not '%s'", text);
        plan->session.seed = plan->origin.seed = value;
        return EXIT_OK;
    }
    if (!whole_number(text, LAYER_THREADS, &value) || value == 0)
        return usage("--threads takes a whole number from 1 to %d, not '%s'", LAYER_THREADS, text);
    plan->session.threads = (int)value;
    return EXIT_OK;
}

static int read_word(int code, const char *word, struct plan *plan)
{
    static const char *const whens[] = {"auto", "always", "never", NULL};
    if (code == OPTION_TASK) {
        plan->origin.task = choice(word, task_names);
        return plan->origin.task < 0 ? usage("--task takes %s or %s, not '%s'", task_names[TASK_CLASSIFY],
                                             task_names[TASK_REGRESS], word)
                                     : EXIT_OK;
    }
    if (code == OPTION_TARGET) {
        if (strlen(word) >= sizeof plan->origin.target)
            return usage("--target '%s' is longer than a column's name can be", word);
        strcpy(plan->origin.target, word);
        return EXIT_OK;
    }
    int when = choice(word, whens);
    if (when < 0)
        return usage("--color takes auto, always or never, not '%s'", word);
    plan->term.colour = (enum colour_mode)when;
    return EXIT_OK;
}

static int take_option(int code, const char *argument, struct plan *plan)
{
    switch (code) {
    case OPTION_COMMAND:
    case OPTION_FILE:
        plan->errand[plan->errands++] = (struct errand){code == OPTION_FILE, argument};
        return EXIT_OK;
    case OPTION_SEED:
    case OPTION_THREADS:
        return read_number(code, argument, plan);
    case OPTION_DELIMITER:
        return read_delimiter(argument, &plan->origin.delimiter);
    case OPTION_BATCH:
        plan->batch = true;
        return EXIT_OK;
    case OPTION_NO_HEADER:
        plan->origin.header = 0;
        return EXIT_OK;
    case OPTION_LENIENT:
        plan->origin.lenient = true;
        return EXIT_OK;
    case OPTION_ASCII:
        plan->term.ascii = true;
        return EXIT_OK;
    case OPTION_NO_RC:
        plan->no_rc = true;
        return EXIT_OK;
    case OPTION_RECOVER:
        plan->recover = plan->no_rc = true; /* what rc did is in the record */
        return EXIT_OK;
    case OPTION_FAIL_ON_NAN:
        plan->term.fail_on_nan = true;
        return EXIT_OK;
    default:
        return read_word(code, argument, plan);
    }
}

static const char *name_of(int code)
{
    for (int i = 0; i < OPTIONS; i++)
        if (option_rows[i].code == code)
            return option_rows[i].name;
    return "";
}

/* What decides how a session starts: in --recover's place the record does. */
static bool decides_start(int code)
{
    return code == OPTION_SEED || code == OPTION_THREADS || code == OPTION_TARGET || code == OPTION_TASK ||
           code == OPTION_DELIMITER || code == OPTION_NO_HEADER || code == OPTION_LENIENT;
}

/* Fills PLAN; returns EXIT_OK, another status to leave with, or -1: what was asked for has been printed. */
static int read_options(int argc, char **argv, struct plan *plan)
{
    struct option longs[OPTIONS + 1] = {{0}};
    char shorts[2 * OPTIONS + 2] = ":";
    for (int i = 0; i < OPTIONS; i++) {
        const struct option_row *row = &option_rows[i];
        longs[i] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL, row->code};
        if (row->code < 256)
            sprintf(shorts + strlen(shorts), row->argument ? "%c:" : "%c", row->code);
    }
    int code, status = EXIT_OK;
    while (status == EXIT_OK && (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (code == OPTION_HELP || code == OPTION_VERSION) {
            if (code == OPTION_HELP)
                print_help();
            else
                printf("dnntui %s\n", DNNTUI_VERSION);
            return -1;
        }
        if (code == ':')
            status = usage("option '%s' wants a value", argv[optind - 1]);
        else if (code == '?')
            status = usage("option '%s' is not known, or not in this form", optopt && optopt < 256 ?
                           (char[]){'-', (char)optopt, '\0'} : argv[optind - 1]);
        else
            status = take_option(code, optarg, plan);
        plan->start = decides_start(code) ? name_of(code) : plan->start;
    }
    if (status != EXIT_OK)
        return status;
    if (argc - optind > 1)
        return usage("there can be one DATA only: '%s' is one too many", argv[optind + 1]);
    if (optind < argc && strlen(argv[optind]) >= sizeof plan->origin.source)
        return usage("the name '%s' is longer than a path can be", argv[optind]);
    if (plan->recover && optind < argc)
        return usage("--recover brings its own data: there can be no DATA ('%s') beside it", argv[optind]);
    if (plan->recover && plan->start)
        return usage("--recover finds in the record how to start: there can be no --%s beside it", plan->start);
    if (optind < argc)
        strcpy(plan->origin.source, argv[optind]);
    return EXIT_OK;
}

/* --- putting the parts together */

/* Only the character type follows the person's locale. With no locale at all, UTF-8 is the better guess. */
static bool set_locale(void)
{
    const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    bool chosen = false;
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(variables[i]);
        chosen |= value && *value;
    }
    setlocale(LC_CTYPE, "");
    if (!chosen && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The matrix library takes its memory at its first product. Where there is none it tries for ever: so that comes first,
 * before data are read, and while Ctrl-C still ends the program. */
static void warm_up(void)
{
    enum { SIDE = 64 };
    static real zeros[SIDE * SIDE], product[SIDE * SIDE];
    struct gemm_block block = {.at = zeros, .stride = SIDE};
    gemm_affine(SIDE, SIDE, SIDE, block, block, NULL, product, SIDE);
}

static int fail(int status, const struct err *err)
{
    char shown[sizeof err->message * 2];
    fprintf(stderr, "dnntui: %s\n", text_escape(shown, sizeof shown, err->message));
    return status;
}

static int queue_errands(struct console *console, const struct plan *plan, struct err *err)
{
    struct text rc = {0};
    int result = 0;
    if (!plan->no_rc && paths_find(PATH_CONFIG, "rc", &rc) && access(rc.data, F_OK) == 0)
        result = console_queue_file(console, rc.data, err);
    text_free(&rc);
    if (plan->recover)
        console_queue(console, "recover", "--recover");
    for (int i = 0; i < plan->errands && result == 0; i++) {
        if (plan->errand[i].file)
            result = console_queue_file(console, plan->errand[i].text, err);
        else
            console_queue(console, plan->errand[i].text, "-c");
    }
    return result;
}

/* A run that was left by a signal from outside is one that somebody may want back. */
static bool ended_properly(int status)
{
    return status < 128 || status == EXIT_INTERRUPTED;
}

/* Opens the data and runs CONSOLE on a screen (LOOP) or without (PLAIN). */
static int run_console(const struct plan *plan, struct console *console, struct record *record, struct plain *plain,
                       struct loop *loop)
{
    struct err err = {0};
    struct text notes = {0};
    int status = EXIT_COMMAND;
    if (session_load_data(console_session(console), &plan->origin, false, &notes, &err)) {
        status = fail(EXIT_DATA, &err);
    } else {
        console_view(console)->ascii = plan->term.ascii;
        struct text news = {0};
        if (loop && !plan->recover)
            record_greet(record, &news);
        console_notice_text(console, &news);
        text_free(&news);
        if (!plan->recover)
            console_notice_text(console, &notes);
        record_start(record);
        console_set_record(console, record);
        if (queue_errands(console, plan, &err))
            fail(status, &err);
        else if (plain)
            status = plain_run(plain, console, &plan->term);
        else if ((status = loop_run(loop, console, &plan->term, &err)) < 0)
            status = fail(EXIT_COMMAND, &err);
    }
    text_free(&notes);
    return status;
}

/* Makes session, record and console around OUTLET. LOST is what --recover is to bring back. */
static int run(const struct plan *plan, const struct record_place *place, const struct lost_session *lost,
               const struct outlet *outlet, struct plain *plain, struct loop *loop)
{
    struct err err = {0};
    struct session *session = session_open(&plan->session, &err);
    struct record *record = session ? record_open(place, session, &err) : NULL;
    struct console *console = record ? console_open(session, outlet, &err) : NULL;
    int status = EXIT_COMMAND;
    if (record && lost)
        record_take_lost(record, lost);
    if (console)
        status = run_console(plan, console, record, plain, loop);
    else
        fail(status, &err);
    record_close(record, ended_properly(status));
    console_close(console);
    session_close(session);
    return status;
}

static int run_in(const struct plan *plan, const struct record_place *place, const struct lost_session *lost,
                  bool on_screen)
{
    struct err err = {0};
    struct plain *plain = on_screen ? NULL : plain_open(&err);
    struct loop *loop = on_screen ? loop_open(&err) : NULL;
    if (!plain && !loop)
        return fail(EXIT_COMMAND, &err);
    struct outlet outlet = plain ? plain_outlet(plain) : loop_outlet(loop);
    int status = run(plan, place, lost, &outlet, plain, loop);
    plain_close(plain);
    loop_close(loop);
    return status;
}

/* Finds where sessions are recorded, and with --recover the one to bring back, which says how many threads to take. */
static int run_somewhere(struct plan *plan, bool on_screen)
{
    struct text directory = {0};
    struct lost_session lost = {.file = -1};
    struct err err = {0};
    bool found = paths_find(PATH_STATE, "sessions", &directory);
    struct record_place place = {found ? directory.data : NULL, paths_make, DNNTUI_VERSION};
    int status;
    if (plan->recover && !found)
        err_set(&err, ERR_STATE, "there is no home to find recorded sessions in");
    if (plan->recover && (!found || record_find_lost(directory.data, &lost, &err))) {
        status = fail(EXIT_COMMAND, &err);
    } else {
        plan->session.threads = plan->recover ? lost.threads : plan->session.threads;
        status = run_in(plan, &place, plan->recover ? &lost : NULL, on_screen);
    }
    text_free(&directory);
    return status;
}

int main(int argc, char **argv)
{
    bool utf8 = set_locale();
    struct plan plan = {.session = {.seed = 1}, .origin = data_origin_default()};
    plan.origin.seed = plan.session.seed;
    plan.errand = calloc((size_t)argc, sizeof *plan.errand);
    if (!plan.errand)
        return EXIT_COMMAND;
    int status = read_options(argc, argv, &plan);
    if (status == EXIT_OK) {
        bool on_screen = !plan.batch && screen_possible();
        plan.term.ascii |= !utf8;
        plan.term.read_stdin = plan.errands == 0;
        plan.term.wait = plan.recover;
        warm_up();
        status = run_somewhere(&plan, on_screen);
    }
    free(plan.errand);
    return status < 0 ? EXIT_OK : status;
}
