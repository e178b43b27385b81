/* run_report.h: why the last run ended and where training stands, in words; what a run's end and `info run` say. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "debug/session.h"

/* Adds it to OUT, a line for each thing; the session has data. */
void run_report(const struct session *session, struct text *out);

/* Parts of it: why the last run was stopped; where the cursor and training stand. */
void run_report_why(const struct session *session, struct text *out);
void run_report_place(const struct session *session, struct text *out);

#endif
