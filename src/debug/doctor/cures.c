/* cures.c: cures that more than one rule proposes. */
#include <stdio.h>
#include <string.h>

#include "examination.h"

#define MANY 1000 /* times the optimizer's usual rate: there no power of ten need be tried */

static struct figure rate(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.2g", x);
    text_to_double(text, &x);
    return text_short(x);
}

void cure_slower(const struct session *session, double part, bool again, char *line, size_t size)
{
    snprintf(line, size, "lr %s%s", rate(session->optimizer.lr / part).s, again ? "; reset" : "");
}

void cures_slower(struct suspicion *suspicion, const struct session *session)
{
    char line[64];
    double usual = session->optimizer.kind->lr;
    if (!(session->optimizer.lr > 0))
        return;
    if (session->optimizer.lr > MANY * usual)
        suspicion_cure(suspicion, "lr %s; reset", rate(usual).s);
    for (double part = 10; part <= 1e4; part *= 10)
        for (int again = part > 1e3; again < 2; again++) {
            cure_slower(session, part, again, line, sizeof line);
            suspicion_cure(suspicion, "%s", line);
        }
}

void cures_faster(struct suspicion *suspicion, const struct session *session)
{
    double lr = session->optimizer.lr;
    if (!(lr > 0))
        suspicion_cure(suspicion, "lr %s", rate(session->optimizer.kind->lr).s);
    if (session->optimizer.clip > 0)
        suspicion_cure(suspicion, "gradclip off");
    for (double times = 10; times <= 1e3 && lr > 0; times *= 10)
        suspicion_cure(suspicion, "lr %s", rate(lr * times).s);
    if (strcmp(session->optimizer.kind->name, "adam") != 0)
        suspicion_cure(suspicion, "optimizer adam; lr 0.01");
}

void cures_general(struct suspicion *suspicion, const struct session *session)
{
    bool regress = session->data->task == TASK_REGRESS;
    suspicion_cure(suspicion, "init variance-scaling");
    if (!session->transform.inputs)
        suspicion_cure(suspicion, "whiten on; reset");
    if (regress && !session->transform.targets)
        suspicion_cure(suspicion, "whiten on targets; reset");
    if (session->optimizer.lr > 0) {
        suspicion_cure(suspicion, "lr %s", rate(session->optimizer.lr * 10).s);
        suspicion_cure(suspicion, "lr %s; reset", rate(session->optimizer.lr / 10).s);
    }
    suspicion_cure(suspicion, "activation relu; reset");
    suspicion_cure(suspicion, "optimizer adam; lr 0.003; reset");
    if (strcmp(session->loss.kind->name, regress ? "mse" : "ce") != 0)
        suspicion_cure(suspicion, "loss %s", regress ? "mse" : "ce");
    suspicion_cure(suspicion, "net dense 64, relu, dense 64, relu; reset");
}
