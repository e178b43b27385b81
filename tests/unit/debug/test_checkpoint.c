/* test_checkpoint.c: a resumed run is the run that never stopped; what is not one is refused and changes nothing. */
#include <math.h>
#include <sys/stat.h>

#include "debug/checkpoint.h"
#include "io/safetensors.h"
#include "live.h"

static void save(struct session *session, const char *path)
{
    struct err err = {0};
    if (checkpoint_save(session, path, &err))
        fail_msg("%s", err.message);
}

/* Loads PATH, which must succeed; NOTES (may be NULL) gets what is said. */
static void load(struct session *session, const char *path, struct text *notes)
{
    struct err err = {0};
    if (checkpoint_load(session, path, notes, &err))
        fail_msg("%s", err.message);
}

/* PATH must be refused with a message that holds SAYS and names the file, and SESSION be left as it was. */
static void check_refused(struct session *session, const char *path, const char *says)
{
    struct err err = {0};
    uint64_t hash = session_hash(session), step = session->step;
    if (checkpoint_load(session, path, NULL, &err) == 0)
        fail_msg("%s was taken", path);
    if (!strstr(err.message, says) || !strstr(err.message, path))
        fail_msg("'%s' should say '%s'", err.message, says);
    assert_true(session_hash(session) == hash && session->step == step);
    if (session->net) {
        live_steps(session, 1);
        assert_int_equal(session->stop, STOP_GOAL);
    }
}

/* Clipped, and one column squashed. */
static void prepare_inputs(struct session *session)
{
    struct transform transform;
    struct err err = {0};
    assert_int_equal(transform_copy(&transform, &session->transform, &err), 0);
    transform.clips = transform.squashes = true;
    transform.low = -0.5f;
    transform.high = 0.1f;
    transform.squash[1] = 0.03f;
    assert_int_equal(transform_learn(&transform, session->data, &err), 0);
    session_set_transform(session, &transform);
    transform_close(&transform);
}

static void check_round_trip(const char *source, const char *optimizer, int threads, const char *net)
{
    char path[LIVE_PATH];
    struct err err = {0};
    struct text notes = {0};
    live_path(path, "round.safetensors");
    struct session *whole = live_open(source, 7, threads);
    live_net(whole, net);
    live_optimizer(whole, optimizer, 0.003);
    assert_int_equal(session_set_batch(whole, 10, &err), 0);
    assert_int_equal(session_set_clip(whole, 2.5, &err), 0);
    live_init(whole, "lecun uniform");
    prepare_inputs(whole);
    live_decay(whole, "at 20:0.5,60:0.25");
    live_steps(whole, 37); /* in the middle of an epoch */
    assert_true(whole->visited > 0);
    save(whole, path);
    uint64_t saved = session_hash(whole);
    assert_true(whole->optimizer.lr == 0.003 * 0.5);
    live_steps(whole, 41);
    assert_true(whole->optimizer.lr == 0.003 * 0.5 * 0.25);
    struct session *resumed = live_empty(1, threads);
    load(resumed, path, &notes);
    assert_true(session_hash(resumed) == saved);
    assert_true(transform_same(&resumed->transform, &whole->transform));
    assert_int_equal(notes.length, 0);
    live_steps(resumed, 41);
    if (session_hash(resumed) != session_hash(whole))
        fail_msg("%s with %s, resumed, is not the same run", source, optimizer);
    /* And into a session that is in the middle of something else. */
    struct session *busy = live_open("wine", 2, threads);
    live_net(busy, "dense 5, gelu");
    live_ops(busy, 3);
    session_run_until(busy, expr_parse("loss < 0", &err));
    load(busy, path, NULL);
    assert_false(session_running(busy));
    assert_null(busy->until);
    assert_true(session_hash(busy) == saved);
    live_steps(busy, 41);
    assert_true(session_hash(busy) == session_hash(whole));
    /* What is drawn anew afterwards is drawn alike, too. */
    live_init(busy, "he");
    live_init(whole, "he");
    assert_true(session_hash(busy) == session_hash(whole));
    session_close(whole);
    session_close(resumed);
    session_close(busy);
    text_free(&notes);
}

