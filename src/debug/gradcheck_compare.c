/*
 * gradcheck_compare.c: a gradient against centred differences, entry by entry, whatever the function.
 *
 * The step is cbrt(eps) max(1, |w|): there the error of the formula, h^2 f'''/6, is about that of rounding, eps f / h.
 * An entry that does not agree is looked at again with an eighth of the step, from both sides: where slopes depend on
 * the side or on the step, the function has a corner there (or rounding hides the slope) and they prove nothing.
 */
#include <float.h>
#include <math.h>

#include "base/rng.h"
#include "debug/gradcheck.h"

/* Units in the last place of the loss by which rounding may move a difference of two. */
#define ROUNDING 16

#define SECOND_STEP 0.125 /* of the first */
#define ALIKE       0.25  /* slopes are alike that are nearer to each other than this share of the deviation */

struct slope {
    double centred, left, right;
    double noise; /* what rounding may add to `centred` */
    double error; /* signed, relative */
};

/* Errors are relative to no less than what rounding may be, at the tolerance, mistaken for one. */
static double relative(double analytic, const struct slope *slope)
{
    double floor = fmax(slope->noise / GRADCHECK_TOLERANCE, DBL_MIN);
    return (analytic - slope->centred) / fmax(fmax(fabs(analytic), fabs(slope->centred)), floor);
}

/* The slope at entry I with step H; MIDDLE is the loss at w itself. */
static struct slope slope_at(const struct gradcheck_comparison *c, size_t i, double h, double middle)
{
    volatile double above = c->w[i] + h, below = c->w[i] - h; /* what is stored, not what a register holds */
    double kept = c->w[i];
    c->w[i] = above;
    double up = c->loss(c->context);
    c->w[i] = below;
    double down = c->loss(c->context);
    c->w[i] = kept;
    struct slope slope = {.centred = (up - down) / (above - below),
                          .left = (middle - down) / (kept - below),
                          .right = (up - middle) / (above - kept),
                          .noise = ROUNDING * DBL_EPSILON * fmax(1, fabs(middle)) / h};
    slope.error = relative(c->analytic[i], &slope);
    return slope;
}

/* Whether the slopes of entry I are to be believed; SLOPE becomes the one to compare with. */
static bool settle(const struct gradcheck_comparison *c, size_t i, double middle, struct slope *slope)
{
    double h = cbrt(DBL_EPSILON) * fmax(1, fabs(c->w[i]));
    struct slope first = *slope = slope_at(c, i, h, middle);
    if (fabs(first.error) <= GRADCHECK_TOLERANCE)
        return true;
    *slope = slope_at(c, i, h * SECOND_STEP, middle);
    if (fabs(slope->error) <= GRADCHECK_TOLERANCE)
        return true;
    double alike = ALIKE * fabs(c->analytic[i] - slope->centred);
    return fabs(slope->left - slope->right) < alike && fabs(first.centred - slope->centred) < alike;
}

static size_t greatest(const struct gradcheck_comparison *c)
{
    size_t at = 0;
    for (size_t i = 1; i < c->count; i++)
        if (fabs(c->analytic[i]) > fabs(c->analytic[at]))
            at = i;
    return at;
}

/* Entry number K of ENTRIES: one of each equal stretch, that with the GREATEST gradient if it is in there. */
static size_t choose(const struct gradcheck_comparison *c, size_t k, size_t entries, size_t greatest, struct rng *rng)
{
    size_t first = c->count * k / entries, last = c->count * (k + 1) / entries;
    size_t drawn = first + rng_below(rng, (uint32_t)(last - first));
    return greatest >= first && greatest < last ? greatest : drawn;
}

static bool find_nonfinite(const struct gradcheck_comparison *c, double loss, struct gradcheck_row *row)
{
    row->at = 0;
    while (row->at < c->count && isfinite(c->analytic[row->at]))
        row->at++;
    if (row->at == c->count && isfinite(loss))
        return false;
    row->verdict = GRADCHECK_NONFINITE;
    row->at = row->at == c->count ? 0 : row->at;
    row->analytic = c->analytic[row->at];
    row->numeric = row->error = NAN;
    return true;
}

int gradcheck_compare(const struct gradcheck_comparison *c, struct gradcheck_row *row)
{
    double middle = c->loss(c->context);
    size_t most = greatest(c), entries = (size_t)c->entries < c->count ? (size_t)c->entries : c->count;
    struct rng rng = rng_start(c->seed, RNG_GRADCHECK, 0, 0);
    bool differs = false, visible = false;
    row->checked = row->corners = 0;
    row->at = most;
    row->analytic = c->analytic[most];
    row->error = row->numeric = NAN;
    if (find_nonfinite(c, middle, row))
        return 0;
    for (size_t k = 0; k < entries; k++) {
        size_t i = choose(c, k, entries, most, &rng);
        struct slope slope;
        if (c->breath.take && !c->breath.take(c->breath.context))
            return -1;
        if (!settle(c, i, middle, &slope)) {
            row->corners++;
            continue;
        }
        bool seen = 2 * fmax(fabs(c->analytic[i]), fabs(slope.centred)) > slope.noise;
        differs = differs || fabs(slope.error) > GRADCHECK_TOLERANCE;
        /* Of two values that are both lost in rounding, the deviation says least. */
        bool worse = row->checked++ == 0 || (seen && !visible) ||
                     (seen == visible && fabs(slope.error) > fabs(row->error));
        visible = visible || seen;
        if (!worse)
            continue;
        row->at = i;
        row->error = slope.error;
        row->analytic = c->analytic[i];
        row->numeric = slope.centred;
    }
    row->verdict = row->checked == 0 ? GRADCHECK_UNCLEAR
                   : differs         ? GRADCHECK_DIFFERS
                   : visible         ? GRADCHECK_AGREES
                                     : GRADCHECK_SMALL;
    return 0;
}
