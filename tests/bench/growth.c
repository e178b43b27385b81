/*
 * growth.c: how the time of a step grows with the batch, the width, the depth and the side of an image, on one and two
 * threads; and how much memory a network takes over what arithmetic asks for.
 *
 * The bare program is measured, whose memory can be foreseen without taking it. All points of a curve take turns, and
 * the least time of each counts: what is looked for is the shape of the curve, and noise only adds. "x FLOPs" is the
 * time over that of the point before, over the same of the floating-point operations: 1 as they grow, below 1 while the
 * cost of beginning and ending a step is felt, above 1 where a curve has a step. Each of these above STEEP is looked
 * into: what one thread goes through in a step may have outgrown a cache, which reading as much again shows, the
 * images may fill less of the registers, or the cores of two threads may lie far apart, which their meeting shows: a
 * virtual machine is given some that share a cache at one time, and some that do not at another.
 *
 * Tables go to the standard output, curves, with powers of ten on both axes, to growth.svg. The dim line is the time
 * that grows with the floating-point operations alone, through the right-most point of one thread.
 */
#include "bench.h"
#include "dnn/program.h"
#include "view/palette.h"
#include "view/plot.h"
#include "view/svg.h"

enum { POINTS = 16, ROUNDS = 10, TURNS = 5, THREADS = 2, SPEC_MAX = 4096, PLOT_WIDTH = 80, PLOT_HEIGHT = 20 };
#define TURN  10000000LL /* nanoseconds, at least one step */
#define EDGE  1.3        /* memory over the arithmetic minimum: at most */
#define STEEP 1.15
#define SLOWER 0.92 /* memory that is read at less than this share of the speed tells of a cache outgrown */
#define APART  150  /* nanoseconds to meet: half as much again as team.c counts on, for cores that share a cache */

struct axis {
    const char *name, *unit, *label; /* the last one short, for the plot */
    int at[POINTS];                  /* ascending, ended by 0 */
    /* Writes the network for VALUE to SPEC, the samples to SHAPE; returns the rows of a batch. */
    int (*set)(int value, char spec[SPEC_MAX], struct shape *shape);
    double (*use)(int value); /* how much of the registers the images fill; NULL: all */
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

/* Of the second convolution, behind the pool: each row of an image takes whole registers of 8 (winograd.h). */
static double use_of_side(int value)
{
    int side = value / 2;
    return (double)side / ((side + 7) / 8 * 8);
}

static const struct axis axes[] = {
    {"batch", "rows, 784-256-128-10", "rows", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192},
     set_batch, NULL},
    {"width", "units, 64-w-w-10, 64 rows", "unit", {16, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096}, set_width,
     NULL},
    {"depth", "layers of 64, 64 rows", "deep", {1, 2, 4, 8, 16, 32, 64}, set_depth, NULL},
    {"side", "pixels, conv16-pool-conv32-gap, 32 rows", "side", {8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64}, set_side,
     use_of_side},
};
enum { AXES = sizeof axes / sizeof *axes };

struct point {
    struct net *net;
    struct program *program[THREADS];
    struct optimizer optimizer;
    struct arena arena;
    float *x;
    int batch;
    double flops, seconds[THREADS], memory; /* the last over the minimum, with all threads */
    size_t bytes, one_thread;               /* with all threads; with one */
};

struct curve {
    const struct axis *axis;
    struct point point[POINTS];
    int points;
};

/* --- a network without a session */

