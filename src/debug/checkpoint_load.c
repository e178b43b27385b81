/*
 * checkpoint_load.c: the reading half of checkpoint.h.
 *
 * Everything is made from the file beside the live state and checked; only then is it put in place.
 */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "debug/checkpoint.h"
#include "debug/checkpoint_format.h"
#include "debug/choices.h"
#include "debug/history.h"
#include "debug/rig.h"
#include "io/safetensors.h"

/* Everything that a checkpoint becomes, until it is put in place. */
struct restored {
    struct checkpoint_numbers numbers;
    struct dataset *data; /* NULL: the session's own is used */
    struct transform transform;
    struct batch_order order;
    struct topology top;
    struct rig_plan plan;
    struct rig rig;
    struct init init;
    struct arg_values optimizer_args;
    struct schedule schedule;
};

/* A checkpoint may come from anyone: what it names is opened only if it is a file, which ends and does not wait. */
static struct dataset *open_data(const struct data_origin *origin, struct err *why)
{
    struct stat status;
    if (!known_set_find(origin->source) && stat(origin->source, &status) == 0 && !S_ISREG(status.st_mode)) {
        err_set(why, ERR_FILE, "%.300s: is not a regular file", origin->source);
        return NULL;
    }
    return dataset_open(origin, why);
}

/* Opens the data again; when it is gone, the session's own will do if it is the same or has the same columns. */
static int restore_data(const struct session *session, const struct safetensors *file, struct restored *restored,
                        struct text *notes, struct err *err)
{
    struct data_origin origin;
    uint64_t hash;
    struct err why;
    const struct safetensor *mean = safetensors_find(file, "data.mean");
    if (checkpoint_read_origin(file, &origin, &hash, err))
        return -1;
    if (!mean || mean->rank != 1)
        return err_set(err, ERR_DATA,
                       "the checkpoint has no data.mean: how many features the network takes is not known");
    restored->data = open_data(&origin, &why);
    const struct dataset *data = restored->data ? restored->data : session->data;
    if (!data)
        return err_set(err, ERR_FILE, "the data of this checkpoint cannot be read: %s", why.message);
    if (data->features != (int)mean->count)
        return err_set(err, ERR_DATA, "the checkpoint's network takes %d features; %s has %d%s%s", (int)mean->count,
                       data->origin.source, data->features,
                       restored->data ? ": it has changed since" : "; the checkpoint's own data cannot be read: ",
                       restored->data ? "" : why.message);
    if (!restored->data)
        text_add(notes, "the data of this checkpoint cannot be read (%s); going on with %s%s\n", why.message,
                 data->origin.source, data->hash == hash ? ", which is the same" : ": this is not the same run");
    else if (data->hash != hash)
        text_add(notes, "%s has changed since this checkpoint was saved: this is not the same run\n", origin.source);
    return 0;
}

static bool has_shape(const struct safetensor *tensor, const struct shape *shape)
{
    bool same = tensor->rank == shape->rank;
    for (int i = 0; same && i < shape->rank; i++)
        same = tensor->dim[i] == (uint64_t)shape->dim[i];
    return same;
}

static int copy_floats(const struct safetensors *file, const char *name, const struct shape *shape, float *to,
                       struct err *err)
{
    const struct safetensor *tensor = safetensors_find(file, name);
    if (!tensor || !has_shape(tensor, shape)) {
        struct text expected = {0};
        shape_print(shape, &expected);
        err_set(err, ERR_DATA, "the checkpoint's tensor %s is %s; %s was expected", name,
                tensor ? "of another shape" : "missing", expected.data);
        text_free(&expected);
        return -1;
    }
    memcpy(to, tensor->data, tensor->count * sizeof *to);
    return 0;
}

static int restore_squash(const struct safetensors *file, const struct shape *features, struct transform *transform,
                          struct err *err)
{
    if (!safetensors_find(file, CHECKPOINT_SQUASH))
        return 0;
    if (copy_floats(file, CHECKPOINT_SQUASH, features, transform->squash, err))
        return -1;
    for (int f = 0; f < transform->features; f++) {
        if (!(transform->squash[f] >= 0) || !isfinite(transform->squash[f]))
            return err_set(err, ERR_DATA, "the checkpoint's tensor %s holds %s; legal: 0 or more", CHECKPOINT_SQUASH,
                           text_short(transform->squash[f]).s);
        transform->squashes = transform->squashes || transform->squash[f] > 0;
    }
    return 0;
}

