/* written.c: ops and what they write. */
#include "written.h"

int op_find(const struct session *session, enum op_code code, int layer)
{
    for (int i = 0; i < program_ops(session->train); i++) {
        const struct op *op = program_op(session->train, i);
        if (op->code == code && op->layer == layer)
            return i;
    }
    return -1;
}

int op_has_written(const struct session *session, int op, const char *name, struct err *err)
{
    const struct program *train = session->train;
    if (!session->inside) {
        if (session->step > 0 && program_rows(train) > 0)
            return 0;
        return err_set(err, ERR_STATE, "%s: no batch has been through this network yet; `step` runs one, `stepi` an op",
                       name);
    }
    if (op < program_cursor(train))
        return 0;
    return err_set(err, ERR_STATE, "%s is written by op %d, %s; the cursor is at op %d", name, op + 1,
                   program_op(train, op)->name, program_cursor(train) + 1);
}