static void gather(void *context, int first, int last, real *x, real *y)
{
    const struct point *point = context;
    size_t features = (size_t)shape_size(&point->net->in);
    int classes = net_width(point->net);
    for (int i = first; i < last; i++) {
        memcpy(x + (size_t)i * features, point->x + (size_t)i * features, features * sizeof *x);
        for (int k = 0; k < classes; k++)
            y[i * classes + k] = k == i % classes;
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

/* POINT must stay where it is: the programs' samples come from it. */
static void open_point(struct point *point, const struct axis *axis, int value, struct team *team[THREADS])
{
    struct err err = {0};
    char spec[SPEC_MAX];
    struct shape shape;
    *point = (struct point){.batch = axis->set(value, spec, &shape)};
    size_t values = (size_t)point->batch * shape_size(&shape);
    struct rng rng = rng_start(1, RNG_TEST, 2, 0);
    const struct loss loss = {.kind = loss_kind_find("ce")};
    if (!(point->x = malloc(values * sizeof *point->x)))
        bench_fail("no memory for the samples");
    for (size_t i = 0; i < values; i++)
        point->x[i] = (float)rng_uniform(&rng) - 0.5f;
    point->net = open_net(spec, &shape);
    open_optimizer(&point->optimizer, &point->arena, point->net->size);
    point->flops = bench_flops(point->net, point->batch);
    for (int i = 0; i < THREADS; i++) {
        point->program[i] = program_open(point->net, &loss, PROGRAM_TRAIN, point->batch, team[i],
                                         (struct program_source){gather, point}, &err);
        bench_check(point->program[i] ? 0 : -1, &err);
        point->seconds[i] = INFINITY;
        int ranks = program_ranks(point->program[i]);
        point->bytes = program_bytes(point->net, PROGRAM_TRAIN, point->batch, ranks) + point->net->arena.size +
                       point->arena.size;
        point->one_thread = i == 0 ? point->bytes : point->one_thread;
        point->memory = (double)point->bytes / least_bytes(point->net, point->batch, ranks);
    }
}

static void close_point(struct point *point)
{
    for (int i = 0; i < THREADS; i++)
        program_close(point->program[i]);
    arena_close(&point->arena);
    net_close(point->net);
    free(point->x);
}

static double seconds_of(struct point *point, int thread)
{
    struct program *program = point->program[thread];
    int steps = 0, ops = program_ops(program);
    int64_t begun = clock_now(), now;
    do {
        program_begin(program, point->batch, 1, 0);
        if (program_run(program, &point->optimizer, ops, true) < ops)
            bench_fail("a figure is not finite");
        steps++;
    } while ((now = clock_now()) < begun + TURN);
    return (double)(now - begun) * 1e-9 / steps;
}

/* One turn of a point; the least time stays. */
static void take_turn(struct point *point, int thread)
{
    double seconds = seconds_of(point, thread), *best = &point->seconds[thread];
    *best = seconds < *best ? seconds : *best;
}

static double growth(const struct curve *curve, int i, int thread)
{
    const struct point *to = &curve->point[i], *from = to - 1;
    return to->seconds[thread] / from->seconds[thread] / (to->flops / from->flops);
}

static void measure(struct curve *curve, struct team *team[THREADS])
{
    for (curve->points = 0; curve->axis->at[curve->points]; curve->points++)
        open_point(&curve->point[curve->points], curve->axis, curve->axis->at[curve->points], team);
    for (int i = 0; i < curve->points; i++) /* warms up */
        for (int thread = 0; thread < THREADS; thread++)
            seconds_of(&curve->point[i], thread);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < curve->points; i++)
            for (int thread = 0; thread < THREADS; thread++)
                take_turn(&curve->point[i], thread);
    for (int round = 0; round < ROUNDS; round++) /* what looks steep may have been disturbed each time */
        for (int i = 1; i < curve->points; i++)
            for (int thread = 0; thread < THREADS; thread++)
                if (growth(curve, i, thread) > STEEP)
                    take_turn(&curve->point[i], thread);
    for (int i = 0; i < curve->points; i++)
        close_point(&curve->point[i]);
}

/* --- what is shown */

static void print_row(const struct curve *curve, const char *name, double (*figure)(const struct point *))
{
    printf("| %s |", name);
    for (int i = 0; i < curve->points; i++) {
        double value = figure(&curve->point[i]);
        printf(" %.*f |", bench_decimals(value), value);
    }
    printf("\n");
}

static double megaflops(const struct point *point)
{
    return point->flops * 1e-6;
}

static double one_thread(const struct point *point)
{
    return point->seconds[0] * 1e6;
}

static double two_threads(const struct point *point)
{
    return point->seconds[1] * 1e6;
}

static double megabytes(const struct point *point)
{
    return (double)point->bytes * 1e-6;
}

static double over_least(const struct point *point)
{
    return point->memory;
}

static void print_growth(const struct curve *curve, int thread)
{
    printf("| x FLOPs, %d thread%s | - |", thread + 1, thread ? "s" : "");
    for (int i = 1; i < curve->points; i++)
        printf(growth(curve, i, thread) > STEEP ? " **%.2f** |" : " %.2f |", growth(curve, i, thread));
    printf("\n");
}

static void print_table(const struct curve *curve)
{
    printf("| %s |", curve->axis->name);
    for (int i = 0; i < curve->points; i++)
        printf(" %d |", curve->axis->at[i]);
    printf("\n|---|");
    for (int i = 0; i < curve->points; i++)
        printf("--:|");
    printf("\n");
    print_row(curve, "MFLOP a step", megaflops);
    print_row(curve, "1 thread, µs", one_thread);
    print_row(curve, "2 threads, µs", two_threads);
    print_growth(curve, 0);
    print_growth(curve, 1);
    print_row(curve, "MB", megabytes);
    print_row(curve, "MB over the least", over_least);
    if (curve->axis->use) {
        printf("| registers filled, %% |");
        for (int i = 0; i < curve->points; i++)
            printf(" %.0f |", 100 * curve->axis->use(curve->axis->at[i]));
        printf("\n");
    }
}

/* Bytes a nanosecond at which one thread reads BYTES over and over, in search of one that is not there, which the C
 * library does as fast as it can be done; the best of several turns. */
static double read_rate(size_t bytes)
{
    char *data = malloc(bytes);
    double best = 0;
    if (!data)
        bench_fail("no memory to read");
    memset(data, 1, bytes); /* fresh zeros may all be one page */
    for (int turn = 0; turn < TURNS; turn++) {
        int64_t begun = clock_now(), now;
        double read = 0;
        do {
            if (memchr(data, 2, bytes))
                bench_fail("memory does not keep what is written");
            read += (double)bytes;
        } while ((now = clock_now()) < begun + TURN);
        best = read / (double)(now - begun) > best ? read / (double)(now - begun) : best;
    }
    free(data);
    return best;
}

enum { MEETINGS = 1000 };

static void meet(void *team, int rank)
{
    (void)rank;
    for (int i = 0; i < MEETINGS; i++)
        team_meet(team);
}

/* Nanoseconds that the threads of TEAM take to meet; the least of several turns. */
static double meeting_time(struct team *team)
{
    struct err err = {0};
    double least = INFINITY;
    bench_check(team_start(team, &err), &err);
    for (int turn = 0; turn < TURNS; turn++) {
        int64_t begun = clock_now();
        team_run(team, meet, team);
        double took = (double)(clock_now() - begun) / MEETINGS;
        least = took < least ? took : least;
    }
    return least;
}

/* Why POINT, which is AXIS's at TO, takes MOST times the time of the point before, at FROM, over the same of their
 * operations; SHARED: of two threads alone. */
static void explain_point(const struct axis *axis, const struct point *point, int from, int to, double most,
                          struct team *shared)
{
    double meeting = shared ? meeting_time(shared) : 0;
    double before = read_rate(point[-1].one_thread), now = read_rate(point->one_thread);
    double use = axis->use ? axis->use(from) : 1, fewer = axis->use ? axis->use(to) : 1;
    bool slower = now < SLOWER * before, apart = meeting > APART;
    printf("\n%s %d: x %.2f.", axis->name, to, most);
    if (slower)
        printf(" A thread goes through %.2f MB, and reads as much at %.1f GB/s; %.2f MB at %.1f.",
               (double)point->one_thread * 1e-6, now, (double)point[-1].one_thread * 1e-6, before);
    if (fewer < use)
        printf(" The images fill %.0f %% of the registers, not %.0f: x %.2f.", 100 * fewer, 100 * use, use / fewer);
    if (apart)
        printf(" Two threads take %.0f ns to meet: their cores lie far apart.", meeting);
    printf("%s\n", slower || fewer < use || apart ? "" : " Not explained.");
}

static void explain(const struct curve *curve, struct team *two)
{
    const struct axis *axis = curve->axis;
    for (int i = 1; i < curve->points; i++) {
        double one_thread = growth(curve, i, 0), most = fmax(one_thread, growth(curve, i, 1));
        if (most > STEEP)
            explain_point(axis, &curve->point[i], axis->at[i - 1], axis->at[i], most, one_thread > STEEP ? NULL : two);
    }
}

static void add_figures(const struct curve *curve, json_t *figures)
{
    for (int i = 0; i < curve->points; i++) {
        const struct point *point = &curve->point[i];
        const char *name = curve->axis->name;
        int at = curve->axis->at[i];
        for (int thread = 0; thread < THREADS; thread++)
            bench_figure(figures, point->seconds[thread] * 1e6, "µs", NAN, NAN, "%s %d, threads: %d", name, at,
                         thread + 1);
        bench_figure(figures, point->memory, "x", NAN, EDGE, "%s %d, memory over the least", name, at);
    }
}

static struct series *make_series(const struct curve *curve, int thread)
{
    struct err err = {0};
    struct series *series = series_open(64, &err);
    const struct point *last = &curve->point[curve->points - 1];
    bench_check(series ? 0 : -1, &err);
    for (int i = 0; i < curve->points; i++) {
        const struct point *point = &curve->point[i];
        double linear = last->seconds[0] * point->flops / last->flops;
        series_push(series, log10(curve->axis->at[i]), 1e6 * (thread < 0 ? linear : point->seconds[thread]));
    }
    return series;
}

static void draw(const struct curve *curve, struct canvas *canvas, struct rect where)
{
    char title[64];
    struct series *series[] = {make_series(curve, 0), make_series(curve, 1), make_series(curve, -1)};
    snprintf(title, sizeof title, "%s: microseconds a step", curve->axis->name);
    struct plot plot = {.title = title, .x_name = curve->axis->label, .log_x = true, .log_y = true, .y0 = NAN,
                        .y1 = NAN, .curves = 3,
                        .curve = {{series[0], "1 thread", INK_TRAIN, true},
                                  {series[1], "2 threads", INK_VALIDATION, true},
                                  {series[2], "as FLOPs", INK_DIM, true}}};
    plot_draw(&plot, canvas, where);
    for (int i = 0; i < 3; i++)
        series_close(series[i]);
}

static void write_picture(const struct canvas *canvas)
{
    struct text out = {0};
    const char *folder = getenv("BENCH_OUT");
    canvas_svg(canvas, "The time of a step over batch, width, depth and side, with powers of ten on both axes", &out);
    FILE *file = bench_create(folder ? folder : ".", "growth.svg");
    fwrite(out.data, 1, out.length, file);
    bench_close(file);
    text_free(&out);
}

int main(void)
{
    struct err err = {0};
    struct team *team[THREADS];
    struct canvas canvas;
    json_t *figures = json_array();
    const char *only = getenv("BENCH_AXIS");
    for (int i = 0; i < THREADS; i++) {
        team[i] = team_open(i + 1, &err);
        bench_check(team[i] ? 0 : -1, &err);
    }
    bench_check(canvas_open(&canvas, 2 * PLOT_WIDTH, 2 * PLOT_HEIGHT, false, &err), &err);
    for (int a = 0; a < AXES; a++) {
        static struct curve curve;
        if (only && *only && strcmp(only, axes[a].name))
            continue;
        curve.axis = &axes[a];
        measure(&curve, team);
        printf("%s%s (%s)\n\n", a ? "\n" : "", curve.axis->name, curve.axis->unit);
        print_table(&curve);
        explain(&curve, team[1]);
        fflush(stdout);
        add_figures(&curve, figures);
        draw(&curve, &canvas, (struct rect){a % 2 * PLOT_WIDTH, a / 2 * PLOT_HEIGHT, PLOT_WIDTH - 2, PLOT_HEIGHT - 1});
    }
    write_picture(&canvas);
    bench_write_figures("growth", figures);
    canvas_close(&canvas);
    for (int i = 0; i < THREADS; i++)
        team_close(team[i]);
    return 0;
}
