/* schedule.c: the rate as a function of the step, and its words. */
#include "dnn/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 32
#define STEPS_MOST 9007199254740992.0 /* 2^53 */
#define LEGAL "legal: 0.9995 per step, 0.9 per epoch, at 300:0.1,3000:0.1, cosine 1000, off"

static double cosine(const struct schedule *schedule, uint64_t step)
{
    double x = (double)(step - schedule->begin) / (double)schedule->steps;
    return x < 1 ? (1 + cos(3.14159265358979323846 * x)) / 2 : 0;
}

double schedule_rate(const struct schedule *schedule, uint64_t step, uint32_t epoch)
{
    double rate = schedule->base;
    switch (schedule->kind) {
    case SCHEDULE_STEP:
        return rate * pow(schedule->factor, (double)(step - schedule->from_step));
    case SCHEDULE_EPOCH:
        return rate * pow(schedule->factor, (double)(epoch - schedule->from_epoch));
    case SCHEDULE_AT:
        for (int i = 0; i < schedule->points; i++)
            if (schedule->point[i].step > schedule->from_step && schedule->point[i].step <= step)
                rate *= schedule->point[i].factor;
        return rate;
    case SCHEDULE_COSINE: {
        double there = cosine(schedule, schedule->from_step);
        return there > 0 ? rate * (cosine(schedule, step) / there) : rate; /* one set when it is over stays */
    }
    case SCHEDULE_NONE:
        break;
    }
    return rate;
}

void schedule_rebase(struct schedule *schedule, double rate, uint64_t step, uint32_t epoch)
{
    schedule->base = rate;
    schedule->from_step = step;
    schedule->from_epoch = epoch;
}

void schedule_restart(struct schedule *schedule, double rate)
{
    schedule_rebase(schedule, rate, 0, 0);
    schedule->begin = 0;
}

/* --- words */

static bool read_count(const char *word, uint64_t *count)
{
    double number;
    if (!text_to_double(word, &number) || !(number >= 1) || number > STEPS_MOST || number != floor(number))
        return false;
    *count = (uint64_t)number;
    return true;
}

static bool read_factor(const char *word, double *factor)
{
    return text_to_double(word, factor) && *factor > 0 && *factor <= 1;
}

static int refuse_factor(const char *word, struct err *err)
{
    return err_set(err, ERR_USAGE, "decay: the factor is '%.40s'; legal: above 0, up to 1", word);
}

static int read_point(char *word, uint64_t now, struct schedule *schedule, struct err *err)
{
    char *colon = strchr(word, ':');
    uint64_t step, last = schedule->points ? schedule->point[schedule->points - 1].step : now;
    double factor;
    if (schedule->points == SCHEDULE_POINTS)
        return err_set(err, ERR_USAGE, "decay at: more than %d steps", SCHEDULE_POINTS);
    if (!colon)
        return err_set(err, ERR_USAGE, "decay at: '%.40s'; legal: STEP:FACTOR, such as 300:0.1", word);
    *colon = 0;
    if (!read_count(word, &step))
        return err_set(err, ERR_USAGE, "decay at: the step is '%.40s'; legal: a whole number from 1", word);
    if (step <= last)
        return err_set(err, ERR_USAGE, "decay at: step %llu; legal: from %llu on, as %s", (unsigned long long)step,
                       (unsigned long long)last + 1, schedule->points ? "steps ascend" : "so many are done");
    if (!read_factor(colon + 1, &factor))
        return refuse_factor(colon + 1, err);
    schedule->point[schedule->points].step = step;
    schedule->point[schedule->points++].factor = factor;
    return 0;
}

/* WORD [count] behind "at": points, with commas or blanks between them. */
static int read_points(char *word[], int count, uint64_t now, struct schedule *schedule, struct err *err)
{
    schedule->kind = SCHEDULE_AT;
    for (int i = 0; i < count; i++)
        for (char *rest = word[i], *one; (one = strsep(&rest, ","));)
            if (*one && read_point(one, now, schedule, err))
                return -1;
    return schedule->points ? 0 : err_set(err, ERR_USAGE, "decay at: no steps; " LEGAL);
}

