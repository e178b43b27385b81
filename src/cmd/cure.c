/* cure.c: what cures came to on forks, as a table; and one of them carried out in the live session. */
#include "cure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/rows.h"
#include "debug/cures.h"

#define SEEDS      3
#define STEPS_MOST 1e9
#define INDENT     5
#define LINE_LEAST 20 /* columns for a cure, */
#define LINE_MOST  44 /* at most */
#define PATIENCE   1000000000 /* nanoseconds after which each cure is announced */

/* --- the table */

static const char *figure_name(const struct session *session, const struct cures *cures, char *room, size_t size)
{
    const char *figure = !cures->by_score ? "loss" : session->data->task == TASK_CLASSIFY ? "acc" : "r2";
    snprintf(room, size, "%s %s", cures->validation ? "val" : "train", figure);
    return room;
}

/* X to so many DIGITS: a few seeds tell no more. */
static struct figure rounded(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    text_to_double(text, &x);
    return text_short(x);
}

static void add_effect(const struct cures *cures, const struct cure_effect *effect, struct text *out)
{
    if (effect->finite == 0) {
        text_add(out, "not finite");
        return;
    }
    text_add(out, "%s +- %s", rounded(effect->mean, 3).s, rounded(effect->spread, 2).s);
    if (effect->finite < cures->seeds)
        text_add(out, ", not finite on %d of the seeds", cures->seeds - effect->finite);
}

/* What CURE is typed as; figures stand behind it, or below one that is long. */
static int add_line(const struct cure *cure, int width, struct text *out)
{
    char room[2 * sizeof cure->line], whole[sizeof cure->line + 16];
    snprintf(whole, sizeof whole, "%s%s", cure->line, cure->anew ? "; reset" : "");
    text_escape(room, sizeof room, whole);
    int columns = text_columns(room);
    if (out && columns > width)
        text_add(out, "%s\n%*s", room, INDENT + width + 2, "");
    else if (out)
        text_add(out, "%s%*s  ", room, width - columns, "");
    return columns;
}

static void add_cure(const struct cures *cures, int i, int width, struct text *out)
{
    const struct cure *cure = &cures->cure[i];
    if (cure->proposed)
        text_add(out, "%3d  ", i + 1);
    else
        text_add(out, "  -  ");
    add_line(cure, width, out);
    if (cure->refused) {
        text_add(out, "cannot be tried on a copy\n");
        return;
    }
    if (cure->unchanged) {
        text_add(out, "changes nothing\n");
        return;
    }
    text_add(out, "%s -> ", cures->as_is.finite ? rounded(cures->as_is.mean, 3).s : "not finite");
    add_effect(cures, &cure->effect, out);
    text_add(out, "\n");
}

static void add_end(const struct cures *cures, int proposed, struct text *out)
{
    if (cures->left_out)
        text_add(out, "%d more were not tried\n", cures->left_out);
    if (proposed < cures->count)
        text_add(out, "those without a number are not better by more than the spread over the seeds\n");
    if (proposed > 0)
        text_add(out, "`cure %s` carries %s out here\n", proposed > 1 ? "NUMBER" : "1", proposed > 1 ? "one" : "it");
}

static void add_table(const struct session *session, const struct cures *cures, struct text *out)
{
    char room[20];
    int proposed = 0, width = LINE_LEAST;
    for (int i = 0; i < cures->count; i++) {
        int columns = add_line(&cures->cure[i], 0, NULL);
        width = columns > width && columns <= LINE_MOST ? columns : width;
        proposed += cures->cure[i].proposed;
    }
    text_add(out, "%s steps on each of %d seeds; %s as it is: ", text_count((double)cures->steps).s, cures->seeds,
             figure_name(session, cures, room, sizeof room));
    add_effect(cures, &cures->as_is, out);
    text_add(out, "\n");
    for (int i = 0; i < cures->count; i++)
        add_cure(cures, i, width, out);
    add_end(cures, proposed, out);
}

/* --- measuring */

struct telling {
    struct console *console;
    int64_t begun;
};

static void tell(void *context, int number, int count, const char *line)
{
    const struct telling *telling = context;
    if (clock_now() - telling->begun > PATIENCE)
        console_notice(telling->console, "cure %d of %d: %s", number, count, line);
}

