/*
 * hash.c: the state in 64 bits: what a resumed or replayed run must have the same of.
 *
 * Everything that decides the next step goes in: vectors, counters, seed, network, loss, optimizer and its settings,
 * transforms, batch, and inside a step the op the cursor is at. Mere records (curves, events, norms) stay out.
 */
#define XXH_STATIC_LINKING_ONLY /* for a hash state on the stack */
#include <xxhash.h>

#include "debug/choices.h"
#include "debug/session.h"

static void add_bytes(XXH3_state_t *hash, const void *bytes, size_t n)
{
    XXH3_64bits_update(hash, bytes, n);
}

static void add_number(XXH3_state_t *hash, double x)
{
    add_bytes(hash, &x, sizeof x);
}

static void add_count(XXH3_state_t *hash, uint64_t n)
{
    add_bytes(hash, &n, sizeof n);
}

static void add_settings(XXH3_state_t *hash, const struct session *session)
{
    struct text text = {0};
    topology_print(&session->net->top, &text);
    for (int i = 0; i < session->net->top.layers; i++)
        text_add(&text, " %s", session->net->top.layer[i].name);
    text_add(&text, "|");
    choice_loss(session, &text);
    text_add(&text, "|");
    choice_optimizer(session, &text);
    text_add(&text, "|");
    choice_init(session, &text);
    if (session->schedule.kind != SCHEDULE_NONE)
        schedule_write(&session->schedule, &text);
    add_bytes(hash, text.data, text.length);
    text_free(&text);
    add_number(hash, session->optimizer.lr);
    add_number(hash, session->optimizer.clip);
    add_count(hash, session->optimizer.t);
    add_count(hash, (uint64_t)session->batch);
}

/* Which data, what is predicted, which rows train, and by which statistics they are whitened. */
static void add_data(XXH3_state_t *hash, const struct session *session)
{
    const struct dataset *data = session->data;
    const struct transform *transform = &session->transform;
    add_count(hash, data->hash);
    add_count(hash, (uint64_t)data->task);
    for (int i = 0; i < data->columns; i++)
        add_count(hash, (uint64_t)data->column[i].use);
    for (int i = 0; data->shape.rank == 3 && i < data->shape.rank; i++)
        add_count(hash, (uint64_t)data->shape.dim[i] << 1 | data->hwc);
    add_bytes(hash, data->train, (size_t)data->trains * sizeof *data->train);
    add_bytes(hash, transform->mean, (size_t)transform->features * sizeof *transform->mean);
    add_bytes(hash, transform->scale, (size_t)transform->features * sizeof *transform->scale);
    if (transform->squashes)
        add_bytes(hash, transform->squash, (size_t)transform->features * sizeof *transform->squash);
    if (transform->clips) {
        add_number(hash, transform->low);
        add_number(hash, transform->high);
    }
    add_number(hash, transform->y_mean);
    add_number(hash, transform->y_sd);
    add_count(hash, (uint64_t)transform->inputs | (uint64_t)transform->targets << 1);
}

uint64_t session_hash(const struct session *session)
{
    XXH3_state_t hash;
    XXH3_64bits_reset(&hash);
    add_count(&hash, session->seed);
    add_count(&hash, session->step);
    add_count(&hash, session->epoch);
    add_count(&hash, (uint64_t)session->visited);
    add_count(&hash, session->draws);
    add_count(&hash, session->inside ? (uint64_t)program_cursor(session->train) + 1 : 0);
    if (session->data)
        add_data(&hash, session);
    if (session->net) {
        add_settings(&hash, session);
        add_bytes(&hash, session->net->w, session->net->size * sizeof(real));
        add_bytes(&hash, session->net->s, session->net->stat_size * sizeof(real));
        for (int slot = 0; slot < session->optimizer.kind->slots; slot++)
            add_bytes(&hash, session->optimizer.slot[slot], session->net->size * sizeof(real));
    }
    return XXH3_64bits_digest(&hash);
}
