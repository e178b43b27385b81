/* doctor.c: prints what the doctor finds, as text and as JSON, and the rules. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rows.h"
#include "debug/doctor.h"
#include "cure.h"
#include "doctor_words.h"

/* --- commands on forks */

static void keep_error(void *context, enum log_kind kind, const char *text)
{
    if (kind == LOG_ERROR)
        err_set(context, ERR_STATE, "%s", text);
}

static int carry_out(void *context, struct session *fork, const char *line, struct err *err)
{
    (void)context;
    struct console *console = console_open(fork, &(struct outlet){keep_error, err}, err);
    int status = console ? console_execute(console, line) : -1;
    console_close(console);
    return status;
}

/* --- text */

static void add_finding(const struct doctor_finding *finding, int number, struct text *out)
{
    text_add(out, "%d. %s", number, finding->rule->name);
    if (finding->layer[0])
        text_add(out, ", %s", finding->layer);
    text_add(out, ", step %" PRIu64 ": %s\n", finding->step, finding->rule->summary);
    text_add(out, "%*s%-6s %s %s, threshold %s\n", 3, "", "found", finding->metric, text_short(finding->value).s,
             text_short(finding->threshold).s);
    text_add(out, "%*s%-6s %s\n", 3, "", "why", finding->why);
    text_add(out, "%*s%-6s %s\n", 3, "", "tip", finding->rule->tip);
    text_add(out, "%*s%-6s %s\n", 3, "", "cure", finding->fix);
    if (finding->tried)
        text_add(out, "%*s%-6s on copies it gets %.2f of the way, without it %.2f\n", 3, "", "", finding->with,
                 finding->without);
}

static void add_examined(const struct session *session, const struct doctor_report *report, struct text *out)
{
    text_add(out, "%s by %d rule%s at step %" PRIu64 ": network, loss, data, settings",
             report->findings ? "examined" : "nothing found", report->rules, report->rules == 1 ? "" : "s",
             session->step);
    if (report->rows)
        text_add(out, "; tensors and gradients of %d training rows", report->rows);
    if (report->experiments)
        text_add(out, "; %d experiments on copies", report->experiments);
    text_add(out, "\n");
    if (report->judged)
        text_add(out, "on the way from the best constant answer (0) to all right (1): now %.2f, %" PRIu64
                 " steps on %.2f; a plain network from scratch, %" PRIu64 " steps, %.2f\n", report->now,
                 report->soon_steps, report->soon, report->sound_steps, report->sound);
}

static void print_report(const struct session *session, const struct doctor_report *report, struct text *out)
{
    for (int i = 0; i < report->findings; i++)
        add_finding(&report->finding[i], i + 1, out);
    add_examined(session, report, out);
}

/* --- JSON */

static void add_string(const char *text, struct text *out)
{
    text_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            text_add(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            text_add(out, "\\u%04x", (unsigned)*text);
        else
            text_add_bytes(out, text, 1);
    }
    text_add(out, "\"");
}

static void add_member(const char *name, const char *value, struct text *out)
{
    text_add(out, ",\"%s\":", name);
    add_string(value, out);
}

/* NaN and infinity, which JSON has no words for, are null. */
static void add_number(const char *name, double value, struct text *out)
{
    text_add(out, ",\"%s\":%s", name, isfinite(value) ? text_exact(value).s : "null");
}

static void print_json(const struct doctor_report *report, struct text *out)
{
    text_add(out, "[");
    for (int i = 0; i < report->findings; i++) {
        const struct doctor_finding *finding = &report->finding[i];
        text_add(out, "%s{\"rule\":", i ? ",\n " : "");
        add_string(finding->rule->name, out);
        if (finding->layer[0])
            add_member("layer", finding->layer, out);
        else
            text_add(out, ",\"layer\":null");
        text_add(out, ",\"step\":%" PRIu64, finding->step);
        add_member("metric", finding->metric, out);
        add_number("value", finding->value, out);
        add_number("threshold", finding->threshold, out);
        add_member("tip", finding->rule->tip, out);
        add_member("fix", finding->fix, out);
        text_add(out, "}");
    }
    text_add(out, "]\n");
}