static int read_whole(const char *word, const char *what, double most, double least, double *whole, struct err *err)
{
    if (text_to_double(word, whole) && *whole >= least && *whole <= most && *whole == floor(*whole))
        return 0;
    return err_set(err, ERR_USAGE, "doctor: %s is '%s'; legal: %.0f to %.0f; `doctor --cure [STEPS [SEEDS]]`", what,
                   word, least, most);
}

int cure_measure(struct console *console, char *words[], int count, const struct doctor_hand *hand, struct err *err)
{
    struct session *session = console_session(console);
    struct telling telling = {console, 0};
    struct doctor_report report;
    struct text out = {0};
    double steps = 0, seeds = SEEDS;
    if (count > 2)
        return err_set(err, ERR_USAGE, "doctor: one word too many: '%s'; `doctor --cure [STEPS [SEEDS]]`", words[2]);
    if ((count > 0 && read_whole(words[0], "the number of steps", STEPS_MOST, 1, &steps, err)) ||
        (count > 1 && read_whole(words[1], "the number of seeds", CURES_SEEDS, 2, &seeds, err)) ||
        doctor_examine(session, NULL, hand, &report, err))
        return -1;
    struct cures *cures = calloc(1, sizeof *cures);
    if (!cures)
        return err_set(err, ERR_MEMORY, "doctor: no memory for the cures");
    if (steps == 0)
        steps = (double)cures_steps(session, report.findings, (int)seeds);
    telling.begun = clock_now();
    if (cures_measure(session, &report, hand, (uint64_t)steps, (int)seeds, tell, &telling, cures, err)) {
        free(cures);
        return -1;
    }
    free(session->cures);
    session->cures = cures;
    if (cures->count)
        add_table(session, cures, &out);
    else
        text_add(&out, "%s\n",
                 report.findings ? "no finding names a cure" : "nothing found, so there is nothing to cure");
    console_answer_text(console, &out);
    text_free(&out);
    return 0;
}

/* --- the command */

static int carry_out_line(void *console, struct session *session, const char *line, struct err *err)
{
    (void)session;
    return console_carry_out(console, line, err);
}

static int carry_out(struct console *console, const struct cure *cure, struct err *err)
{
    struct cure copy = *cure; /* what is carried out may forget the cures */
    struct doctor_hand hand = {carry_out_line, console};
    if (cure_carry_out(&copy, console_session(console), &hand, err))
        return -1;
    return copy.anew ? console_carry_out(console, "reset", err) : 0;
}

static int run_cure(struct console *console, const struct arg_values *args, struct err *err)
{
    const struct session *session = console_session(console);
    const struct cures *cures = session->cures;
    if (!args->given[0]) {
        struct text out = {0};
        if (cures && cures->count)
            add_table(session, cures, &out);
        else
            text_add(&out, "no cures have been measured; `doctor --cure` does\n");
        console_answer_text(console, &out);
        text_free(&out);
        return 0;
    }
    int number = (int)args->number[0];
    if (!cures || number > cures->count || !cures->cure[number - 1].proposed)
        return err_set(err, ERR_STATE, "cure: there is no cure %d; `%s` %s", number,
                       cures && cures->count ? "cure" : "doctor --cure",
                       cures && cures->count ? "lists those that were measured" : "measures some");
    return carry_out(console, &cures->cure[number - 1], err);
}

static const struct arg_spec cure_args[] = {
    {.name = "number", .type = ARG_INT, .min = 1, .max = CURES_MOST + 1, .preset = "",
     .summary = "which of them is carried out; none: print them"},
    {0}};

const struct command command_cure = {
    .name = "cure", .summary = "carry out one of the cures that `doctor --cure` has measured", .group = GROUP_QUESTIONS,
    .flags = COMMAND_NEEDS_DATA | COMMAND_UNRECORDED,
    .details =
        "`doctor --cure` carries the cure of each finding out on copies, which then train beside copies that go on as\n"
        "they are, on the same seeds. One that helps only with the training begun again stands with `; reset`;\n"
        "several together are measured too. Those whose difference (of losses the ratio) is larger than the spread\n"
        "over the seeds are numbered, the best first.",
    .example = "cure", .args = cure_args, .run = run_cure};
