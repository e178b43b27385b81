/*
 * small_row.h: a small network's passes for a batch of one row: what a layer hands on stays in a register, with zeros
 * behind the last value. For small.c.
 */
#ifndef DNN_SMALL_ROW_H
#define DNN_SMALL_ROW_H

#include "dnn/program_body.h"
#include "small_vectors.h"

WIDE_INLINE vector read_row(const float *from, int n)
{
    return n == 4 ? _mm512_zextps128_ps512(_mm_loadu_ps(from)) : load(from, n);
}

/* --- sums of x times each of the rows of W [out, in], as vector_sums adds them up */

WIDE_INLINE vector sums_of_sixteen_fours(vector x, const float *w)
{
    vector v[4];
    ROWS(4, v[r] = vector_fma(four_times(x), load(w + r * LANES, LANES), vector_zero()););
    vector a = _mm512_unpacklo_ps(v[0], v[1]) + _mm512_unpackhi_ps(v[0], v[1]);
    vector b = _mm512_unpacklo_ps(v[2], v[3]) + _mm512_unpackhi_ps(v[2], v[3]);
    return turn_fours(_mm512_shuffle_ps(a, b, 0x44) + _mm512_shuffle_ps(a, b, 0xee));
}

WIDE_INLINE vector sums_of_four(vector x, const float *w, int in, int out)
{
    vector v[4];
    ROWS(4, v[r] = r < out ? vector_fma(x, load(w + r * in, in), vector_zero()) : vector_zero(););
    vector a = _mm512_unpacklo_ps(v[0], v[1]) + _mm512_unpackhi_ps(v[0], v[1]);
    vector b = _mm512_unpacklo_ps(v[2], v[3]) + _mm512_unpackhi_ps(v[2], v[3]);
    vector c = _mm512_shuffle_ps(a, b, 0x44) + _mm512_shuffle_ps(a, b, 0xee);
    c = _mm512_shuffle_f32x4(c, c, 0x88) + _mm512_shuffle_f32x4(c, c, 0xdd);
    c = _mm512_shuffle_f32x4(c, c, 0x88) + _mm512_shuffle_f32x4(c, c, 0xdd);
    return _mm512_maskz_mov_ps(lanes(4), c);
}

WIDE_INLINE vector sums_of_sixteen(vector x, const float *w, int in, int out)
{
    vector v[LANES];
    if (in == LANES && out == LANES)
        ROWS_16(LANES, v[r] = vector_fma(x, load(w + r * LANES, LANES), vector_zero()););
    else
        ROWS_16(LANES, v[r] = r < out ? vector_fma(x, load(w + r * in, in), vector_zero()) : vector_zero(););
    return vector_sums(v);
}

/* --- a dense layer */

WIDE_INLINE vector forward_row(const struct layer_run *run, vector x)
{
    int in = run->in, out = run->out;
    const float *w = run->param[0];
    vector bias = load(run->param[1], out), z;
    if (in == 4 && out == LANES) /* to 0 are added the sums of the lanes that there are not; so -0 becomes 0 */
        z = vector_add(vector_add(bias, vector_zero()), sums_of_sixteen_fours(x, w));
    else
        z = vector_add(bias, out <= 4 ? sums_of_four(x, w, in, out) : sums_of_sixteen(x, w, in, out));
    store(run->y, out, z);
    return z;
}

/* The gradients of weight and bias. */
WIDE_INLINE void gradient_of_row(const struct layer_run *run, vector x, vector dz)
{
    int in = run->in, out = run->out;
    float *to = run->grad[0];
    store(run->grad[1], out, dz);
    if (in == 4 && out == LANES)
        ROWS(4, store(to + r * LANES, LANES, _mm512_mul_ps(by_fours(dz, r), four_times(x))););
    else
        for (int u = 0; u < out; u++)
            store(to + u * in, in, _mm512_mul_ps(spread(dz, u), x));
}

/* dx; even and odd units are summed apart. One unit is not summed, or a zero would lose its sign. */
WIDE_INLINE vector backward_row(const struct layer_run *run, vector dz)
{
    vector even = vector_zero(), odd = even;
    const float *w = run->param[0];
    int in = run->in, out = run->out, u = 0;
    if (in == LANES && out == LANES) {
        ROWS(8, {
            even = vector_fma(spread(dz, 2 * r), load(w + 2 * r * LANES, LANES), even);
            odd = vector_fma(spread(dz, 2 * r + 1), load(w + (2 * r + 1) * LANES, LANES), odd);
        });
        return vector_add(even, odd);
    }
    for (; u + 2 <= out; u += 2) {
        even = vector_fma(spread(dz, u), load(w + u * in, in), even);
        odd = vector_fma(spread(dz, u + 1), load(w + (u + 1) * in, in), odd);
    }
    if (u < out)
        even = vector_fma(spread(dz, u), load(w + u * in, in), even);
    if (out == 1)
        return _mm512_maskz_mov_ps(lanes(in), even);
    return _mm512_maskz_add_ps(lanes(in), even, odd);
}