static void test_every_optimizer(void **state)
{
    (void)state;
    for (int i = 0; optim_kinds[i]; i++)
        check_round_trip("iris", optim_kinds[i]->name, 1, "dense 9, bn, relu, dropout 0.2, dense 7, tanh");
}

static void test_data_and_threads(void **state)
{
    (void)state;
    check_round_trip("digits", "adam eps=1e-6", 2, "dense 64, bn, leaky 0.1, dropout 0.5, dense 32 bias=off, elu");
    check_round_trip("diabetes", "adam", 1, "");
    check_round_trip("cancer", "momentum nesterov=on", 1, "dense 8, relu, out softmax");
}

/* Layers that were named by edits keep their names, in whatever order they stand. */
static void test_names(void **state)
{
    char path[LIVE_PATH];
    (void)state;
    struct session *session = live_open("iris", 1, 1), *other = live_empty(1, 1);
    struct topology top = session->net->top;
    char *words[] = {(char[]){"dense"}, (char[]){"5"}};
    struct layer layer = {0};
    struct err err = {0};
    assert_int_equal(layer_parse(2, words, &layer, &err), 0);
    assert_int_equal(topology_insert(&top, 0, &layer, &err), 0);
    assert_int_equal(session_set_topology(session, &top, NULL, &err), 0);
    assert_string_equal(session->net->top.layer[0].name, "fc3");
    live_steps(session, 3);
    save(session, live_path(path, "names.safetensors"));
    load(other, path, NULL);
    assert_string_equal(other->net->top.layer[0].name, "fc3");
    assert_true(session_hash(other) == session_hash(session));
    session_close(session);
    session_close(other);
}

/* --- the data, gone or changed */

/* A table of ROWS rows whose last column follows from the others; SHIFT changes its values. */
static void write_table(const char *path, int rows, double shift)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "a,b,y\n");
    for (int i = 0; i < rows; i++)
        fprintf(file, "%d,%.3f,%.3f\n", i % 17, sin(i) + shift, 2 * sin(i) - i % 17);
    assert_int_equal(fclose(file), 0);
}

static void test_data_gone_or_changed(void **state)
{
    char table[LIVE_PATH], path[LIVE_PATH], says[2 * LIVE_PATH];
    (void)state;
    write_table(live_path(table, "table.csv"), 100, 0);
    live_path(path, "table.safetensors");
    struct session *session = live_open(table, 1, 1), *other = live_empty(1, 1);
    struct text notes = {0};
    live_steps(session, 5);
    save(session, path);
    uint64_t saved = session_hash(session);
    load(other, path, &notes);
    assert_int_equal(notes.length, 0);
    /* Changed, and still of the same columns: said, and loaded. */
    write_table(table, 100, 0.5);
    load(other, path, &notes);
    snprintf(says, sizeof says, "%s has changed since this checkpoint was saved: this is not the same run\n", table);
    assert_string_equal(notes.data, says);
    assert_int_equal(other->step, 5);
    text_clear(&notes);
    /* Fewer rows than the cursor had passed. */
    live_steps(session, 1);
    write_table(table, 12, 0);
    load(other, path, &notes);
    assert_non_null(strstr(notes.data, "has changed"));
    live_steps(other, 2);
    text_clear(&notes);
    /* Other columns. */
    live_file(table, "table.csv", "a,b,c,y\n1,2,3,4\n2,3,4,5.5\n3,4,5,6\n5,5,5,7\n1,1,2,9\n");
    check_refused(other, path, "takes 2 features");
    /* Gone: the session's own data will do when they have the same columns. */
    write_table(table, 100, 0);
    struct session *third = live_open(table, 9, 1), *empty = live_empty(1, 1), *wine = live_open("wine", 1, 1);
    assert_int_equal(unlink(table), 0);
    load(third, path, &notes);
    assert_non_null(strstr(notes.data, "cannot be read"));
    assert_non_null(strstr(notes.data, "which is the same"));
    assert_int_equal(third->step, 5);
    check_refused(empty, path, "cannot be read");
    check_refused(wine, path, "takes 2 features");
    (void)saved;
    text_free(&notes);
    session_close(session);
    session_close(other);
    session_close(third);
    session_close(empty);
    session_close(wine);
}