/* --- rules */

static void print_rules(const struct session *session, struct text *out)
{
    text_add(out, "%-20s %-10s %9s  %s\n", "rule", "evidence", "threshold", "what is wrong");
    for (int i = 0; doctor_rules[i]; i++)
        text_add(out, "%-20s %-10s %9s  %s\n", doctor_rules[i]->name,
                 doctor_evidence_names[doctor_rules[i]->evidence],
                 text_short(doctor_threshold(session, doctor_rules[i])).s, doctor_rules[i]->summary);
}

/* --- the command */

/* What may be asked for: `--json`, `--list`, a rule. */
struct question {
    bool json, list;
    const struct doctor_rule *only;
};

static int read_words(char *words[], int count, struct question *question, struct err *err)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--json") == 0)
            question->json = true;
        else if (strcmp(words[i], "--list") == 0)
            question->list = true;
        else if (!(question->only = doctor_rule_find(words[i], err)))
            return -1;
    }
    return 0;
}

static int examine(struct console *console, const struct question *question, struct text *out, struct err *err)
{
    const struct session *session = console_session(console);
    struct doctor_report report;
    if (doctor_examine(session, question->only, &(struct doctor_hand){carry_out, NULL}, &report, err))
        return -1;
    if (question->json)
        print_json(&report, out);
    else
        print_report(session, &report, out);
    return 0;
}

static int answer(struct console *console, char *words[], int count, struct err *err)
{
    struct question question = {0};
    struct text out = {0};
    bool cure = count > 0 && strcmp(words[0], "--cure") == 0, data = console_session(console)->data;
    int status = cure ? 0 : read_words(words, count, &question, err);
    if (status == 0 && !question.list && !data)
        status = err_set(err, ERR_STATE, "doctor: no data yet; `data FILE` loads some");
    else if (status == 0 && cure)
        status = cure_measure(console, words + 1, count - 1, &(struct doctor_hand){carry_out, NULL}, err);
    else if (status == 0 && question.list)
        print_rules(console_session(console), &out);
    else if (status == 0)
        status = examine(console, &question, &out, err);
    console_answer_text(console, &out);
    text_free(&out);
    return status;
}

static int run_doctor(struct console *console, const struct arg_values *args, struct err *err)
{
    char *copy = strdup(args->text[0]), *words[ARGS_MAX];
    int status = copy ? 0 : err_set(err, ERR_MEMORY, "doctor: no memory for the words");
    if (status == 0)
        status = answer(console, words, text_split(copy, words, ARGS_MAX), err);
    free(copy);
    return status;
}

static const struct arg_spec doctor_args[] = {
    {.name = "what", .type = ARG_REST, .preset = "",
     .summary = "a rule, to ask that one only; --json; --list; --cure [STEPS [SEEDS]]"},
    {0}};

const struct command command_doctor = {
    .name = "doctor", .summary = "say what is wrong with the training, and what mends it", .group = GROUP_QUESTIONS,
    .flags = COMMAND_READ_ONLY, .words = WORDS_RULES,
    .details =
        "Looks at how things are set up, at what the run shows, and at experiments on copies; the live network is not\n"
        "touched. Findings come in the order of how much they explain, each with the command that mends it. Asked at\n"
        "any moment, of a healthy run it finds nothing. `doctor --list` names the rules, `help doctor RULE` explains\n"
        "one; each threshold is a setting: `set doctor.dead 0.7`. `doctor --cure` tries the cures on copies, over\n"
        "some seeds, and ranks them; `cure 1` then carries the best one out.",
    .example = "doctor", .args = doctor_args, .run = run_doctor};
