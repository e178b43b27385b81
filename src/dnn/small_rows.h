/*
 * small_rows.h: a small network's passes for some rows, eight at a time. What a layer hands on goes through memory;
 * where fewer than eight rows are left the last is taken again, which writes the same once more. For small.c.
 */
#ifndef DNN_SMALL_ROWS_H
#define DNN_SMALL_ROWS_H

#include "dnn/program_body.h"
#include "small_vectors.h"

enum { EIGHT = 8 };

/* Row r of ROWS rows of N values. */
#define ROW_OF(from, n) ((from) + (r < rows ? r : rows - 1) * (n))

/* Says the statements for ALL rows, eight at a time: FIRST is where they begin, ROWS how many they are: eight, a number
 * that is known when this is compiled, or those that are left. */
#define BY_EIGHTS(all, ...) \
    do { \
        int first = 0; \
        for (; first + EIGHT <= (all); first += EIGHT) { \
            enum { rows = EIGHT }; \
            __VA_ARGS__ \
        } \
        if (first < (all)) { \
            int rows = (all)-first; \
            __VA_ARGS__ \
        } \
    } while (0)

/* Whether a layer's few outputs are sums along its inputs (product_wider.c's run_dots has more of them). */
static inline bool has_few_units(const struct layer_run *run)
{
    return run->out <= 4;
}

/* --- forward */

/* W [out, in], turned: [in, LANES]. */
WIDE_INLINE void turn_weight(const float *w, int in, int out, float *turned)
{
    if (in != 4 || out != LANES) {
        transpose_block(w, in, in, out, turned, LANES);
        return;
    }
    vector v[4];
    ROWS(4, v[r] = load(w + r * LANES, LANES););
    vector a = _mm512_unpacklo_ps(v[0], v[1]), b = _mm512_unpackhi_ps(v[0], v[1]);
    vector c = _mm512_unpacklo_ps(v[2], v[3]), d = _mm512_unpackhi_ps(v[2], v[3]);
    store(turned, LANES, turn_fours(_mm512_shuffle_ps(a, c, 0x44)));
    store(turned + LANES, LANES, turn_fours(_mm512_shuffle_ps(a, c, 0xee)));
    store(turned + 2 * LANES, LANES, turn_fours(_mm512_shuffle_ps(b, d, 0x44)));
    store(turned + 3 * LANES, LANES, turn_fours(_mm512_shuffle_ps(b, d, 0xee)));
}

/* ROWS rows from FIRST on, of eight units or more; the weight is there TURNED. RECTIFIED, where it is not NULL, is what
 * the rectifier behind makes of them. */
WIDE_INLINE void forward_eight(const struct layer_run *run, const float *turned, int rows, int first,
                               float *rectified)
{
    int in = run->in, out = run->out;
    vector y[EIGHT], bias = load(run->param[1], out);
    const float *x[EIGHT], *from = run->x + first * in;
    float *to = run->y + first * out;
    ROWS(EIGHT, {
        y[r] = bias;
        x[r] = ROW_OF(from, in);
    });
    for (int k = 0; k < in; k++) {
        vector w = load(turned + k * LANES, LANES);
        ROWS(EIGHT, y[r] = vector_fma(vector_all(x[r] + k), w, y[r]););
    }
    ROWS(EIGHT, {
        store(ROW_OF(to, out), out, y[r]);
        if (rectified)
            store(ROW_OF(rectified + first * out, out), out, let_through(y[r], y[r]));
    });
}

WIDE_INLINE void forward_many(const struct layer_run *run, int all, float *rectified)
{
    _Alignas(64) float turned[LANES * LANES];
    turn_weight(run->param[0], run->in, run->out, turned);
    BY_EIGHTS(all, forward_eight(run, turned, rows, first, rectified););
}

/* Values of eight rows and up to four columns lie column by column in two vectors. Of WIDTH columns: which of them each
 * value of the rows is, and the other way round. */
#define BY_ROWS(width, i)    ((i) % (width) * 8 + (i) / (width) % 8)
#define BY_COLUMNS(width, i) ((i) / 8 < (width) ? (i) % 8 * (width) + (i) / 8 : 0)
#define FOUR_PLACES(of, width, i) of(width, i), of(width, (i) + 1), of(width, (i) + 2), of(width, (i) + 3)
#define ALL_PLACES(of, width) \
    {FOUR_PLACES(of, width, 0), FOUR_PLACES(of, width, 4), FOUR_PLACES(of, width, 8), FOUR_PLACES(of, width, 12), \
     FOUR_PLACES(of, width, 16), FOUR_PLACES(of, width, 20), FOUR_PLACES(of, width, 24), FOUR_PLACES(of, width, 28)}
static const int by_rows[4][2 * LANES] = {ALL_PLACES(BY_ROWS, 1), ALL_PLACES(BY_ROWS, 2), ALL_PLACES(BY_ROWS, 3),
                                          ALL_PLACES(BY_ROWS, 4)};