static void test_other_threads(void **state)
{
    char path[LIVE_PATH];
    struct text notes = {0};
    (void)state;
    struct session *session = live_open("iris", 1, 1), *other = live_empty(1, 2);
    live_steps(session, 3);
    save(session, live_path(path, "threads.safetensors"));
    load(other, path, &notes);
    assert_non_null(strstr(notes.data, "saved with 1 threads, going on with 2"));
    text_free(&notes);
    session_close(session);
    session_close(other);
}

/* --- weights from elsewhere */

static void test_weights_only(void **state)
{
    char path[LIVE_PATH];
    struct err err = {0};
    struct text notes = {0};
    struct safetensors file = {0};
    float weight[64 * 4], transposed[3 * 64], bias[64], unknown[5] = {0};
    (void)state;
    for (int i = 0; i < 64 * 4; i++)
        weight[i] = (float)i;
    for (int i = 0; i < 64; i++)
        bias[i] = (float)-i;
    memset(transposed, 0, sizeof transposed);
    assert_int_equal(safetensors_add(&file, "fc1.weight", 2, (uint64_t[]){64, 4}, weight, &err), 0);
    assert_int_equal(safetensors_add(&file, "fc1.bias", 1, (uint64_t[]){64}, bias, &err), 0);
    assert_int_equal(safetensors_add(&file, "out.weight", 2, (uint64_t[]){64, 3}, transposed, &err),
                     0); /* is [3, 64] */
    assert_int_equal(safetensors_add(&file, "\x1b[2Jnobody", 1, (uint64_t[]){5}, unknown, &err), 0);
    assert_int_equal(safetensors_write(&file, live_path(path, "weights.safetensors"), &err), 0);
    safetensors_close(&file);
    struct session *session = live_open("iris", 1, 1), *empty = live_empty(1, 1), *wine = live_open("wine", 1, 1);
    live_steps(session, 4);
    size_t count;
    double before = live_number(session, "out.weight.norm"), loss = live_number(session, "val.loss");
    live_ops(session, 2);
    load(session, path, &notes);
    assert_int_equal(session->step, 5); /* the step under way was completed first */
    assert_memory_equal(live_parameter(session, "fc1.weight", &count), weight, sizeof weight);
    assert_memory_equal(live_parameter(session, "fc1.bias", &count), bias, sizeof bias);
    assert_true(before > 0 && live_number(session, "out.weight.norm") > 0);
    assert_non_null(strstr(notes.data, "out.weight is 64x3; this network's is 3x64\n"));
    assert_non_null(strstr(notes.data, "nobody has no place"));
    assert_non_null(strstr(notes.data, "2 tensors loaded by name; the file holds weights only"));
    assert_true(live_number(session, "val.loss") != loss);
    check_refused(empty, path, "weights only and there is no network yet");
    text_free(&notes);
    load(wine, path, &notes); /* fc1.bias has its place there */
    assert_non_null(strstr(notes.data, "1 tensors loaded"));
    live_net(wine, "");
    check_refused(wine, path,
                  "none of its 4 tensors has the name, shape and type of one of this network: fc1.weight has no place");
    text_free(&notes);
    session_close(session);
    session_close(empty);
    session_close(wine);
}

/* Writes HEADER and N bytes of DATA as a safetensors file. */
static void write_header(const char *path, const char *header, const void *data, size_t n)
{
    uint64_t length = strlen(header);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(&length, sizeof length, 1, file);
    fwrite(header, 1, length, file);
    fwrite(data, 1, n, file);
    assert_int_equal(fclose(file), 0);
}

