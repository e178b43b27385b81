/* trace_report.h: where the first value that is not finite came from, in words: short for a run's end, whole for
 * `where`. */
#ifndef TRACE_REPORT_H
#define TRACE_REPORT_H

#include "debug/trace.h"

/* Two to four lines: the op, what it wrote, how that came about. */
void trace_report_brief(const struct session *session, const struct trace *trace, struct text *out);

/* That, what the op read, the magnitudes that led there, and the last steps. */
void trace_report(const struct session *session, const struct trace *trace, struct text *out);

#endif
