/*
 * gradcheck.h: is the gradient right? Backpropagation against centred differences of the loss, in double precision.
 *
 * The live network is read, never touched: its layers, weights and loss, rows of the present (or the next) batch and
 * the dropout of that step go into a twin in double (gradcheck_twin.h). For some entries w of every tensor the loss is
 * computed at w - h and w + h; the slope between is compared with the gradient that the twin's backward pass gives.
 * That proves the layers' formulas. A second figure says how far the float gradient, which training uses, is from the
 * one in double.
 *
 * Slopes lie where the loss has a corner within h (a rectifier's 0, a tie in a maximum): such an entry is told apart
 * by slopes that depend on the side or on h, and is counted, not compared.
 */
#ifndef DEBUG_GRADCHECK_H
#define DEBUG_GRADCHECK_H

#include "debug/session.h"

#define GRADCHECK_ENTRIES   40   /* of a tensor, unless the person says otherwise */
#define GRADCHECK_TOLERANCE 1e-5 /* the greatest relative error of a gradient that agrees */
#define GRADCHECK_ROWS      32   /* at most */

enum gradcheck_verdict {
    GRADCHECK_AGREES,
    GRADCHECK_DIFFERS,
    GRADCHECK_SMALL,    /* both are below what rounding explains: 0, as far as can be told */
    GRADCHECK_UNCLEAR,  /* no entry away from corners was found */
    GRADCHECK_NONFINITE /* the gradient itself, or the loss, is not finite: there is nothing to compare */
};

/* One tensor. */
struct gradcheck_row {
    const struct window *window; /* of the live network */
    enum gradcheck_verdict verdict;
    int checked, corners;        /* entries compared; entries left out */
    /* the worst of those compared; of a gradient that is not finite, the first such entry */
    size_t at;                   /* from the start of the tensor */
    double error;                /* (analytic - numeric) / max(|analytic|, |numeric|, floor) */
    double analytic, numeric;
    double float_error;          /* max |float - double| / max(norm of this, norm of all / 1000); NaN or infinite where
                                    the float gradient is */
};

struct gradcheck {
    struct gradcheck_row *row;
    int rows;
    int entries;     /* of a tensor, at most */
    int batch_rows;
    double flops;    /* what it will take, as far as can be told before */
};

/* Chooses what will be compared: the tensors of LAYER (a layer's name or a tensor's; NULL for all), ENTRIES of each (0:
 * GRADCHECK_ENTRIES, or fewer where the network is large). Refuses names that there are not, and layers without
 * parameters. */
int gradcheck_open(const struct session *session, const char *layer, int entries, struct gradcheck *check,
                   struct err *err);
void gradcheck_close(struct gradcheck *check);

/* Compares. ERR_INTERRUPT when the person gives it up. */
int gradcheck_run(const struct session *session, struct gradcheck *check, struct err *err);

/* One tensor of any function: what the above does for each. */
struct gradcheck_comparison {
    double (*loss)(void *context); /* at W as it stands */
    void *context;
    double *w;                     /* [count] moved and put back */
    const double *analytic;        /* [count] the gradient that is to be proven */
    size_t count;
    int entries;
    uint64_t seed;                 /* which entries, where there are more: the greatest, and one of each stretch */
    struct breath breath;          /* asked between entries */
};

/* Fills ROW but for window and float_error; -1 when BREATH gives it up. */
int gradcheck_compare(const struct gradcheck_comparison *comparison, struct gradcheck_row *row);

#endif