static int restore_clip(const struct safetensors *file, struct transform *transform, struct err *err)
{
    const char *value = safetensors_get(file, CHECKPOINT_CLIP);
    char low[40];
    double from, to;
    size_t split = value ? strcspn(value, " ") : 0;
    if (!value)
        return 0;
    snprintf(low, sizeof low, "%.*s", (int)(split < sizeof low ? split : 0), value);
    if (!value[split] || !text_to_double(low, &from) || !text_to_double(value + split + 1, &to) || !(from < to))
        return err_set(err, ERR_DATA, "the checkpoint's '%s' is '%.60s'; two numbers were expected, the lower one first",
                       CHECKPOINT_CLIP, value);
    transform->clips = true;
    transform->low = (float)from;
    transform->high = (float)to;
    return 0;
}

/* The statistics travel in the checkpoint (tip G6); those just learnt from the data are overwritten. */
static int restore_transform(const struct safetensors *file, const struct dataset *data, struct restored *restored,
                             struct err *err)
{
    struct transform *transform = &restored->transform;
    struct shape features = shape_row(data->features), one = shape_row(1);
    if (transform_open(transform, data, err))
        return -1;
    transform->inputs = restored->numbers.whiten_inputs;
    transform->targets = restored->numbers.whiten_targets && data->task == TASK_REGRESS;
    return restore_squash(file, &features, transform, err) || restore_clip(file, transform, err) ||
                   copy_floats(file, "data.mean", &features, transform->mean, err) ||
                   copy_floats(file, "data.scale", &features, transform->scale, err) ||
                   copy_floats(file, "data.target_mean", &one, &transform->y_mean, err) ||
                   copy_floats(file, "data.target_sd", &one, &transform->y_sd, err)
               ? -1
               : 0;
}

/* A name that a layer could have got here: letters and digits, and no other layer's. */
static bool legal_name(const struct topology *top, int at, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]))
            return false;
    for (int i = 0; i < at; i++)
        if (strcmp(top->layer[i].name, name) == 0)
            return false;
    return length > 0 && length < LAYER_NAME_MAX && (strcmp(name, "out") == 0) == (topology_out(top) == at);
}

/* Layers keep the names that they had, whatever their order. */
static int restore_names(struct topology *top, const char *names, struct err *err)
{
    int count = 1, status = 0;
    for (const char *c = names; *c; c++)
        count += *c == ' ';
    if (count != top->layers)
        return err_set(err, ERR_DATA, "the checkpoint names %d layers; its network has %d", count, top->layers);
    char *copy = strdup(names), *rest = copy;
    if (!copy)
        return err_set(err, ERR_MEMORY, "no memory for the names of %d layers", count);
    for (int i = 0; i < count && status == 0; i++) {
        const char *name = strsep(&rest, " ");
        if (legal_name(top, i, name))
            snprintf(top->layer[i].name, sizeof top->layer[i].name, "%s", name);
        else
            status = err_set(err, ERR_DATA,
                             "the checkpoint calls layer %d '%.40s'; legal: letters and digits, each name once", i + 1,
                             name);
    }
    free(copy);
    return status;
}

static int restore_settings(const struct safetensors *file, const struct dataset *data, struct restored *restored,
                            struct err *err)
{
    static const char *const keys[] = {"net", "names", "init", "loss", "optimizer"};
    const char *value[5];
    for (int i = 0; i < 5; i++)
        if (!(value[i] = checkpoint_need(file, keys[i], err)))
            return -1;
    struct rig_plan *plan = &restored->plan;
    *plan = (struct rig_plan){.top = &restored->top};
    if (choice_read_init(value[2], &restored->init, err) || choice_read_loss(value[3], &plan->loss, err) ||
        choice_read_optimizer(value[4], &plan->optim, &restored->optimizer_args, err) ||
        topology_parse(value[0], session_outputs(data, &plan->loss), &restored->top, err) ||
        restore_names(&restored->top, value[1], err))
        return -1;
    plan->batch = restored->numbers.batch < (uint64_t)data->trains ? (int)restored->numbers.batch : data->trains;
    return plan->batch > 0 ? 0 : err_set(err, ERR_DATA, "the checkpoint's batch is 0 rows");
}

static int restore_decay(const struct safetensors *file, struct restored *restored, struct err *err)
{
    const struct checkpoint_numbers *numbers = &restored->numbers;
    const char *line = safetensors_get(file, CHECKPOINT_DECAY);
    struct schedule *schedule = &restored->schedule;
    *schedule = (struct schedule){.base = numbers->lr};
    if (!line)
        return 0;
    if (schedule_read(line, schedule, err))
        return err_prefix(err, "the checkpoint's '%s': ", CHECKPOINT_DECAY);
    if (schedule->from_step > numbers->step || schedule->from_epoch > numbers->epoch ||
        schedule_rate(schedule, numbers->step, (uint32_t)numbers->epoch) != numbers->lr)
        return err_set(err, ERR_DATA, "the checkpoint's '%s' is '%.80s', which is not its rate at step %" PRIu64,
                       CHECKPOINT_DECAY, line, numbers->step);
    return 0;
}

