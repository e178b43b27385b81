/* rows.h: the rows that the files of this folder end in; table.c puts them in order. */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

#include "cmd/command.h"

/* data.c */
extern const struct command command_data, command_target, command_task, command_split, command_whiten;
/* predict.c */
extern const struct command command_predict;
/* noise.c, signal.c */
extern const struct command command_noise, command_signal;
/* squash.c, describe.c */
extern const struct command command_clip, command_squash, command_describe;
/* network.c */
extern const struct command command_net, command_bn, command_activation, command_bias, command_dropout;
/* init.c, summary.c */
extern const struct command command_init, command_summary;
/* training.c */
extern const struct command command_optimizer, command_lr, command_decay, command_batch, command_loss, command_gradclip,
    command_seed, command_reset;
/* run.c */
extern const struct command command_step, command_stepi, command_finish, command_epoch, command_run, command_until,
    command_stop;
/* break.c, display.c */
extern const struct command command_break, command_delete, command_disable, command_enable, command_ignore,
    command_display, command_watch;
/* print.c, hist.c, list.c, where.c, info.c, profile.c */
extern const struct command command_print, command_hist, command_list, command_where, command_info, command_events,
    command_profile, command_hash;
/* image.c, shape.c, shift.c */
extern const struct command command_image, command_shape, command_shift;
/* overfit.c, lrfind.c, gradcheck.c, try.c */
extern const struct command command_overfit, command_lrfind, command_gradcheck, command_try, command_cure;
/* doctor.c */
extern const struct command command_doctor;
/* plot.c, set.c, screenshot.c */
extern const struct command command_plot, command_set, command_screenshot;
/* files.c */
extern const struct command command_save, command_load, command_source;
/* replay.c */
extern const struct command command_record, command_replay, command_recover;
/* expect.c, lesson.c */
extern const struct command command_expect, command_let, command_lesson;
/* help.c */
extern const struct command command_help, command_apropos, command_quit;

/* time.c, branch.c, compare.c */
extern const struct command command_back, command_goto, command_branch, command_branches, command_switch,
    command_compare;

#endif
