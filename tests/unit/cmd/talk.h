/* talk.h: a console with a live session for tests: lines in, what was said out. */
#ifndef TEST_TALK_H
#define TEST_TALK_H

#include "../debug/live.h"
#include "cmd/command.h"

struct talk {
    struct session *session;
    struct console *console;
    struct text answers, notices, errors; /* since the last talk_clear */
};

static inline void talk_put(void *context, enum log_kind kind, const char *text)
{
    struct talk *talk = context;
    struct text *to = kind == LOG_ANSWER ? &talk->answers : kind == LOG_ERROR ? &talk->errors : &talk->notices;
    text_add(to, "%s\n", text);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n')
            fail_msg("a control character was let through");
}

static inline void talk_clear(struct talk *talk)
{
    text_clear(&talk->answers);
    text_clear(&talk->notices);
    text_clear(&talk->errors);
}

static inline const char *talk_text(const struct text *text)
{
    return text->data ? text->data : "";
}

/* SOURCE may be NULL: no data. */
static inline void talk_open(struct talk *talk, const char *source, int threads)
{
    struct err err = {0};
    *talk = (struct talk){.session = live_empty(1, threads)};
    talk->console = console_open(talk->session, &(struct outlet){talk_put, talk}, &err);
    assert_non_null(talk->console);
    if (source)
        live_load(talk->session, source);
}

static inline void talk_close(struct talk *talk)
{
    console_close(talk->console);
    session_close(talk->session);
    text_free(&talk->answers);
    text_free(&talk->notices);
    text_free(&talk->errors);
}

/* Carries LINE out and works off the run that it starts; what was said before is forgotten. */
static inline int talk_try(struct talk *talk, const char *line)
{
    talk_clear(talk);
    int status = console_execute(talk->console, line);
    live_run(talk->session);
    return status;
}

static inline void talk_say(struct talk *talk, const char *line)
{
    if (talk_try(talk, line))
        fail_msg("%s: %s", line, talk_text(&talk->errors));
}

/* LINE must be refused, in words that hold SAYS, and change nothing. */
static inline void talk_refuse(struct talk *talk, const char *line, const char *says)
{
    uint64_t hash = session_hash(talk->session);
    if (talk_try(talk, line) == 0)
        fail_msg("%s was taken", line);
    if (!strstr(talk_text(&talk->errors), says))
        fail_msg("%s: '%s' should say '%s'", line, talk_text(&talk->errors), says);
    if (session_hash(talk->session) != hash)
        fail_msg("%s was refused and changed the state", line);
}

/* KIND with a legal word for each argument that must be given: "conv 2 2". */
static inline void talk_layer(const struct layer_kind *kind, struct text *out)
{
    text_add(out, "%s", kind->name);
    for (int i = 0; i < args_count(kind->args) && !kind->args[i].preset; i++) {
        const struct arg_spec *spec = &kind->args[i];
        if (spec->type == ARG_CHOICE)
            text_add(out, " %s", spec->choices[0]);
        else if (spec->type == ARG_NUMBER)
            text_add(out, " 0.5");
        else
            text_add(out, " %s", strcmp(spec->name, "shape") ? "2" : "64");
    }
}

/* A network with one of KIND in it, behind 64 values or, where it takes images only, behind one of 8 x 8; false when
 * such a network cannot be planned. */
static inline bool talk_net_with(const struct layer_kind *kind, bool image, struct text *out)
{
    struct topology top;
    struct net *net = NULL;
    struct shape in = shape_row(7);
    text_clear(out);
    text_add(out, "dense 64, %s", image ? "reshape 1x8x8, " : "");
    talk_layer(kind, out);
    text_add(out, image ? ", flatten" : "");
    if (topology_parse(out->data, 3, &top, NULL) == 0)
        net = net_open(&top, &in, NULL);
    net_close(net);
    return net;
}

#endif
