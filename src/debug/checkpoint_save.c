/* checkpoint_save.c: the writing half of checkpoint.h. */
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "debug/checkpoint.h"
#include "debug/checkpoint_format.h"
#include "debug/choices.h"
#include "io/safetensors.h"

#define WHOLE(name, most) {#name, offsetof(struct checkpoint_numbers, name), true, most}
#define REAL(name) {#name, offsetof(struct checkpoint_numbers, name), false, 0}
#define STEPS_MAX (UINT64_C(1) << 53) /* a step is shown, plotted and counted on as a double */
const struct checkpoint_field checkpoint_fields[] = {
    WHOLE(seed, UINT64_MAX),
    WHOLE(step, STEPS_MAX),
    WHOLE(epoch, UINT32_MAX),
    WHOLE(visited, INT_MAX),
    WHOLE(draws, UINT32_MAX),
    WHOLE(t, STEPS_MAX),
    WHOLE(batch, INT_MAX),
    WHOLE(threads, INT_MAX),
    WHOLE(whiten_inputs, 1),
    WHOLE(whiten_targets, 1),
    REAL(lr),
    REAL(clip),
    {0},
};
#undef WHOLE
#undef REAL

static int add_window(struct safetensors *file, const char *name, const struct shape *shape, float *data,
                      struct err *err)
{
    uint64_t dim[SHAPE_MAX];
    for (int i = 0; i < shape->rank; i++)
        dim[i] = (uint64_t)shape->dim[i];
    return safetensors_add(file, name, shape->rank, dim, data, err);
}

static int add_tensors(struct safetensors *file, struct session *session, struct err *err)
{
    const struct net *net = session->net;
    const struct optimizer *optimizer = &session->optimizer;
    char name[CHECKPOINT_NAME_ROOM];
    for (int i = 0; i < net->params; i++)
        if (add_window(file, net->param[i].name, &net->param[i].spec.shape, net->w + net->param[i].offset, err))
            return -1;
    for (int i = 0; i < net->stats; i++)
        if (add_window(file, net->stat[i].name, &net->stat[i].spec.shape, net->s + net->stat[i].offset, err))
            return -1;
    for (int slot = 0; slot < optimizer->kind->slots; slot++)
        for (int i = 0; i < net->params; i++) {
            snprintf(name, sizeof name, CHECKPOINT_SLOT_NAME, optimizer->kind->slot_name[slot], net->param[i].name);
            if (add_window(file, name, &net->param[i].spec.shape, optimizer->slot[slot] + net->param[i].offset, err))
                return -1;
        }
    struct shape features = shape_row(session->transform.features), one = shape_row(1);
    if (session->transform.squashes &&
        add_window(file, CHECKPOINT_SQUASH, &features, session->transform.squash, err))
        return -1;
    return add_window(file, "data.mean", &features, session->transform.mean, err) ||
                   add_window(file, "data.scale", &features, session->transform.scale, err) ||
                   add_window(file, "data.target_mean", &one, &session->transform.y_mean, err) ||
                   add_window(file, "data.target_sd", &one, &session->transform.y_sd, err)
               ? -1
               : 0;
}

static int set_number(struct safetensors *file, const char *key, bool whole, const void *at, struct err *err)
{
    char value[40];
    if (whole)
        snprintf(value, sizeof value, "%" PRIu64, *(const uint64_t *)at);
    else
        snprintf(value, sizeof value, "%.17g", *(const double *)at);
    return safetensors_set(file, key, value, err);
}

static int set_numbers(struct safetensors *file, const struct session *session, struct err *err)
{
    const struct checkpoint_numbers numbers = {
        .seed = session->seed,
        .step = session->step,
        .epoch = session->epoch,
        .visited = (uint64_t)session->visited,
        .draws = session->draws,
        .t = session->optimizer.t,
        .batch = (uint64_t)session->batch,
        .threads = (uint64_t)team_ranks(session->team),
        .whiten_inputs = session->transform.inputs,
        .whiten_targets = session->transform.targets,
        .lr = session->optimizer.lr,
        .clip = session->optimizer.clip,
    };
    for (const struct checkpoint_field *field = checkpoint_fields; field->key; field++)
        if (set_number(file, field->key, field->whole, (const char *)&numbers + field->offset, err))
            return -1;
    return 0;
}

