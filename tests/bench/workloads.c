/*
 * workloads.c: the training steps that are compared with other trainers, on demand: one line in, one line out. Who asks
 * is workloads.py, which takes turns between this and others.
 *
 *     list                              a line of JSON for each workload, then an empty one
 *     data WORKLOAD FOLDER              writes the set
 *     open KEY FOLDER WORKLOAD BATCH THREADS     a session; answers floating-point operations a step
 *     tensors KEY PATH                  its weights and its samples in the order of the first epoch, as safetensors
 *     steps KEY N                       answers the first loss and the mean
 *     run KEY MICROSECONDS              steps as a run on the screen makes them, with figures and history; answers
 *                                       how many, and nanoseconds
 *     bare KEY MICROSECONDS             the same of the step's program alone
 *     products KEY MICROSECONDS         of the dense layers of such a step the matrix products alone, by OpenBLAS on
 *                                       one thread
 *     sgemm THREADS MICROSECONDS        answers GFLOP/s of OpenBLAS, each thread with matrices of its own
 *     close KEY
 */
#include <cblas.h>

#include "base/denormals.h"
#include "bench.h"
#include "io/safetensors.h"

enum { SLOTS = 16, BATCHES = 4, SIDE = 768 };
/* Of short steps so many are made between two looks at the clock, as a session does. */
#define BETWEEN_LOOKS       20000 /* nanoseconds */
#define STEPS_BETWEEN_LOOKS 64
#define SLICE 10000000 /* nanoseconds between two looks at the keys, as on the screen */

static const struct workload {
    const char *name, *net;
    struct shape shape;
    int classes, rows;
    int batch[BATCHES];
} workloads[] = {
    {"W1", "dense 16, relu, dense 16, relu", {1, {4}}, 3, 1200, {1, 8, 150}},
    {"W2", "dense 256, relu, dense 128, relu", {1, {784}}, 10, 4096, {1, 32, 128, 1024}},
    {"W3", "dense 128, bn, relu, dense 128, bn, relu, dense 128, bn, relu, dense 128, bn, relu, "
           "dense 128, bn, relu, dense 128, bn, relu, dense 128, bn, relu, dense 128, bn, relu",
     {1, {64}}, 10, 4096, {32, 256}},
    {"W4", "conv 32 3x3, relu, pool max 2, conv 64 3x3, relu, pool max 2, dense 128, relu", {3, {1, 28, 28}}, 10, 1024,
     {1, 32, 128}},
    {"W5", "conv 64 3x3, bn, relu, conv 64 3x3, bn, relu, pool max 2, "
           "conv 128 3x3, bn, relu, conv 128 3x3, bn, relu, pool max 2", {3, {3, 32, 32}}, 10, 256, {32}},
};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

struct slot {
    char key[BENCH_PATH];
    struct session *session;
    uint64_t drawn; /* steps of `bare` */
};

static const struct workload *find_workload(const char *name)
{
    for (int i = 0; i < WORKLOADS; i++)
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    bench_fail("no such workload");
    return NULL;
}

static struct slot *find_slot(struct slot *slots, const char *key)
{
    for (int i = 0; i < SLOTS; i++)
        if (strcmp(slots[i].key, key) == 0)
            return &slots[i];
    bench_fail("no such session, or no room for one more");
    return NULL;
}

static void list(void)
{
    for (int i = 0; i < WORKLOADS; i++) {
        const struct workload *workload = &workloads[i];
        struct text shape = {0};
        shape_print(&workload->shape, &shape);
        printf("{\"name\": \"%s\", \"net\": \"%s\", \"shape\": \"%s\", \"classes\": %d, \"rows\": %d, \"batches\": [",
               workload->name, workload->net, shape.data, workload->classes, workload->rows);
        for (int k = 0; k < BATCHES && workload->batch[k]; k++)
            printf("%s%d", k ? ", " : "", workload->batch[k]);
        printf("]}\n");
        text_free(&shape);
    }
    printf("\n");
}

static void open_slot(struct slot *slots, const char *key, const char *folder, const char *name, int batch, int threads)
{
    struct slot *slot = find_slot(slots, "");
    snprintf(slot->key, sizeof slot->key, "%s", key);
    slot->drawn = 0;
    slot->session = bench_session(folder, find_workload(name)->net, batch, threads);
    printf("%.17g\n", bench_flops(slot->session->net, batch));
}

