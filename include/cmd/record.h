/*
 * record.h: what a session has done so far, as a script of commands with hashes at checkpoints.
 *
 *     # dnntui record, version 0.1.0
 *     # begun 2026-01-31 12:00:00 UTC by process 4711
 *     # threads 2
 *     seed 1
 *     data digits  # content 5c1f7f0d2b6ce1d1
 *     hash 9ad2b3ee1b42a6f0
 *     step 137  # until loss < 0.5
 *     hash 3be1ce12bb4d5a08
 *     lr 0.0001
 *     hash 0a3de15f95b2c6f7
 *     # ended
 *
 * Commands stand as they were carried out, whatever they came from. Training stands as what really happened, steps and
 * ops from where the cursor was to where it is, so that a run replays exactly however it was stopped; a remark says
 * what was asked for. Commands that failed and commands that only look are left out. The lines are a script: `source`
 * runs them as `replay` does, which also tells by `# content` whether a file that was read is still what it was.
 *
 * The whole record is kept in memory, and written to two places at most: a file of its own among the recorded sessions,
 * made when there is something to lose and locked while the process lives, and a file that the person names. Each
 * group of lines is one write; so a crash loses at most the training since the last one.
 */
#ifndef CMD_RECORD_H
#define CMD_RECORD_H

#include "cmd/command.h"

/* Where recorded sessions are. The strings are not copied. */
struct record_place {
    const char *directory;          /* NULL: nowhere */
    bool (*make)(const char *path); /* makes the directories that lead to PATH; errno when it cannot */
    const char *version;            /* of the program, for the head */
};

struct record; /* opaque: record.c */

/* Begins the record of SESSION, which must outlive it: the head only. */
struct record *record_open(const struct record_place *place, const struct session *session, struct err *err);
/* Adds the last training; ENDED says that nobody will want the session back. NULL is allowed. */
void record_close(struct record *record, bool ended);

/* --- what happens, told by the console */

/* Adds the commands that make the session as it has just been opened: seed and data. */
void record_start(struct record *record);
/* A line is about to be carried out. Whether it is to be kept, and then what training went before it. */
bool record_before(struct record *record, const struct command *command, int words);
/* It succeeded. */
void record_command(struct record *record, const struct command *command, const struct arg_values *args, int count,
                    char *const words[]);
/* It set a run going. */
void record_run_begins(struct record *record, const struct command *command, int count, char *const words[]);
void record_run_ended(struct record *record);
void record_runs_on(struct record *record); /* between two slices of a run; cheap */

/* --- where it goes */

void record_off(struct record *record); /* the files are given up; the session's own is removed */
void record_on(struct record *record);  /* its own file again, whole */
/* Also to PATH, from the session's start: a new file, or one that holds a record already. */
int record_to(struct record *record, const char *path, struct err *err);
void record_where(const struct record *record, struct text *out); /* in words */
/* Adds to OUT why it could not be written; false when all is well, or that has been said. */
bool record_complaint(struct record *record, struct text *out);

/* While held, nothing is written. */
void record_hold(struct record *record, bool hold);

/* --- sessions that were cut short */

struct lost_session {
    char path[4096];
    int file;    /* open and locked; -1: none */
    int threads; /* 0: it does not say */
};

/* Finds the newest record in DIRECTORY whose process has ended without saying so, and locks it. ERR_STATE when there is
 * none. */
int record_find_lost(const char *directory, struct lost_session *lost, struct err *err);
/* Says that there is one, while it is news: for a day. For the start of a session that nobody has typed in yet. */
void record_greet(const struct record *record, struct text *out);
/* Lets go of it; BACK says that its session lives on, and nobody is to look for it again. */
void record_leave_lost(struct lost_session *lost, bool back);
/* The session that `recover` brings back; file -1: it looks for one. The record owns it. */
void record_take_lost(struct record *record, const struct lost_session *lost);
/* The one taken, or else found; NULL and ERR when there is none. */
struct lost_session *record_lost(struct record *record, struct err *err);

/* Whether a file that begins with LINE is a record. */
bool record_is_head(const char *line);
/* What a line of a record says of the threads, or of the content of the file that it reads: false when it says nothing
 * of it. */
bool record_says_threads(const char *line, int *threads);
bool record_says_content(const char *line, uint64_t *content);
/* The content that COMMAND, just carried out with ARGS, has read; false when it reads no file. */
bool record_content(const struct session *session, const struct command *command, const struct arg_values *args,
                    uint64_t *content);

#endif