/* A state_dict with batch norm counts its batches in a whole number; nothing here wants it. */
static void test_weights_of_other_types(void **state)
{
    char path[LIVE_PATH];
    struct text notes = {0};
    const float data[4] = {1.5f, 0, 0, 2.5f}; /* the count lies between the floats */
    size_t count;
    (void)state;
    write_header(live_path(path, "types.safetensors"),
                 "{\"bn1.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                 "\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[4,12]},"
                 "\"bn1.running_mean\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
                 data, sizeof data);
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 1, bn, relu");
    load(session, path, &notes);
    assert_non_null(strstr(notes.data, "bn1.num_batches_tracked (I64) is not used\n2 tensors loaded by name"));
    assert_true(*live_parameter(session, "bn1.weight", &count) == 1.5f && count == 1);
    assert_true(session->net->s[0] == 2.5f);
    live_net(session, "dense 2, bn, relu");
    check_refused(session, path, "none of its 3 tensors has the name, shape and type of one of this network: "
                                 "bn1.weight is 1; this network's is 2; `summary`");
    /* A checkpoint of our own holds floats only. */
    write_header(path, "{\"__metadata__\":{\"format\":\"dnntui 1\"},"
                       "\"step\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}",
                 data, sizeof data);
    check_refused(session, path, "the checkpoint's tensor step is I64; legal: F32");
    text_free(&notes);
    session_close(session);
}

/* --- files that are no checkpoint, or a broken one */

/* Writes FROM again as TO: without the tensor or the string called GONE, with KEY set to VALUE, tensor SHAPED as a row.
 */
static void rewrite(const char *from, const char *to, const char *gone, const char *key, const char *value,
                    const char *shaped)
{
    struct safetensors in = {0}, out = {0};
    struct err err = {0};
    assert_int_equal(safetensors_read(&in, from, &err), 0);
    for (int i = 0; i < in.tensors; i++) {
        const struct safetensor *tensor = &in.tensor[i];
        uint64_t row[] = {tensor->count};
        bool flat = shaped && strcmp(tensor->name, shaped) == 0;
        if (!gone || strcmp(tensor->name, gone) != 0)
            assert_int_equal(safetensors_add(&out, tensor->name, flat ? 1 : tensor->rank, flat ? row : tensor->dim,
                                             tensor->data, &err), 0);
    }
    for (int i = 0; i < in.pairs; i++)
        if (!gone || strcmp(in.key[i], gone) != 0)
            assert_int_equal(safetensors_set(&out, in.key[i], in.value[i], &err), 0);
    if (key)
        assert_int_equal(safetensors_set(&out, key, value, &err), 0);
    if (safetensors_write(&out, to, &err))
        fail_msg("%s", err.message);
    safetensors_close(&in);
    safetensors_close(&out);
}

/* A device without an end and a pipe that nobody writes to are not read because a checkpoint names them. */
static void test_data_that_is_no_file(void **state)
{
    char good[LIVE_PATH], bad[LIVE_PATH], pipe[LIVE_PATH];
    struct text notes = {0};
    (void)state;
    struct session *session = live_open("iris", 1, 1), *empty = live_empty(1, 1);
    save(session, live_path(good, "named.safetensors"));
    live_path(bad, "device.safetensors");
    assert_int_equal(mkfifo(live_path(pipe, "pipe.csv"), 0600), 0);
    const char *const sources[] = {"/dev/zero", pipe, "/"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        rewrite(good, bad, NULL, "data.source", sources[i], NULL);
        check_refused(empty, bad, "is not a regular file");
        text_clear(&notes);
        load(session, bad, &notes);
        assert_non_null(strstr(notes.data, "is not a regular file); going on with iris, which is the same"));
    }
    assert_int_equal(unlink(pipe), 0);
    text_free(&notes);
    session_close(session);
    session_close(empty);
}

