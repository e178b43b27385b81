/*
 * test_oracle.c: whole training runs against PyTorch, on rows and on images, whose results stand in reference.txt and
 * images.txt of tests/oracle (written by make-reference.py beside them, which says what the records are).
 *
 * Both compute in float and differ only in the order of sums, so 20 steps agree to five digits; a different rule, even
 * one as small as the biased variance in place of the unbiased one, does not pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dnn/program.h"

#define STEPS 20
#define TARGETS 8
#define TENSORS 64

struct tensor {
    char name[48]; /* "start fc1.weight" */
    size_t count;
    double *value;
};

struct batches {
    const double *x, *target;
    int features, outputs, first; /* the batch is rows [first, ...) */
};

struct oracle {
    int rows, batch, features, outputs;
    double *x;
    struct tensor target[TARGETS];
    int targets;
    /* the case being read */
    char title[320], net[240], loss[16], optimizer[80];
    double lr, clip;
    struct tensor tensor[TENSORS];
    int tensors;
    int cases;
    double worst_loss, worst_gradient, worst_end;
};

static const struct tensor *find(const struct oracle *o, const char *sort, const char *name)
{
    char key[80];
    snprintf(key, sizeof key, "%s%s%s", sort, *name ? " " : "", name);
    for (int i = 0; i < o->tensors; i++)
        if (strcmp(o->tensor[i].name, key) == 0)
            return &o->tensor[i];
    fail_msg("%s: no record '%s'", o->title, key);
    return NULL;
}

static const double *target_of(const struct oracle *o)
{
    for (int i = 0; i < o->targets; i++)
        if (strcmp(o->target[i].name, o->loss) == 0)
            return o->target[i].value;
    fail_msg("no targets for %s", o->loss);
    return NULL;
}

/* --- the engine's side */

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct batches *from = context;
    for (int r = first; r < last; r++) {
        for (int i = 0; i < from->features; i++)
            x[r * from->features + i] = (real)from->x[(from->first + r) * from->features + i];
        for (int i = 0; i < from->outputs; i++)
            y[r * from->outputs + i] = (real)from->target[(from->first + r) * from->outputs + i];
    }
}

/* Sets ARGS from SPEC's words after the first and returns the first, cut off. */
static const char *parse(char *spec, const struct arg_spec *(*specs)(const char *), struct arg_values *args)
{
    char *words[8];
    struct err err;
    int count = text_split(spec, words, 8);
    if (args_parse(specs(words[0]), words[0], count - 1, words + 1, NULL, args, &err))
        fail_msg("%s", err.message);
    return words[0];
}

static const struct arg_spec *optimizer_specs(const char *name)
{
    return optim_kind_find(name)->args;
}

/* The greatest difference, relative to the greatest value of the tensor; infinite where it is NaN. */
static double deviation(const struct oracle *o, const struct tensor *want, const real *got, size_t count)
{
    double difference = 0, scale = 1e-6;
    if (want->count != count)
        fail_msg("%s: %s has %zu values, not %zu", o->title, want->name, want->count, count);
    for (size_t i = 0; i < count; i++) {
        double d = fabs(got[i] - want->value[i]);
        difference = isnan(d) ? INFINITY : fmax(difference, d);
        scale = fmax(scale, fabs(want->value[i]));
    }
    return difference / scale;
}

static void check_windows(const struct oracle *o, const char *sort, const struct window *window, int count,
                          const real *values, double tolerance, double *worst)
{
    for (int k = 0; k < count; k++) {
        const struct tensor *want = find(o, sort, window[k].name);
        double d = deviation(o, want, values + window[k].offset, window[k].count);
        if (!(d <= tolerance))
            fail_msg("%s: %s is off by %.3g of its greatest value", o->title, want->name, d);
        *worst = fmax(*worst, d);
    }
}

static void set_start(const struct oracle *o, struct net *net)
{
    for (int k = 0; k < net->params; k++) {
        const struct tensor *start = find(o, "start", net->param[k].name);
        assert_int_equal(start->count, net->param[k].count);
        for (size_t i = 0; i < start->count; i++)
            net->w[net->param[k].offset + i] = (real)start->value[i];
    }
}

static int op_after_reduce(const struct program *program)
{
    int i = 0;
    while (program_op(program, i)->code != OP_REDUCE)
        i++;
    return i + 1;
}

static void train(struct oracle *o, struct net *net, struct program *program, struct optimizer *optimizer,
                  struct batches *batches)
{
    const struct tensor *losses = find(o, "losses", "");
    assert_int_equal(losses->count, STEPS);
    for (int step = 0; step < STEPS; step++) {
        batches->first = step * o->batch % o->rows;
        program_begin(program, o->batch, 1, (uint64_t)step);
        program_run(program, optimizer, op_after_reduce(program), true);
        if (step == 0)
            check_windows(o, "gradient", net->param, net->params, program_gradient(program), 1e-4, &o->worst_gradient);
        program_run(program, optimizer, program_ops(program), true);
        double d = fabs(program_loss(program) / losses->value[step] - 1);
        if (!(d <= 1e-5))
            fail_msg("%s: the loss of step %d is %.9g, not %.9g", o->title, step + 1, program_loss(program),
                     losses->value[step]);
        o->worst_loss = fmax(o->worst_loss, d);
    }
    check_windows(o, "end", net->param, net->params, net->w, 1e-4, &o->worst_end);
    check_windows(o, "statistic", net->stat, net->stats, net->s, 1e-4, &o->worst_end);
}