static int restore_tensors(const struct safetensors *file, struct restored *restored, struct text *notes,
                           struct err *err)
{
    struct net *net = restored->rig.net;
    const struct optim_kind *optim = restored->plan.optim;
    char name[CHECKPOINT_NAME_ROOM];
    bool state = true;
    for (int i = 0; i < net->params; i++)
        if (copy_floats(file, net->param[i].name, &net->param[i].spec.shape, net->w + net->param[i].offset, err))
            return -1;
    for (int i = 0; i < net->stats; i++)
        if (copy_floats(file, net->stat[i].name, &net->stat[i].spec.shape, net->s + net->stat[i].offset, err))
            return -1;
    for (int slot = 0; slot < optim->slots; slot++)
        for (int i = 0; i < net->params; i++) {
            snprintf(name, sizeof name, CHECKPOINT_SLOT_NAME, optim->slot_name[slot], net->param[i].name);
            if (!safetensors_find(file, name))
                state = false;
            else if (copy_floats(file, name, &net->param[i].spec.shape,
                                 restored->rig.slot[slot] + net->param[i].offset, err))
                return -1;
        }
    if (!state)
        text_add(notes,
                 "the checkpoint has no optimizer state, or not all of it: %s starts at zero, so this is not the "
                 "same run\n",
                 optim->name);
    return 0;
}

static void put_in_place(struct session *session, struct restored *restored)
{
    const struct checkpoint_numbers *numbers = &restored->numbers;
    history_new_root(session, true);
    if (restored->data) {
        session_adopt(session, restored->data, &restored->transform, &restored->order);
    } else {
        transform_close(&session->transform);
        session->transform = restored->transform;
        batch_order_close(&restored->order);
    }
    rig_install(session, &restored->plan, &restored->rig);
    session_clear_record(session);
    session->init = restored->init;
    session->seed = numbers->seed;
    session->step = numbers->step;
    session->epoch = (uint32_t)numbers->epoch;
    session->visited = session->batch_first = (int)numbers->visited;
    session->draws = (uint32_t)numbers->draws;
    session->optimizer.args = restored->optimizer_args;
    session->optimizer.lr = numbers->lr;
    session->schedule = restored->schedule;
    session->optimizer.clip = numbers->clip;
    session->optimizer.t = numbers->t;
    batch_order_set(&session->order, session->data, session->seed, session->epoch);
}

/* Whether DATA, NULL when the session's own is used, takes the place of something else. */
static bool is_other_data(const struct session *session, const struct dataset *data)
{
    const struct dataset *old = session->data;
    return data && old && ((data->hash != old->hash && strcmp(data->origin.source, old->origin.source) != 0) ||
                           strcmp(data->origin.target, old->origin.target) != 0);
}

static int restore(struct session *session, const struct safetensors *file, struct text *notes, struct err *err)
{
    struct restored restored = {0};
    if (file->unreads > 0)
        return err_set(err, ERR_DATA, "the checkpoint's tensor %s is %s; legal: F32", file->unread[0].name,
                       file->unread[0].dtype);
    if (restore_data(session, file, &restored, notes, err))
        goto fail;
    struct dataset *data = restored.data ? restored.data : session->data;
    if (checkpoint_read_numbers(file, &restored.numbers, err) || restore_transform(file, data, &restored, err) ||
        restore_settings(file, data, &restored, err) || restore_decay(file, &restored, err) ||
        batch_order_open(&restored.order, data, restored.numbers.seed, err) ||
        rig_open(session, data, &restored.plan, &restored.rig, err) || restore_tensors(file, &restored, notes, err))
        goto fail;
    if (restored.numbers.visited >= (uint64_t)data->trains) {
        text_add(notes, "the data has fewer training rows than before: the epoch begins anew\n");
        restored.numbers.visited = 0;
    }
    if (restored.numbers.threads != (uint64_t)team_ranks(session->team))
        text_add(notes, "saved with %d threads, going on with %d: rounding, and so the hash, will differ\n",
                 (int)restored.numbers.threads, team_ranks(session->team));
    bool other = is_other_data(session, restored.data);
    put_in_place(session, &restored);
    if (other) /* the first line of its notes: what it is now */
        text_add(notes, "%.*s\n", (int)strcspn(session->data->notes.data, "\n"), session->data->notes.data);
    return 0;
fail:
    rig_close(&restored.rig);
    batch_order_close(&restored.order);
    transform_close(&restored.transform);
    dataset_close(restored.data);
    return -1;
}