static void write_tensors(const struct session *session, const char *path)
{
    struct err err = {0};
    struct safetensors file = {0};
    const struct net *net = session->net;
    uint64_t rows = (uint64_t)session->order.rows, features = (uint64_t)session->data->features;
    uint64_t width = (uint64_t)net_width(net);
    float *x = malloc(rows * features * sizeof *x), *y = malloc(rows * width * sizeof *y);
    if (!x || !y)
        bench_fail("no memory for the samples");
    transform_rows(&session->transform, session->data, session->order.row, 0, (int)rows, x, y, (int)width);
    for (int i = 0; i < net->params; i++) {
        const struct window *window = &net->param[i];
        uint64_t dim[SAFETENSORS_RANK];
        for (int k = 0; k < window->spec.shape.rank; k++)
            dim[k] = (uint64_t)window->spec.shape.dim[k];
        bench_check(safetensors_add(&file, window->name, window->spec.shape.rank, dim, net->w + window->offset, &err),
                    &err);
    }
    bench_check(safetensors_add(&file, "x", 2, (uint64_t[]){rows, features}, x, &err), &err);
    bench_check(safetensors_add(&file, "y", 2, (uint64_t[]){rows, width}, y, &err), &err);
    bench_check(safetensors_write(&file, path, &err), &err);
    safetensors_close(&file);
    free(x);
    free(y);
    printf("ok\n");
}

static void advance(struct session *session, int64_t deadline)
{
    if (session->goal == GOAL_NONE)
        session_run_steps(session, GOAL_FOREVER);
    session_advance(session, deadline);
    if (session->goal == GOAL_NONE)
        bench_fail(session->stop_text);
}

static void run_steps(struct session *session, long steps)
{
    double sum = 0, first = 0;
    for (long i = 0; i < steps; i++) {
        uint64_t before = session->step;
        while (session->step == before)
            advance(session, 0);
        sum += session->batch_figures.loss;
        first = i == 0 ? sum : first;
    }
    printf("%.9g %.9g\n", first, sum / (double)steps);
}

static void run(struct session *session, int64_t time)
{
    int64_t begun = clock_now(), now;
    uint64_t before = session->step;
    while ((now = clock_now()) < begun + time || session->inside) {
        int64_t left = begun + time - now;
        advance(session, left <= 0 ? 0 : now + (left < SLICE ? left : SLICE));
    }
    printf("%llu %lld\n", (unsigned long long)(session->step - before), (long long)(now - begun));
}

/* Steps until the next look at the clock, since STEPS took TAKEN nanoseconds. */
static int steps_to_next_look(int steps, int64_t taken)
{
    return taken < BETWEEN_LOOKS && steps < STEPS_BETWEEN_LOOKS ? 2 * steps : steps;
}

static void run_bare(struct slot *slot, int64_t time)
{
    struct session *session = slot->session;
    struct program *program = session->train;
    int64_t begun = clock_now(), now = begun;
    uint64_t before = slot->drawn;
    int ops = program_ops(program), rows = session->batch, steps = 1;
    denormals_flush(); /* once for all steps, as a session does, and PyTorch tuned */
    while (now < begun + time) {
        for (int i = 0; i < steps; i++) {
            session->batch_first = (int)(slot->drawn * (uint64_t)rows % (uint64_t)(session->order.rows - rows + 1));
            program_begin(program, rows, session->seed, session->step + slot->drawn++);
            if (program_run(program, &session->optimizer, ops, true) < ops)
                bench_fail("a figure is not finite");
        }
        int64_t taken = clock_now() - now;
        steps = steps_to_next_look(steps, taken);
        now += taken;
    }
    denormals_restore();
    printf("%llu %lld\n", (unsigned long long)(slot->drawn - before), (long long)(now - begun));
}

/* --- how fast the machine multiplies */

/* A dense layer as OpenBLAS sees it. */
struct products {
    int in, out;
    float *x, *y, *w; /* [batch, in], [batch, out], [out, in]; and their gradients: */
    float *dx, *dy, *dw;
};

/* Memory for all, which holds ones; nobody asks what they come to. */
static void open_products(const struct layer *layer, int batch, struct products *products)
{
    *products = (struct products){.in = (int)shape_size(&layer->in), .out = (int)shape_size(&layer->out)};
    size_t in = (size_t)products->in, out = (size_t)products->out, rows = (size_t)batch;
    size_t sizes[] = {rows * in, rows * out, in * out, rows * in, rows * out, in * out};
    float **all[] = {&products->x, &products->y, &products->w, &products->dx, &products->dy, &products->dw};
    for (int k = 0; k < 6; k++) {
        if (!(*all[k] = malloc(sizes[k] * sizeof(float))))
            bench_fail("no memory for a matrix");
        for (size_t i = 0; i < sizes[k]; i++)
            (*all[k])[i] = 1;
    }
}

static void close_products(struct products *products)
{
    float *all[] = {products->x, products->y, products->w, products->dx, products->dy, products->dw};
    for (int k = 0; k < 6; k++)
        free(all[k]);
}