/* The settings in the words that a person would type. */
static int set_words(struct safetensors *file, const struct session *session, struct err *err)
{
    const struct topology *top = &session->net->top;
    struct text net = {0}, names = {0}, init = {0}, loss = {0}, optimizer = {0};
    topology_print(top, &net);
    for (int i = 0; i < top->layers; i++)
        text_add(&names, "%s%s", i ? " " : "", top->layer[i].name);
    choice_init(session, &init);
    choice_loss(session, &loss);
    choice_optimizer(session, &optimizer);
    int status = safetensors_set(file, "format", CHECKPOINT_FORMAT, err) ||
                 safetensors_set(file, "net", net.data ? net.data : "", err) ||
                 safetensors_set(file, "names", names.data, err) || safetensors_set(file, "init", init.data, err) ||
                 safetensors_set(file, "loss", loss.data, err) ||
                 safetensors_set(file, "optimizer", optimizer.data, err);
    text_free(&net);
    text_free(&names);
    text_free(&init);
    text_free(&loss);
    text_free(&optimizer);
    return status ? -1 : 0;
}

/* What few checkpoints have: a file without it says that it is off. */
static int set_clip(struct safetensors *file, const struct transform *transform, struct err *err)
{
    char clip[80];
    snprintf(clip, sizeof clip, "%s %s", text_exact(transform->low).s, text_exact(transform->high).s);
    return transform->clips ? safetensors_set(file, CHECKPOINT_CLIP, clip, err) : 0;
}

static int set_decay(struct safetensors *file, const struct schedule *schedule, struct err *err)
{
    struct text line = {0};
    if (schedule->kind == SCHEDULE_NONE)
        return 0;
    schedule_write(schedule, &line);
    int status = safetensors_set(file, CHECKPOINT_DECAY, line.data, err);
    text_free(&line);
    return status;
}

/* Where the data came from; a file by its whole path, so that it is found from any folder. */
static int set_origin(struct safetensors *file, const struct session *session, struct err *err)
{
    const struct data_origin *origin = &session->data->origin;
    char *path = known_set_find(origin->source) ? NULL : realpath(origin->source, NULL);
    char hash[20], delimiter[2] = {origin->delimiter, 0}, number[5][40];
    snprintf(hash, sizeof hash, "%016" PRIx64, session->data->hash);
    snprintf(number[0], sizeof number[0], "%d", origin->task);
    snprintf(number[1], sizeof number[1], "%d", origin->header);
    snprintf(number[2], sizeof number[2], "%d", origin->lenient);
    snprintf(number[3], sizeof number[3], "%.17g", origin->validation);
    snprintf(number[4], sizeof number[4], "%" PRIu64, origin->seed);
    int status = safetensors_set(file, "data.source", path ? path : origin->source, err) ||
                 safetensors_set(file, "data.hash", hash, err) ||
                 safetensors_set(file, "data.target", origin->target, err) ||
                 safetensors_set(file, "data.delimiter", delimiter, err) ||
                 safetensors_set(file, "data.task", number[0], err) ||
                 safetensors_set(file, "data.header", number[1], err) ||
                 safetensors_set(file, "data.lenient", number[2], err) ||
                 safetensors_set(file, "data.validation", number[3], err) ||
                 safetensors_set(file, "data.seed", number[4], err) ||
                 safetensors_set(file, "data.shape", origin->shape, err);
    free(path);
    return status ? -1 : 0;
}

int checkpoint_save(struct session *session, const char *path, struct err *err)
{
    struct safetensors file = {0};
    if (session->inside)
        return err_set(err, ERR_STATE, "the cursor is inside step %" PRIu64 " (op %d of %d); %s", session->step + 1,
                       program_cursor(session->train) + 1, program_ops(session->train),
                       session->stop == STOP_NONFINITE
                           ? "its update is not finite: `lr /10`, `init he`, `reset` or another edit drops it"
                           : "`finish` completes it");
    int status = add_tensors(&file, session, err) || set_numbers(&file, session, err) ||
                 set_words(&file, session, err) || set_clip(&file, &session->transform, err) ||
                 set_decay(&file, &session->schedule, err) || set_origin(&file, session, err) ||
                 safetensors_write(&file, path, err);
    safetensors_close(&file);
    return status ? -1 : 0;
}