static const struct window *find_window(const struct net *net, const char *name, real **vector)
{
    for (int i = 0; i < net->params + net->stats; i++) {
        const struct window *window = i < net->params ? &net->param[i] : &net->stat[i - net->params];
        if (strcmp(window->name, name) == 0) {
            *vector = i < net->params ? net->w : net->s;
            return window;
        }
    }
    return NULL;
}

/* A line for each tensor that is not loaded: why. */
static void add_leftovers(const struct net *net, const struct safetensors *file, struct text *notes)
{
    real *vector;
    for (int i = 0; i < file->tensors; i++) {
        const struct safetensor *tensor = &file->tensor[i];
        const struct window *window = find_window(net, tensor->name, &vector);
        if (window && has_shape(tensor, &window->spec.shape))
            continue;
        text_add(notes, "%s ", tensor->name);
        if (window) {
            text_add(notes, tensor->rank ? "is " : "is one number");
            for (int d = 0; d < tensor->rank; d++)
                text_add(notes, d ? "x%" PRIu64 : "%" PRIu64, tensor->dim[d]);
            text_add(notes, "; this network's is ");
            shape_print(&window->spec.shape, notes);
            text_add(notes, "\n");
        } else {
            text_add(notes, "has no place in this network\n");
        }
    }
    for (int i = 0; i < file->unreads; i++)
        text_add(notes, "%s (%s) is not used\n", file->unread[i].name, file->unread[i].dtype);
}

/* None of the tensors could be loaded: the first one says why. */
static int refuse_weights(const struct net *net, const struct safetensors *file, struct err *err)
{
    struct text why = {0};
    add_leftovers(net, file, &why);
    err_set(err, ERR_DATA, "none of its %d tensors has the name, shape and type of one of this network%s%.*s; "
                           "`summary` lists them",
            file->tensors + file->unreads, why.length ? ": " : "", (int)(why.data ? strcspn(why.data, "\n") : 0),
            why.data ? why.data : "");
    text_free(&why);
    return -1;
}

/* Tensors made elsewhere go into the present network by name. */
static int load_weights(struct session *session, const struct safetensors *file, struct text *notes, struct err *err)
{
    const struct net *net = session->net;
    const struct window *window;
    real *vector;
    int placed = 0;
    if (!net)
        return err_set(err, ERR_STATE, "the file holds weights only and there is no network yet; load data first");
    for (int i = 0; i < file->tensors; i++) {
        window = find_window(net, file->tensor[i].name, &vector);
        placed += window && has_shape(&file->tensor[i], &window->spec.shape);
    }
    if (placed == 0)
        return refuse_weights(net, file, err);
    struct edit_mark before = history_before_edit(session);
    session_complete_step(session);
    for (int i = 0; i < file->tensors; i++) {
        window = find_window(net, file->tensor[i].name, &vector);
        if (window && has_shape(&file->tensor[i], &window->spec.shape))
            memcpy(vector + window->offset, file->tensor[i].data, window->count * sizeof *vector);
    }
    session_forget_validation(session);
    history_edited(session, EDIT_WEIGHTS, &before);
    add_leftovers(net, file, notes);
    text_add(notes,
             "%d tensors loaded by name; the file holds weights only, no optimizer state: %s goes on with its own\n",
             placed, session->optimizer.kind->name);
    return 0;
}

int checkpoint_load(struct session *session, const char *path, struct text *notes, struct err *err)
{
    struct safetensors file = {0};
    struct text unused = {0};
    if (safetensors_read(&file, path, err))
        return -1;
    const char *format = safetensors_get(&file, "format");
    int status;
    if (format && strcmp(format, CHECKPOINT_FORMAT) != 0 && strncmp(format, "dnntui", 6) == 0)
        status = err_set(err, ERR_DATA, "its format is '%s'; this program reads '%s'", format, CHECKPOINT_FORMAT);
    else if (format && strcmp(format, CHECKPOINT_FORMAT) == 0)
        status = restore(session, &file, notes ? notes : &unused, err);
    else
        status = load_weights(session, &file, notes ? notes : &unused, err);
    text_free(&unused);
    safetensors_close(&file);
    return status ? err_prefix(err, "%s: ", path) : 0;
}