static int read_words(char *word[], int count, uint64_t now, struct schedule *schedule, struct err *err)
{
    if (count == 1 && strcmp(word[0], "off") == 0)
        return 0;
    if (count > 0 && strcmp(word[0], "at") == 0)
        return read_points(word + 1, count - 1, now, schedule, err);
    if (count == 2 && strcmp(word[0], "cosine") == 0) {
        schedule->kind = SCHEDULE_COSINE;
        schedule->begin = now;
        if (!read_count(word[1], &schedule->steps))
            return err_set(err, ERR_USAGE, "decay cosine: '%.40s' steps; legal: a whole number from 1", word[1]);
        return 0;
    }
    bool step = count == 3 && strcmp(word[2], "step") == 0, epoch = count == 3 && strcmp(word[2], "epoch") == 0;
    if ((step || epoch) && strcmp(word[1], "per") == 0) {
        schedule->kind = step ? SCHEDULE_STEP : SCHEDULE_EPOCH;
        return read_factor(word[0], &schedule->factor) ? 0 : refuse_factor(word[0], err);
    }
    return -2;
}

int schedule_parse(const char *words, double rate, uint64_t step, uint32_t epoch, struct schedule *schedule,
                   struct err *err)
{
    char *copy = strdup(words), *word[WORDS_MAX];
    if (!copy)
        return err_set(err, ERR_MEMORY, "decay: no memory to read it");
    *schedule = (struct schedule){.base = rate, .from_step = step, .from_epoch = epoch};
    int status = read_words(word, text_split(copy, word, WORDS_MAX), step, schedule, err);
    free(copy);
    return status == -2 ? err_set(err, ERR_USAGE, "decay: '%.80s'; " LEGAL, words) : status;
}

void schedule_print(const struct schedule *schedule, struct text *out)
{
    switch (schedule->kind) {
    case SCHEDULE_NONE:
        text_add(out, "off");
        break;
    case SCHEDULE_STEP:
    case SCHEDULE_EPOCH:
        text_add(out, "%s per %s", text_exact(schedule->factor).s,
                 schedule->kind == SCHEDULE_STEP ? "step" : "epoch");
        break;
    case SCHEDULE_AT:
        for (int i = 0; i < schedule->points; i++)
            text_add(out, "%s%llu:%s", i ? "," : "at ", (unsigned long long)schedule->point[i].step,
                     text_exact(schedule->point[i].factor).s);
        break;
    case SCHEDULE_COSINE:
        text_add(out, "cosine %llu", (unsigned long long)schedule->steps);
        break;
    }
}

void schedule_write(const struct schedule *schedule, struct text *out)
{
    text_add(out, "%.17g %llu %lu %llu ", schedule->base, (unsigned long long)schedule->from_step,
             (unsigned long)schedule->from_epoch, (unsigned long long)schedule->begin);
    schedule_print(schedule, out);
}

int schedule_read(const char *line, struct schedule *schedule, struct err *err)
{
    double base;
    unsigned long long from, begin;
    unsigned long epoch;
    int words = 0;
    struct err why;
    bool begins = sscanf(line, "%lf %llu %lu %llu %n", &base, &from, &epoch, &begin, &words) == 4 && words > 0;
    if (!begins || !(base >= 0) || !isfinite((float)base) || epoch > UINT32_MAX || (double)from > STEPS_MOST ||
        begin > from || schedule_parse(line + words, base, 0, (uint32_t)epoch, schedule, &why))
        return err_set(err, ERR_DATA, "the decay '%.80s' cannot be read", line);
    schedule->from_step = from;
    schedule->begin = begin;
    return 0;
}