/* Forward, and back to the weights and to what came in, which the first of LAYERS need not know. */
static void multiply_all(const struct products *products, int layers, int batch)
{
    for (int i = 0; i < layers; i++) {
        const struct products *p = &products[i];
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, p->out, p->in, 1, p->x, p->in, p->w, p->in, 0,
                    p->y, p->out);
    }
    for (int i = layers - 1; i >= 0; i--) {
        const struct products *p = &products[i];
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, p->out, p->in, batch, 1, p->dy, p->out, p->x, p->in, 0,
                    p->dw, p->in);
        if (i > 0)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, p->in, p->out, 1, p->dy, p->out, p->w, p->in,
                        0, p->dx, p->in);
    }
}

static void run_products(const struct session *session, int64_t time)
{
    static struct products products[NET_LAYERS_MAX];
    const struct topology *top = &session->net->top;
    int layers = 0, batch = session->batch;
    for (int i = 0; i < top->layers; i++)
        if (strcmp(top->layer[i].kind->name, "dense") == 0)
            open_products(&top->layer[i], batch, &products[layers++]);
    long long made = 0;
    int steps = 1;
    int64_t begun = clock_now(), now = begun;
    while (now < begun + time) {
        for (int i = 0; i < steps; i++, made++)
            multiply_all(products, layers, batch);
        int64_t taken = clock_now() - now;
        steps = steps_to_next_look(steps, taken);
        now += taken;
    }
    printf("%lld %lld\n", made, (long long)(now - begun));
    for (int i = 0; i < layers; i++)
        close_products(&products[i]);
}

struct measured {
    int64_t time;
    float *a[2], *b[2], *c[2];
    double flops[2]; /* a second */
};

static void multiply(void *arg, int rank)
{
    struct measured *product = arg;
    int64_t begun = clock_now(), now;
    double products = 0;
    do {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, product->a[rank], SIDE,
                    product->b[rank], SIDE, 0, product->c[rank], SIDE);
        products++;
    } while ((now = clock_now()) < begun + product->time);
    product->flops[rank] = products * 2 * SIDE * SIDE * SIDE * 1e9 / (double)(now - begun);
}

static void measure_sgemm(int threads, int64_t time)
{
    struct err err = {0};
    struct measured product = {.time = time};
    struct team *team = threads == 1 || threads == 2 ? team_open(threads, &err) : NULL;
    if (!team)
        bench_fail("sgemm takes 1 or 2 threads");
    bench_check(team_start(team, &err), &err);
    for (int i = 0; i < threads; i++) {
        float **all[] = {&product.a[i], &product.b[i], &product.c[i]};
        for (int k = 0; k < 3; k++)
            if (!(*all[k] = calloc(SIDE * SIDE, sizeof(float))))
                bench_fail("no memory for a matrix");
    }
    team_run(team, multiply, &product);
    team_close(team);
    for (int i = 0; i < threads; i++) {
        free(product.a[i]);
        free(product.b[i]);
        free(product.c[i]);
    }
    printf("%.6g\n", (product.flops[0] + product.flops[1]) * 1e-9);
}

/* --- what is asked */

static void answer(struct slot *slots, const char *line)
{
    char one[BENCH_PATH], two[BENCH_PATH], name[16];
    int batch, threads;
    long number;
    if (strcmp(line, "list\n") == 0) {
        list();
    } else if (sscanf(line, "open %31s %511s %15s %d %d", one, two, name, &batch, &threads) == 5) {
        open_slot(slots, one, two, name, batch, threads);
    } else if (sscanf(line, "data %15s %511s", name, one) == 2) {
        const struct workload *workload = find_workload(name);
        bench_write_set(one, workload->rows, &workload->shape, workload->classes);
        printf("ok\n");
    } else if (sscanf(line, "tensors %31s %511s", one, two) == 2) {
        write_tensors(find_slot(slots, one)->session, two);
    } else if (sscanf(line, "sgemm %d %ld", &threads, &number) == 2) {
        measure_sgemm(threads, number * 1000);
    } else if (sscanf(line, "run %31s %ld", one, &number) == 2) {
        run(find_slot(slots, one)->session, number * 1000);
    } else if (sscanf(line, "bare %31s %ld", one, &number) == 2) {
        run_bare(find_slot(slots, one), number * 1000);
    } else if (sscanf(line, "products %31s %ld", one, &number) == 2) {
        run_products(find_slot(slots, one)->session, number * 1000);
    } else if (sscanf(line, "steps %31s %ld", one, &number) == 2) {
        run_steps(find_slot(slots, one)->session, number);
    } else if (sscanf(line, "close %31s", one) == 1) {
        struct slot *slot = find_slot(slots, one);
        session_close(slot->session);
        *slot = (struct slot){0};
        printf("ok\n");
    } else {
        bench_fail("a request that is not known");
    }
}

int main(void)
{
    static struct slot slots[SLOTS];
    char line[2 * BENCH_PATH];
    openblas_set_num_threads(1); /* each of ours calls it on matrices of its own */
    while (fgets(line, sizeof line, stdin)) {
        answer(slots, line);
        fflush(stdout);
    }
    return 0;
}