static void run_case(struct oracle *o)
{
    static struct topology top;
    struct err err = {0};
    struct shape in = shape_row(o->features);
    struct batches batches = {.x = o->x, .target = target_of(o), .features = o->features, .outputs = o->outputs};
    struct loss loss = {.kind = loss_kind_find(o->loss)};
    args_preset(loss.kind->args, &loss.args);
    struct optimizer optimizer = {.lr = o->lr, .clip = o->clip};
    optimizer.kind = optim_kind_find(parse(o->optimizer, optimizer_specs, &optimizer.args));
    struct net *net = topology_parse(o->net, o->outputs, &top, &err) ? NULL : net_open(&top, &in, &err);
    if (!net)
        fail_msg("%s: %s", o->title, err.message);
    for (int i = 0; i < optimizer.kind->slots; i++)
        optimizer.slot[i] = calloc(net->size, sizeof(real));
    struct team *team = team_open(1, &err);
    struct program *program =
        program_open(net, &loss, PROGRAM_TRAIN, o->batch, team, (struct program_source){gather, &batches}, &err);
    assert_non_null(program);
    set_start(o, net);
    train(o, net, program, &optimizer, &batches);
    program_close(program);
    team_close(team);
    for (int i = 0; i < optimizer.kind->slots; i++)
        free(optimizer.slot[i]);
    net_close(net);
    o->cases++;
}

/* --- reading */

/* "NAME... COUNT v v v": the name may be two words, none of which begins like a number. */
static struct tensor read_tensor(const char *line)
{
    struct tensor tensor = {0};
    const char *at = line;
    while (*at && !(at[0] == ' ' && at[1] >= '0' && at[1] <= '9'))
        at++;
    snprintf(tensor.name, sizeof tensor.name, "%.*s", (int)(at - line), line);
    char *end;
    tensor.count = strtoul(at, &end, 10);
    tensor.value = calloc(tensor.count, sizeof *tensor.value);
    for (size_t i = 0; i < tensor.count; i++) {
        at = end;
        tensor.value[i] = strtod(at, &end);
        if (end == at)
            fail_msg("%s: %zu values are promised, %zu are there", tensor.name, tensor.count, i);
    }
    return tensor;
}

static void finish_case(struct oracle *o)
{
    if (o->title[0])
        run_case(o);
    for (int i = 0; i < o->tensors; i++)
        free(o->tensor[i].value);
    o->tensors = 0;
}

static int starts(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && line[n] == ' ';
}

static void read_line(struct oracle *o, const char *line)
{
    if (line[0] == '#')
        return;
    if (starts(line, "rows")) {
        assert_int_equal(sscanf(line, "rows %d batch %d features %d outputs %d", &o->rows, &o->batch, &o->features,
                                &o->outputs), 4);
    } else if (starts(line, "x")) {
        o->x = read_tensor(line).value;
    } else if (starts(line, "target")) {
        assert_true(o->targets < TARGETS);
        o->target[o->targets] = read_tensor(line);
        memmove(o->target[o->targets].name, o->target[o->targets].name + 7, sizeof o->target[0].name - 7);
        o->targets++;
    } else if (starts(line, "case")) {
        finish_case(o);
        snprintf(o->title, sizeof o->title, "%s", line + 5);
    } else if (starts(line, "net")) {
        snprintf(o->net, sizeof o->net, "%s", line + 4);
    } else if (starts(line, "loss")) {
        snprintf(o->loss, sizeof o->loss, "%s", line + 5);
    } else if (starts(line, "optimizer")) {
        snprintf(o->optimizer, sizeof o->optimizer, "%s", line + 10);
    } else if (starts(line, "lr")) {
        o->lr = strtod(line + 3, NULL);
    } else if (starts(line, "clip")) {
        o->clip = strtod(line + 5, NULL);
    } else {
        assert_true(o->tensors < TENSORS);
        o->tensor[o->tensors++] = read_tensor(line);
    }
}

static void compare_with(const char *path, int cases)
{
    static struct oracle o;
    o = (struct oracle){0};
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is not there; the tests run from the top of the tree", path);
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        read_line(&o, line);
    }
    finish_case(&o);
    free(line);
    fclose(file);
    free(o.x);
    for (int i = 0; i < o.targets; i++)
        free(o.target[i].value);
    print_message("%d runs of %d steps; off by at most %.1e (losses), %.1e (first gradients), %.1e (last weights)\n",
                  o.cases, STEPS, o.worst_loss, o.worst_gradient, o.worst_end);
    assert_int_equal(o.cases, cases);
}

static void training_on_rows_agrees_with_pytorch(void **state)
{
    (void)state;
    compare_with("tests/oracle/reference.txt", 36);
}

static void training_on_images_agrees_with_pytorch(void **state)
{
    (void)state;
    compare_with("tests/oracle/images.txt", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(training_on_rows_agrees_with_pytorch),
                                       cmocka_unit_test(training_on_images_agrees_with_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