/* --- figures */

/* Cross-entropy of softmax(z) as loss.c has it. False, and nothing done: something is not finite, or the target is not
 * one class. */
WIDE_INLINE bool loss_of_row(const struct program *program, vector z, int classes, struct lane *lane, vector *dz)
{
    enum { NAN_OR_INFINITE = 0x99 };
    vector wanted = load(program->target, classes), greatest = spread(z, 0);
    for (int i = 1; i < classes; i++)
        greatest = _mm512_max_ps(greatest, spread(z, i));
    vector value = _mm512_sub_ps(z, greatest), part = _mm512_mul_ps(wanted, value), powers = powers_of_e(value);
    vector sum = vector_zero(), weight = sum, total = sum;
    for (int i = 0; i < classes; i++) {
        sum = _mm512_sub_ps(sum, spread(part, i));
        weight = vector_add(weight, spread(wanted, i));
        total = vector_add(total, spread(powers, i));
    }
    if (_mm512_mask_fpclass_ps_mask(lanes(classes), z, NAN_OR_INFINITE) || weight[0] != 1)
        return false;
    *dz = _mm512_maskz_sub_ps(lanes(classes), _mm512_mul_ps(powers, _mm512_div_ps(weight, total)), wanted);
    lane->loss = (double)sum[0] + log((double)total[0]);
    return true;
}

/* The sum of squares as sweep_exact has it. */
WIDE_INLINE double squares_of_row(vector v)
{
    __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v)), high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
    low = _mm512_mul_pd(low, low);
    high = _mm512_mul_pd(high, high);
    __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(low), _mm512_extractf64x4_pd(low, 1));
    four = _mm256_add_pd(four, _mm256_add_pd(_mm512_castpd512_pd256(high), _mm512_extractf64x4_pd(high, 1)));
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return two[0] + two[1];
}

/* Of a gradient that is the product of DZ and X, and of its bias's, as parameters_reduce has it; HELD becomes false
 * where that would look again. */
WIDE_INLINE double squares_of_layer(vector x, vector dz, bool *held)
{
    double of_dz = squares_of_row(dz), of_weight = squares_of_row(x) * of_dz;
    *held &= of_weight < OUTER_HELD;
    return of_weight + of_dz;
}

/* --- all layers */

WIDE_INLINE vector forward_all(const struct worker *worker)
{
    const struct layer_run *run = worker->run, *end = run + worker->program->net->top.layers;
    vector x = read_row(run->x, run->in);
    for (; run < end; run++) {
        x = forward_row(run, x);
        if (run + 1 < end && !run[1].param[0]) {
            run++;
            x = let_through(x, x);
            store(run->y, run->out, x);
        }
    }
    return x;
}

/* False where the norms of the gradients are still to be taken. What is passed back comes before the gradients of
 * parameters, which nobody waits for. */
WIDE_INLINE bool backward_all(const struct worker *worker, vector dz)
{
    double squares = 0;
    bool held = true;
    for (int i = worker->program->net->top.layers - 1; i >= 0; i--) {
        const struct layer_run *run = &worker->run[i];
        struct sums *sums = &worker->sums[i];
        vector x = read_row(run->x, run->in), next = dz;
        if (run->dx) {
            next = backward_row(run, dz);
            store(run->dx, run->in, next);
        }
        if (run->dx && !run[-1].param[0]) {
            next = let_through(x, next);
            store(run[-1].dx, run->in, next);
            i--;
        }
        gradient_of_row(run, x, dz);
        squares += sums->gradient = squares_of_layer(x, dz, &held);
        dz = next;
    }
    worker->lane->gradient = squares;
    worker->lane->weight = 0;
    return held;
}

/* False where the norms of the gradients are still to be taken. */
WIDE static bool small_pass_row(const struct worker *worker)
{
    const struct program *program = worker->program;
    const struct layer_run *last = &worker->run[program->net->top.layers - 1];
    vector z = forward_all(worker), dz;
    if (program->small_ce && loss_of_row(program, z, last->out, worker->lane, &dz)) {
        store((real *)last->dy, last->out, dz);
    } else {
        execute_loss(worker);
        dz = load(last->dy, last->out);
    }
    return backward_all(worker, dz);
}

#endif