static void test_broken(void **state)
{
    static const char *const needed[] = {"fc1.weight",
                                         "out.bias",
                                         "bn1.running_var",
                                         "data.mean",
                                         "data.scale",
                                         "data.target_sd",
                                         "seed",
                                         "step",
                                         "epoch",
                                         "visited",
                                         "draws",
                                         "t",
                                         "batch",
                                         "lr",
                                         "clip",
                                         "threads",
                                         "net",
                                         "names",
                                         "init",
                                         "loss",
                                         "optimizer",
                                         "data.source",
                                         "data.hash",
                                         "data.target",
                                         "data.task",
                                         "data.header",
                                         "data.lenient",
                                         "data.validation",
                                         "data.seed",
                                         "whiten_inputs",
                                         "whiten_targets",
                                         "data.delimiter"};
    static const struct {
        const char *key, *value, *says;
    } wrong[] = {
        {"format", "dnntui 99", "its format is 'dnntui 99'"},
        {"step", "many", "'step' is 'many'"},
        {"step", "", "'step' is ''"},
        {"step", "-4", "'step' is '-4'"},
        {"step", " -4", "'step' is ' -4'"},
        {"step", "4x", "'step' is '4x'"},
        {"step", "9007199254740993", "'step' is 9007199254740993; legal: 0 to 9007199254740992"},
        {"step", "18446744073709551615", "'step' is 18446744073709551615; legal"},
        {"t", "18446744073709551615", "'t' is 18446744073709551615; legal"},
        {"epoch", "4294967296", "'epoch' is 4294967296; legal: 0 to 4294967295"},
        {"draws", "18446744073709551615", "'draws' is 18446744073709551615; legal: 0 to 4294967295"},
        {"visited", "2147483648", "'visited' is 2147483648; legal: 0 to 2147483647"},
        {"batch", "4294967297", "'batch' is 4294967297; legal: 0 to 2147483647"},
        {"threads", "4294967297", "'threads' is 4294967297; legal"},
        {"whiten_inputs", "2", "'whiten_inputs' is 2; legal: 0 to 1"},
        {"whiten_targets", "2", "'whiten_targets' is 2; legal: 0 to 1"},
        {"seed", "99999999999999999999999", "'seed' is 99999999999999999999999; legal: 0 to 18446744073709551615"},
        {"data.seed", "18446744073709551616", "'data.seed' is 18446744073709551616; legal"},
        {"data.task", "7", "'data.task' is '7'; legal: -1 to 1"},
        {"data.header", "no", "'data.header' is 'no'; legal: -1 to 1"},
        {"data.lenient", "-1", "'data.lenient' is '-1'; legal: 0 to 1"},
        {"data.hash", "12", "'data.hash' is '12'; 16 hexadecimal digits"},
        {"data.shape", "1x2x2 and more than there is room for", "'data.shape' takes 37 bytes; legal: up to 31"},
        {"lr", "nan", "'lr' is 'nan'"},
        {"lr", "-1", "the checkpoint's rate is -1"},
        {"lr", "1e300", "rate is"},
        {"clip", "-2", "gradclip -2"},
        {"batch", "0", "0 rows"},
        {"net", "dense 3, nonsense", "nonsense"},
        {"net", "dense 3", "names 5 layers; its network has 2"},
        {"net", "dense 65536, dense 65536, dense 65536, dense 65536, dense 65536, dense 65536, dense 65536",
         "names 5 layers"},
        {"names", "fc1 bn1 relu1 out", "names 4 layers"},
        {"names", "fc1 bn1 relu1 fc1 out", "calls layer 4 'fc1'"},
        {"names", "fc1 bn1 relu1 a.b out", "calls layer 4 'a.b'"},
        {"names", "fc1 bn1 relu1 \x1b[2J out", "calls layer 4"},
        {"names", "fc1 bn1 out fc2 relu1", "calls layer 3 'out'"},
        {"names", "fc1 bn1 relu1  out", "calls layer 4 ''"},
        {"names", "fc1 bn1 relu1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa out", "calls layer 4"},
        {"init", "nobody", "init: "},
        {"init", "gaussian 'x", "quote"},
        {"loss", "nothing", "loss: "},
        {"optimizer", "adam eps=big", "optimizer adam"},
        {"data.source", "/nonexistent/table.csv", "takes 4 features; wine has 13"},
        {"data.target", "no such column", "takes 4 features; wine has 13"},
        {"data.validation", "most", "'data.validation' is 'most'"},
    };
    static const char *const shaped[] = {"fc1.weight", "out.weight", "optimizer.exp_avg.fc1.weight"};
    char good[LIVE_PATH], bad[LIVE_PATH], says[100];
    (void)state;
    struct session *session = live_open("iris", 1, 1), *other = live_open("wine", 1, 1);
    live_net(session, "dense 8, bn, relu, dense 4");
    live_steps(session, 5);
    save(session, live_path(good, "good.safetensors"));
    live_path(bad, "bad.safetensors");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        rewrite(good, bad, needed[i], NULL, NULL, NULL);
        check_refused(other, bad, needed[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        rewrite(good, bad, NULL, wrong[i].key, wrong[i].value, NULL);
        check_refused(other, bad, wrong[i].says);
    }
    for (size_t i = 0; i < sizeof shaped / sizeof *shaped; i++) {
        rewrite(good, bad, NULL, NULL, NULL, shaped[i]);
        snprintf(says, sizeof says, "tensor %s is of another shape", shaped[i]);
        check_refused(other, bad, says);
    }
    struct text notes = {0};
    rewrite(good, bad, "optimizer.exp_avg.fc1.bias", NULL, NULL, NULL);
    load(other, bad, &notes);
    assert_non_null(strstr(notes.data, "no optimizer state, or not all of it"));
    load(other, good, NULL);
    assert_true(session_hash(other) == session_hash(session));
    text_free(&notes);
    session_close(session);
    session_close(other);
}

static void test_truncated(void **state)
{
    char good[LIVE_PATH], bad[LIVE_PATH];
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 4");
    save(session, live_path(good, "whole.safetensors"));
    live_path(bad, "cut.safetensors");
    FILE *file = fopen(good, "r");
    assert_non_null(file);
    char bytes[20000];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_true(size > 100 && size < sizeof bytes);
    live_steps(session, 3);
    for (size_t cut = 0; cut < size; cut += cut < 20 || cut + 20 > size ? 1 : 61) {
        file = fopen(bad, "w");
        assert_int_equal(fwrite(bytes, 1, cut, file), cut);
        fclose(file);
        check_refused(session, bad, "");
    }
    check_refused(session, live_file(bad, "prose.txt", "This is no checkpoint, only a line of prose.\n"),
                  "not a safetensors file");
    check_refused(session, live_path(bad, "nothing-here"), "No such file");
    check_refused(session, live_path(bad, ""), "is not a file");
    session_close(session);
}

static void test_saving_refused(void **state)
{
    char path[LIVE_PATH];
    struct err err = {0};
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_ops(session, 2);
    uint64_t hash = session_hash(session);
    assert_int_equal(checkpoint_save(session, live_path(path, "inside.safetensors"), &err), -1);
    assert_int_equal(err.code, ERR_STATE);
    assert_non_null(strstr(err.message, "inside step 1 (op 3 of"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(session_hash(session) == hash);
    session_complete_step(session);
    static const char *const unwritable[] = {"/nonexistent/folder/a.safetensors", "/proc/a.safetensors", "/", ""};
    hash = session_hash(session);
    for (size_t i = 0; i < sizeof unwritable / sizeof *unwritable; i++) {
        assert_int_equal(checkpoint_save(session, unwritable[i], &err), -1);
        assert_true(session_hash(session) == hash);
    }
    /* Of a file that is there already, either the old or the new content is left. */
    save(session, path);
    live_steps(session, 1);
    save(session, path);
    struct session *other = live_empty(1, 1);
    load(other, path, NULL);
    assert_int_equal(other->step, 2);
    session_close(session);
    session_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_optimizer), cmocka_unit_test(test_data_and_threads),
        cmocka_unit_test(test_names),           cmocka_unit_test(test_data_gone_or_changed),
        cmocka_unit_test(test_other_threads),   cmocka_unit_test(test_weights_only),
        cmocka_unit_test(test_weights_of_other_types),
        cmocka_unit_test(test_data_that_is_no_file),
        cmocka_unit_test(test_broken),          cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_saving_refused),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
