/*
 * growth.c: how the time of a step grows with the batch, the width, the depth and the side of an image, one and two
 * threads; and how much memory a network takes over what arithmetic asks for.
 *
 * The bare program is measured, whose memory can be foreseen without taking it. Each time is the least of several short
 * turns: what is looked for is the shape of the curve, and noise only adds. Tables go to the standard output, curves,
 * with powers of ten on both axes, to build/bench/growth-NAME.svg. The dim line is the time that grows with the
 * floating-point operations alone, through the right-most point of one thread.
 */
#include <math.h>

#include "bench.h"
#include "dnn/program.h"
#include "view/palette.h"
#include "view/plot.h"
#include "view/svg.h"

enum { POINTS = 16, TURNS = 5, THREADS = 2 };
#define TURN     20000000LL /* nanoseconds, at least one step */
#define EDGE     1.3 /* memory over the arithmetic minimum: at most */
#define SPEC_MAX 4096

struct axis {
    const char *name, *unit, *label; /* the last one short, for the plot */
    int at[POINTS]; /* ascending, ended by 0 */
    /* Writes the network for VALUE to SPEC, the samples to SHAPE; returns the rows of a batch. */
    int (*set)(int value, char spec[SPEC_MAX], struct shape *shape);
};

static int set_batch(int value, char spec[SPEC_MAX], struct shape *shape)
{
    snprintf(spec, SPEC_MAX, "dense 256, relu, dense 128, relu");
    *shape = shape_row(784);
    return value;
}

static int set_width(int value, char spec[SPEC_MAX], struct shape *shape)
{
    snprintf(spec, SPEC_MAX, "dense %d, relu, dense %d, relu", value, value);
    *shape = shape_row(64);
    return 64;
}

static int set_depth(int value, char spec[SPEC_MAX], struct shape *shape)
{
    spec[0] = 0;
    for (int i = 0; i < value; i++)
        snprintf(spec + strlen(spec), SPEC_MAX - strlen(spec), "%sdense 64, relu", i ? ", " : "");
    *shape = shape_row(64);
    return 64;
}

static int set_side(int value, char spec[SPEC_MAX], struct shape *shape)
{
    snprintf(spec, SPEC_MAX, "conv 16 3x3, relu, pool max 2, conv 32 3x3, relu, gap");
    *shape = (struct shape){3, {3, value, value}};
    return 32;
}

static const struct axis axes[] = {
    {"batch", "rows, 784-256-128-10", "rows", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192},
     set_batch},
    {"width", "units, 64-w-w-10, 64 rows", "unit", {16, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096}, set_width},
    {"depth", "layers of 64, 64 rows", "deep", {1, 2, 4, 8, 16, 32, 64}, set_depth},
    {"side", "pixels, conv16-pool-conv32-gap, 32 rows", "side", {8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64}, set_side},
};
enum { AXES = sizeof axes / sizeof *axes };

struct point {
    double flops, seconds[THREADS], memory; /* over the minimum, with all threads */
    size_t bytes;
};

/* --- a network without a session */

struct rows {
    const float *x;
    int features, classes;
};

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct rows *rows = context;
    size_t features = (size_t)rows->features;
    for (int i = first; i < last; i++) {
        memcpy(x + (size_t)i * features, rows->x + (size_t)i * features, features * sizeof *x);
        for (int k = 0; k < rows->classes; k++)
            y[i * rows->classes + k] = k == i % rows->classes;
    }
}

static struct net *open_net(const char *spec, const struct shape *shape)
{
    struct err err = {0};
    struct topology top;
    struct init init = {.kind = init_kinds[0]};
    args_preset(init.kind->args, &init.args);
    bench_check(topology_parse(spec, 10, &top, &err), &err);
    struct net *net = net_open(&top, shape, &err);
    bench_check(net ? 0 : -1, &err);
    net_init(net, &init, 1, 0);
    return net;
}

static void open_optimizer(struct optimizer *optimizer, struct arena *arena, size_t size)
{
    struct err err = {0};
    *optimizer = (struct optimizer){.kind = optim_kinds[0], .lr = 1e-5};
    args_preset(optimizer->kind->args, &optimizer->args);
    bench_check(arena_open(arena, (size_t)optimizer->kind->slots * (size * sizeof(real) + ARENA_ALIGN), "Adam", &err),
                &err);
    for (int i = 0; i < optimizer->kind->slots; i++)
        optimizer->slot[i] = arena_take(arena, size, sizeof(real));
}

static double seconds_of(struct program *program, struct optimizer *optimizer, int rows)
{
    double best = INFINITY;
    int ops = program_ops(program);
    for (int turn = 0; turn <= TURNS; turn++) {
        int64_t begun = clock_now(), now;
        int steps = 0;
        do {
            program_begin(program, rows, 1, 0);
            if (program_run(program, optimizer, ops, true) < ops)
                bench_fail("a figure is not finite");
            steps++;
        } while ((now = clock_now()) < begun + TURN);
        double seconds = (double)(now - begun) * 1e-9 / steps;
        if (turn > 0 && seconds < best) /* the first warms up */
            best = seconds;
    }
    return best;
}

/* What arithmetic asks for: weights, two moments and a gradient for each thread; samples, targets and, of each layer,
 * what it puts out and the gradient of that. */
static double least_bytes(const struct net *net, int rows, int ranks)
{
    double values = (double)net->parameters * (3 + ranks) + (double)net->stat_size;
    double row = (double)shape_size(&net->in) + net_width(net);
    for (int i = 0; i < net->top.layers; i++)
        row += 2 * (double)shape_size(&net->top.layer[i].out);
    return (values + row * rows) * sizeof(real);
}