static const int by_columns[4][2 * LANES] = {ALL_PLACES(BY_COLUMNS, 1), ALL_PLACES(BY_COLUMNS, 2),
                                             ALL_PLACES(BY_COLUMNS, 3), ALL_PLACES(BY_COLUMNS, 4)};

WIDE_INLINE void store_columns(const vector column[2], int rows, int width, float *to)
{
    for (int from = 0; from < rows * width; from += LANES) {
        int some = rows * width - from < LANES ? rows * width - from : LANES;
        __m512i order = _mm512_loadu_si512(by_rows[width - 1] + from);
        store(to + from, some, _mm512_permutex2var_ps(column[0], order, column[1]));
    }
}

WIDE_INLINE void load_columns(const float *from, int width, vector column[2])
{
    int n = EIGHT * width;
    vector low = load(from, n < LANES ? n : LANES), high = n > LANES ? load(from + LANES, n - LANES) : vector_zero();
    ROWS(2, {
        __m512i order = _mm512_loadu_si512(by_columns[width - 1] + r * LANES);
        column[r] = _mm512_permutex2var_ps(low, order, high);
    });
}

/* Of few units, whose weights and biases are W and BIAS; COLUMN becomes what it stores. */
WIDE_INLINE void forward_eight_few(const struct layer_run *run, const vector w[4], const vector bias[4], int rows,
                                   int first, vector column[2])
{
    vector v[LANES];
    int in = run->in, out = run->out;
    const float *from = run->x + first * in;
    column[1] = vector_zero();
    for (int two = 0; two < out; two += 2) {
        ROWS(EIGHT, {
            vector x = load(ROW_OF(from, in), in);
            v[r] = vector_fma(x, w[two], bias[two]);
            v[EIGHT + r] = vector_fma(x, w[two + 1], bias[two + 1]);
        });
        column[two / 2] = vector_sums(v);
    }
    store_columns(column, rows, out, run->y + first * out);
}

/* COLUMN becomes what is stored of the last rows. */
WIDE_INLINE void forward_few(const struct layer_run *run, int all, vector column[2])
{
    vector w[4], bias[4];
    int in = run->in, out = run->out;
    ROWS(4, {
        w[r] = r < out ? load(run->param[0] + r * in, in) : vector_zero();
        bias[r] = r < out ? _mm512_zextps128_ps512(_mm_load_ss(run->param[1] + r)) : vector_zero();
    });
    BY_EIGHTS(all, forward_eight_few(run, w, bias, rows, first, column););
}

/* --- the loss */

/* Eight values, which is half R of the vectors V. */
#define HALF(v, r) ((r) % 2 ? _mm512_extractf32x8_ps((v)[(r) / 2], 1) : _mm512_castps512_ps256((v)[(r) / 2]))

WIDE_INLINE vector twice(__m256 v)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(v), v, 1);
}

/* Cross-entropy of softmax(z) as loss.c has it, of eight rows whose z are COLUMN; DZ likewise. False, and nothing done:
 * something is not finite, or a target is not one class. */
WIDE_INLINE bool loss_of_eight(const struct program *program, const vector column[2], int classes, struct lane *lane,
                               vector dz[2])
{
    vector wanted[2], powers[2];
    load_columns(program->target, classes, wanted);
    __m256 greatest = HALF(column, 0), none = _mm256_setzero_ps(), total = none, weight = none, sum = none, odd = none;
    ROWS(4, if (r > 0 && r < classes) greatest = _mm256_max_ps(greatest, HALF(column, r)););
    ROWS(2, powers[r] = powers_of_e(_mm512_sub_ps(column[r], twice(greatest))););
    ROWS(4, if (r < classes) {
        __m256 value = _mm256_sub_ps(HALF(column, r), greatest);
        sum = _mm256_sub_ps(sum, _mm256_mul_ps(HALF(wanted, r), value));
        weight = _mm256_add_ps(weight, HALF(wanted, r));
        total = _mm256_add_ps(total, HALF(powers, r));
        odd = _mm256_add_ps(odd, _mm256_sub_ps(value, value)); /* NaN where it is not finite */
    });
    if (_mm256_cmp_ps_mask(weight, _mm256_set1_ps(1), _CMP_NEQ_UQ) | _mm256_cmp_ps_mask(odd, odd, _CMP_UNORD_Q))
        return false;
    vector share = twice(_mm256_div_ps(weight, total)), inverse = _mm512_set1_ps(1 / (float)EIGHT);
    ROWS(2, dz[r] = _mm512_mul_ps(_mm512_sub_ps(_mm512_mul_ps(powers[r], share), wanted[r]), inverse););
    __m256d four = _mm256_mul_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(total)),
                                 _mm256_cvtps_pd(_mm256_extractf128_ps(total, 1)));
    double loss = 0;
    ROWS(EIGHT, loss += (double)sum[r];);
    lane->loss = loss + log((four[0] * four[1]) * (four[2] * four[3]));
    return true;
}

