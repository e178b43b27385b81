/* test_operands.c: the names of what an op reads and writes, and that they are the tensors that lookup finds. */
#include "debug/operands.h"

#include "live.h"

/* "fc1.out bn1.running_mean" */
static const char *list(const struct session *session, const char *op,
                        bool (*operands)(const struct session *, int, int, struct operand *))
{
    static char text[400];
    struct operand operand;
    text[0] = 0;
    for (int k = 0; k < program_ops(session->train); k++)
        if (strcmp(program_op(session->train, k)->name, op) == 0)
            for (int i = 0; operands(session, k, i, &operand); i++) {
                size_t length = strlen(text);
                snprintf(text + length, sizeof text - length, "%s%s", length ? " " : "", operand.name);
            }
    return text;
}

static void test_names(void **state)
{
    (void)state;
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 8, bn, relu");
    assert_string_equal(list(session, "gather", op_writes), "x target");
    assert_string_equal(list(session, "fwd fc1", op_reads), "x fc1.weight fc1.bias");
    assert_string_equal(list(session, "fwd fc1", op_writes), "fc1.out");
    assert_string_equal(list(session, "fwd bn1", op_writes), "bn1.out bn1.running_mean bn1.running_var");
    assert_string_equal(list(session, "fwd bn1", op_reads),
                        "fc1.out bn1.weight bn1.bias bn1.running_mean bn1.running_var");
    assert_string_equal(list(session, "loss", op_reads), "out.out target");
    assert_string_equal(list(session, "loss", op_writes), "out.out.grad");
    assert_string_equal(list(session, "bwd out", op_reads), "out.out.grad relu1.out out.weight");
    assert_string_equal(list(session, "bwd out", op_writes), "out.grad out.bias.grad relu1.out.grad");
    assert_string_equal(list(session, "bwd relu1", op_reads), "relu1.out.grad bn1.out relu1.out");
    assert_string_equal(list(session, "bwd relu1", op_writes), "bn1.out.grad");
    assert_string_equal(list(session, "bwd fc1", op_writes), "fc1.grad fc1.bias.grad");
    assert_string_equal(list(session, "reduce", op_writes), "");
    assert_string_equal(list(session, "update bn1", op_reads), "bn1.grad bn1.bias.grad bn1.weight bn1.bias");
    assert_string_equal(list(session, "update bn1", op_writes), "bn1.weight bn1.bias");
    session_close(session);
}

/* Every tensor that has a name is written by an op; and after a step each is what lookup finds. */
static void check_whole(struct session *session)
{
    struct err err;
    struct operand operand;
    struct place place;
    struct tensor tensor;
    for (int op = 0; op < program_ops(session->train); op++) {
        int i = 0;
        for (; op_writes(session, op, i, &operand); i++) {
            if (lookup_tensor(session, operand.name, &tensor, &err))
                fail_msg("%s", err.message);
            assert_ptr_equal(tensor.data, operand.tensor.data);
            assert_int_equal(tensor.count, operand.tensor.count);
            assert_true(op_place(session, op, i, &place));
            assert_ptr_equal(place.data, operand.tensor.data);
            assert_int_equal(place.count, operand.tensor.count);
            assert_int_equal(place.partial, operand.partial);
        }
        assert_false(op_place(session, op, i, &place));
    }
    struct text names = {0};
    lookup_names(session, "", &names);
    for (char *rest = names.data, *line; rest && (line = strsep(&rest, "\n"));) {
        bool found = false;
        if (!*line || lookup_tensor(session, line, &tensor, &err))
            continue;
        for (int op = 0; op < program_ops(session->train); op++)
            for (int i = 0; op_writes(session, op, i, &operand); i++)
                found = found || strcmp(operand.name, line) == 0;
        if (!found)
            fail_msg("%s is written by no op", line);
    }
    text_free(&names);
}

static void test_tensors(void **state)
{
    (void)state;
    struct session *session = live_open("digits", 1, 1);
    live_net(session, "reshape 1x8x8, conv 4 3, bn, relu, pool max 2, flatten, dense 16, tanh");
    live_steps(session, 1);
    check_whole(session);
    session_close(session);
}

/* With threads the gradient is whole behind reduce only. */
static void test_threads(void **state)
{
    (void)state;
    struct operand operand;
    struct session *session = live_open("digits", 1, 2);
    live_steps(session, 1);
    assert_int_equal(program_ranks(session->train), 2);
    int partial = 0, whole = 0;
    for (int op = 0; op < program_ops(session->train); op++)
        for (int i = 0; op_writes(session, op, i, &operand); i++) {
            partial += operand.partial;
            whole += program_op(session->train, op)->code == OP_REDUCE;
        }
    assert_int_equal(partial, session->net->params);
    assert_int_equal(whole, session->net->params);
    check_whole(session);
    session_close(session);
}

/* What `fwd` reads of the statistics are those from before the step. */
static void test_statistics_before(void **state)
{
    (void)state;
    struct operand written, read;
    struct session *session = live_open("iris", 1, 1);
    live_net(session, "dense 8, bn, relu");
    live_steps(session, 1);
    float before = session->net->s[0];
    live_ops(session, 4);
    assert_true(op_writes(session, 2, 1, &written));
    assert_true(op_reads(session, 2, 3, &read));
    assert_string_equal(written.name, "bn1.running_mean");
    assert_string_equal(read.name, "bn1.running_mean");
    assert_true(read.tensor.data[0] == before);
    assert_true(written.tensor.data[0] != before);
    session_close(session);
}

int main(void)
{
    setenv("DNNTUI_ALL_THREADS", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_statistics_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
