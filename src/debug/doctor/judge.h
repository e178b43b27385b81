/* judge.h: from suspicions to findings. Private to this folder. */
#ifndef DEBUG_DOCTOR_JUDGE_H
#define DEBUG_DOCTOR_JUDGE_H

#include "examination.h"

/* Drops the suspicions that do not hold, and gives the others a cure and a weight. */
int judge(struct examination *examination, struct err *err);

#endif