/* --- backward */

/* Of weight and bias, of OUT units, MOST at most. */
WIDE_INLINE void gradient_of_units(const struct layer_run *run, int rows, int out, int most)
{
    int in = run->in;
    vector sum[LANES], bias = vector_zero();
    ROWS_16(most, sum[r] = vector_zero(););
    for (int i = 0; i < rows; i++) {
        const float *dz = run->dy + i * out;
        vector x = load(run->x + i * in, in);
        bias = vector_add(bias, load(dz, out));
        ROWS_16(most, if (r < out) sum[r] = vector_fma(vector_all(dz + r), x, sum[r]););
    }
    ROWS_16(most, if (r < out) store(run->grad[0] + r * in, in, sum[r]););
    store(run->grad[1], out, bias);
}

/* Of sixteen units with four inputs. */
WIDE_INLINE void gradient_of_fours(const struct layer_run *run, int rows)
{
    vector sum[4], bias = vector_zero();
    ROWS(4, sum[r] = vector_zero(););
    for (int i = 0; i < rows; i++) {
        vector x = _mm512_broadcast_f32x4(_mm_loadu_ps(run->x + 4 * i)), dz = load(run->dy + LANES * i, LANES);
        bias = vector_add(bias, dz);
        ROWS(4, sum[r] = vector_fma(by_fours(dz, r), x, sum[r]););
    }
    ROWS(4, store(run->grad[0] + r * LANES, LANES, sum[r]););
    store(run->grad[1], LANES, bias);
}

WIDE_INLINE void gradient_of_rows(const struct layer_run *run, int rows)
{
    if (run->in == 4 && run->out == LANES)
        gradient_of_fours(run, rows);
    else if (run->out == LANES)
        gradient_of_units(run, rows, LANES, LANES);
    else if (run->out <= 4)
        gradient_of_units(run, rows, run->out, 4);
    else
        gradient_of_units(run, rows, run->out, LANES);
}

/* dx of ROWS rows from FIRST on, and, where RECTIFIER is not NULL, what it, which made x, passes back. */
WIDE_INLINE void backward_eight(const struct layer_run *run, int rows, int first, const struct layer_run *rectifier)
{
    int in = run->in, out = run->out, at = first * in;
    vector dx[EIGHT];
    const float *dz[EIGHT], *w = run->param[0], *from = run->dy + first * out;
    ROWS(EIGHT, {
        dx[r] = vector_zero();
        dz[r] = ROW_OF(from, out);
    });
    for (int u = 0; u < out; u++) {
        vector each = load(w + u * in, in);
        ROWS(EIGHT, dx[r] = vector_fma(vector_all(dz[r] + u), each, dx[r]););
    }
    ROWS(EIGHT, {
        store(ROW_OF(run->dx + at, in), in, dx[r]);
        if (rectifier)
            store(ROW_OF(rectifier->dx + at, in), in, let_through(load(ROW_OF(run->x + at, in), in), dx[r]));
    });
}

/* --- all layers */

/* Returns whether COLUMN is what the last layer has put out. */
WIDE_INLINE bool forward_all_rows(const struct worker *worker, int rows, vector column[2])
{
    const struct layer_run *run = worker->run, *end = run + worker->program->net->top.layers;
    bool few = false;
    for (; run < end; run++) {
        const struct layer_run *rectifier = run + 1 < end && !run[1].param[0] ? run + 1 : NULL;
        few = has_few_units(run);
        if (few)
            forward_few(run, rows, column);
        else if (run->out >= 8)
            forward_many(run, rows, rectifier ? rectifier->y : NULL);
        else
            run->layer->kind->forward(run, 0);
        if (rectifier && run->out < 8)
            rectifier->layer->kind->forward(rectifier, 0);
        run += rectifier != NULL;
    }
    return few;
}

/* What is passed back comes before the gradients of parameters, which nobody waits for. */
WIDE_INLINE void backward_all_rows(const struct worker *worker, int all)
{
    for (int i = worker->program->net->top.layers - 1; i >= 0; i--) {
        const struct layer_run *run = &worker->run[i];
        if (run->dx) {
            const struct layer_run *rectifier = !run[-1].param[0] ? run - 1 : NULL;
            BY_EIGHTS(all, backward_eight(run, rows, first, rectifier););
            i -= rectifier != NULL;
        }
        gradient_of_rows(run, all);
    }
}

WIDE_INLINE void small_pass_rows(const struct worker *worker, int rows)
{
    const struct program *program = worker->program;
    const struct layer_run *last = &worker->run[program->net->top.layers - 1];
    vector column[2], dz[2];
    bool few = forward_all_rows(worker, rows, column);
    if (rows == EIGHT && few && program->small_ce &&
        loss_of_eight(program, column, last->out, worker->lane, dz))
        store_columns(dz, rows, last->out, (real *)last->dy);
    else
        execute_loss(worker);
    backward_all_rows(worker, rows);
}

#endif