static void measure_point(const struct axis *axis, int value, struct team *team[THREADS], struct point *point)
{
    struct err err = {0};
    char spec[SPEC_MAX];
    struct shape shape;
    int batch = axis->set(value, spec, &shape);
    size_t values = (size_t)batch * shape_size(&shape);
    struct rng rng = rng_start(1, RNG_TEST, 2, 0);
    float *x = malloc(values * sizeof *x);
    struct net *net = open_net(spec, &shape);
    struct rows rows = {x, (int)shape_size(&shape), net_width(net)};
    struct optimizer optimizer;
    struct arena arena;
    if (!x)
        bench_fail("no memory for the samples");
    for (size_t i = 0; i < values; i++)
        x[i] = (float)rng_uniform(&rng) - 0.5f;
    open_optimizer(&optimizer, &arena, net->size);
    point->flops = bench_flops(net, batch);
    for (int i = 0; i < THREADS; i++) {
        const struct loss loss = {.kind = loss_kind_find("ce")};
        struct program *program = program_open(net, &loss, PROGRAM_TRAIN, batch, team[i],
                                               (struct program_source){gather, &rows}, &err);
        bench_check(program ? 0 : -1, &err);
        point->seconds[i] = seconds_of(program, &optimizer, batch);
        int ranks = program_ranks(program);
        point->bytes = program_bytes(net, PROGRAM_TRAIN, batch, ranks) + net->arena.size + arena.size;
        point->memory = (double)point->bytes / least_bytes(net, batch, ranks);
        program_close(program);
    }
    arena_close(&arena);
    net_close(net);
    free(x);
}

/* --- what is shown */

static struct series *make_series(const struct axis *axis, const struct point *point, int n, int thread)
{
    struct err err = {0};
    struct series *series = series_open(64, &err);
    bench_check(series ? 0 : -1, &err);
    for (int i = 0; i < n; i++) {
        double linear = point[n - 1].seconds[0] * point[i].flops / point[n - 1].flops;
        series_push(series, log10(axis->at[i]), 1e6 * (thread < 0 ? linear : point[i].seconds[thread]));
    }
    return series;
}

static void draw(const struct axis *axis, const struct point *point, int n)
{
    struct err err = {0};
    struct canvas canvas;
    struct text out = {0};
    char name[BENCH_PATH];
    const char *folder = getenv("BENCH_OUT");
    struct series *curve[] = {make_series(axis, point, n, 0), make_series(axis, point, n, 1),
                              make_series(axis, point, n, -1)};
    struct plot plot = {.title = "microseconds a step", .x_name = axis->label, .log_x = true, .log_y = true,
                        .y0 = NAN, .y1 = NAN, .curves = 3,
                        .curve = {{curve[0], "1 thread", INK_TRAIN, true},
                                  {curve[1], "2 threads", INK_VALIDATION, true},
                                  {curve[2], "as FLOPs", INK_DIM, true}}};
    bench_check(canvas_open(&canvas, 80, 20, false, &err), &err);
    plot_draw(&plot, &canvas, (struct rect){0, 0, 80, 20});
    canvas_svg(&canvas, axis->name, &out);
    snprintf(name, sizeof name, "growth-%s.svg", axis->name);
    FILE *file = bench_create(folder ? folder : ".", name);
    fwrite(out.data, 1, out.length, file);
    bench_close(file);
    canvas_close(&canvas);
    text_free(&out);
    for (int i = 0; i < 3; i++)
        series_close(curve[i]);
}

/* The step from the point before: time over FLOPs. 1: as the FLOPs; below: the floor is felt; above: a step. */
static void print_point(const struct axis *axis, const struct point *point, int i)
{
    const struct point *p = &point[i];
    printf("| %d | %.4g | %.4g | %.4g | %.3g | %.3g | ", axis->at[i], p->flops * 1e-6, p->seconds[0] * 1e6,
           p->seconds[1] * 1e6, p->seconds[0] * 1e9 / p->flops, p->seconds[1] * 1e9 / p->flops);
    if (i == 0)
        printf("- | ");
    else
        printf("%.2f | ", p->seconds[0] / p[-1].seconds[0] / (p->flops / p[-1].flops));
    printf("%.1f | %.2f%s |\n", (double)p->bytes / 1e6, p->memory, p->memory > EDGE ? " (!)" : "");
}

int main(void)
{
    struct err err = {0};
    struct team *team[THREADS];
    const char *only = getenv("BENCH_AXIS");
    for (int i = 0; i < THREADS; i++) {
        team[i] = team_open(i + 1, &err);
        bench_check(team[i] ? 0 : -1, &err);
    }
    for (int a = 0; a < AXES; a++) {
        const struct axis *axis = &axes[a];
        struct point point[POINTS];
        int n = 0;
        if (only && *only && strcmp(only, axis->name))
            continue;
        printf("%s (%s)\n\n| %s | MFLOP | 1 thread, µs | 2 threads, µs | ns a FLOP, 1 | ns a FLOP, 2 | growth over "
               "FLOPs | MB | over least |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n", axis->name, axis->unit,
               axis->name);
        for (; n < POINTS && axis->at[n]; n++) {
            measure_point(axis, axis->at[n], team, &point[n]);
            print_point(axis, point, n);
            fflush(stdout);
        }
        draw(axis, point, n);
        printf("\n");
    }
    for (int i = 0; i < THREADS; i++)
        team_close(team[i]);
    return 0;
}
