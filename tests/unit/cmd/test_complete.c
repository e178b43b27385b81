/* test_complete.c: what Tab offers, and that all of it is taken. */
#include "data/dataset.h"
#include "debug/lookup.h"
#include "talk.h"

struct offer {
    int start;
    bool files;
    struct text words;
};

static struct offer complete(const struct talk *talk, const char *line)
{
    struct offer offer = {0};
    console_complete(talk->console, line, (int)strlen(line), &offer.start, &offer.files, &offer.words);
    return offer;
}

static bool offers(const struct offer *offer, const char *word)
{
    char *copy = strdup(talk_text(&offer->words));
    bool found = false;
    for (char *rest = copy, *line; (line = strsep(&rest, "\n"));)
        found = found || strcmp(line, word) == 0;
    free(copy);
    return found;
}

/* WORDS, separated by blanks, are what LINE offers among others, or alone when ALONE is set. */
static void check(const struct talk *talk, const char *line, int start, const char *words, bool alone)
{
    struct offer offer = complete(talk, line);
    char *copy = strdup(words);
    size_t length = 0;
    if (offer.start != start)
        fail_msg("'%s' begins at %d", line, offer.start);
    for (char *rest = copy, *word; (word = strsep(&rest, " "));) {
        if (*word && !offers(&offer, word))
            fail_msg("'%s' does not offer %s, but %s", line, word, talk_text(&offer.words));
        length += *word ? strlen(word) + 1 : 0;
    }
    if (alone && offer.words.length != length)
        fail_msg("'%s' offers %s", line, talk_text(&offer.words));
    free(copy);
    text_free(&offer.words);
}

static void test_offers(void **state)
{
    struct talk talk;
    (void)state;
    talk_open(&talk, "digits", 1);
    check(&talk, "ste", 0, "step stepi", true);
    check(&talk, "  ste", 2, "step stepi", true);
    check(&talk, "zzz", 0, "", true);
    check(&talk, "zzz ", 4, "", true);
    check(&talk, "whiten ", 7, "on off inputs targets", false);
    check(&talk, "whiten of", 7, "off", true);
    check(&talk, "print fc1.wei", 6, "fc1.weight", true);
    check(&talk, "print fc1.weight.", 6, "fc1.weight.norm fc1.weight.std fc1.weight.nan", false);
    check(&talk, "print log(gra", 10, "grad.norm", true);
    check(&talk, "until loss<0.1 and val.", 19, "val.loss val.acc val.r2", true);
    check(&talk, "net dense 64, le", 14, "leaky", true);
    check(&talk, "net dense 64,le", 13, "leaky", true);
    check(&talk, "init xa", 5, "xavier", true);
    check(&talk, "loss hu", 5, "huber", true);
    check(&talk, "optimizer mom", 10, "momentum", true);
    check(&talk, "activation no", 11, "none", true);
    check(&talk, "activation tanh rel", 16, "relu relu1 relu2", true);
    check(&talk, "bias off f", 9, "fc1 fc2", true);
    check(&talk, "batch f", 6, "full", true);
    check(&talk, "decay c", 6, "cosine", true);
    check(&talk, "squash a", 7, "auto", true);
    check(&talk, "squash 3 p6", 9, "p6 p60 p61 p62 p63", true);
    check(&talk, "describe p1", 9, "p1 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19", true);
    check(&talk, "clip d", 5, "data", true);
    check(&talk, "predict ir", 8, "iris", true);
    check(&talk, "gradclip o", 9, "off", true);
    check(&talk, "dropout o", 8, "off", true);
    check(&talk, "set lo", 4, "logy", true);
    check(&talk, "set logy o", 9, "on off", true);
    check(&talk, "help ini", 5, "init inits", true);
    check(&talk, "help set", 5, "set sets settings", true);
    check(&talk, "data ir", 5, "iris", true);
    check(&talk, "data iris tas", 10, "task=", true);
    check(&talk, "data iris task=c", 15, "classify", true);
    check(&talk, "plot gr", 5, "grad", true);
    check(&talk, "info l", 5, "layers", true);
    check(&talk, "break ", 6, "nan if at", true);
    check(&talk, "break if val.a", 9, "val.acc", true);
    check(&talk, "break if loss<gra", 14, "grad.norm", true);
    check(&talk, "break at ", 9, "gather fwd loss bwd reduce update", true);
    check(&talk, "break at bwd f", 13, "fc1 fc2", true);
    check(&talk, "break nan ", 10, "", true);
    check(&talk, "watch update.n", 6, "update.norm", true);
    check(&talk, "delete a", 7, "all", true);
    check(&talk, "plot wa", 5, "watch", true);
    check(&talk, "hash ", 5, "", true);
    talk_say(&talk, "net dense 8, gelu");
    check(&talk, "print gel", 6, "gelu1.out gelu1.out.grad", true);
    talk_close(&talk);
    talk_open(&talk, NULL, 1); /* before there are data */
    check(&talk, "print l", 6, "loss lr locality log(", true);
    check(&talk, "until step > ma", 13, "max(", true);
    check(&talk, "bias off f", 9, "", true);
    talk_close(&talk);
}

static void test_files(void **state)
{
    static const char *const with[] = {"data ", "save x", "load ", "source ab"}, *const without[] = {"lr ", "net ",
                                                                                                     "da", "help "};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    for (int i = 0; i < 4; i++) {
        struct offer yes = complete(&talk, with[i]), no = complete(&talk, without[i]);
        assert_true(yes.files);
        assert_false(no.files);
        text_free(&yes.words);
        text_free(&no.words);
    }
    talk_close(&talk);
}

/* Nowhere in a line, however long or odd, does completion read beyond it. */
static void test_odd_lines(void **state)
{
    static const char *const lines[] = {
        "",        " ",          "set", "set ",    "set logy",       "set nosuch o",      "print 'fc1",
        "net ,,,", "print ((((", "=",   "data \"", "  set  logy  o", "until \xE2\x80\xAE"};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int cursor = 0; cursor <= (int)strlen(lines[i]); cursor++) {
            struct offer offer = {0};
            char *exact = malloc((size_t)cursor + 1);
            memcpy(exact, lines[i], (size_t)cursor);
            exact[cursor] = 0;
            console_complete(talk.console, exact, cursor, &offer.start, &offer.files, &offer.words);
            assert_true(offer.start >= 0 && offer.start <= cursor);
            text_free(&offer.words);
            free(exact);
        }
    char *line = malloc(20001);
    memset(line, 'a', 20000);
    line[20000] = 0;
    memcpy(line, "print ", 6);
    struct offer offer = complete(&talk, line);
    assert_int_equal(offer.words.length, 0);
    text_free(&offer.words);
    free(line);
    talk_close(&talk);
}

/* --- what is offered is taken */

/* The line that COMMAND and WORD begin, whole. */
static void complete_line(const char *command, const char *word, struct text *out)
{
    const struct layer_kind *kind = strcmp(command, "net") == 0 ? layer_kind_find(word) : NULL;
    bool is_switch = strcmp(word, "on") == 0 || strcmp(word, "off") == 0;
    text_clear(out);
    if (kind) {
        struct text net = {0};
        if (!talk_net_with(kind, false, &net))
            talk_net_with(kind, true, &net);
        text_add(out, "net %s", net.data);
        text_free(&net);
        return;
    }
    text_add(out, "%s %s", command, word);
    if (word[strlen(word) - 1] == '(') /* functions of two arguments begin with m */
        text_add(out, word[0] == 'm' ? "1, 2)" : "2)");
    if (strcmp(command, "until") == 0) /* it must end, though no unit ever dies */
        text_add(out, " or 1");
    if (strcmp(command, "activation") == 0 && strpbrk(word, "0123456789"))
        text_add(out, " tanh"); /* a layer: what it becomes */
    else if (strcmp(command, "decay") == 0 && strcmp(word, "off") != 0)
        text_add(out, strcmp(word, "at") == 0 ? " 300:0.1" : " 100");
    else if (strcmp(command, "break") == 0 && strcmp(word, "nan") != 0)
        text_add(out, strcmp(word, "if") == 0 ? " loss < 0.1" : " gather");
    else if (!is_switch && (strcmp(command, "bias") == 0 || strcmp(command, "whiten") == 0))
        text_add(out, " off");
}

/* Whether a refusal is about the word, not about the moment or the data. */
static bool blames_word(const char *message)
{
    static const char *const state_or_data[] = {"is for regression", "is for classification", "the targets are classes",
                                                "is a tensor; a number was expected", "found text (such as",
                                                "does not hold", "none is being played",
                                                "the samples are no images", "has no column",
                                                "the network takes"};
    for (size_t i = 0; i < sizeof state_or_data / sizeof *state_or_data; i++)
        if (strstr(message, state_or_data[i]))
            return false;
    return true;
}

static void open_trained(struct talk *talk)
{
    talk_open(talk, "iris", 1);
    talk_say(talk, "net dense 8, relu, dense 8, relu");
    talk_say(talk, "step 2");
}

static void test_offers_are_taken(void **state)
{
    struct talk talk;
    char folder[LIVE_PATH];
    int taken = 0;
    (void)state;
    assert_int_equal(chdir(live_path(folder, "")), 0);
    struct text line = {0};
    for (int i = 0; commands[i]; i++) {
        open_trained(&talk);
        text_clear(&line);
        text_add(&line, "%s ", commands[i]->name);
        struct offer offer = complete(&talk, line.data);
        for (char *rest = offer.words.data, *word; rest && (word = strsep(&rest, "\n")) && *word;) {
            const struct known_set *set = known_set_find(word);
            if (word[strlen(word) - 1] == '=' || (set && set->bytes == set->end))
                continue; /* a value is still to come; a set that need not be on this machine */
            complete_line(commands[i]->name, word, &line);
            if (talk_try(&talk, line.data) && blames_word(talk.errors.data))
                fail_msg("%s: %s", line.data, talk.errors.data);
            taken++;
            if (!(commands[i]->flags & COMMAND_READ_ONLY)) {
                talk_close(&talk);
                open_trained(&talk);
            }
        }
        text_free(&offer.words);
        talk_close(&talk);
    }
    text_free(&line);
    assert_true(taken > 150);
    /* The first words. */
    talk_open(&talk, "iris", 1);
    struct offer offer = complete(&talk, "");
    int count = 0;
    for (char *rest = offer.words.data, *word; rest && (word = strsep(&rest, "\n")) && *word; count++)
        assert_non_null(command_find(word, NULL));
    for (int i = 0; commands[i]; i++)
        count--;
    assert_int_equal(count, 0);
    text_free(&offer.words);
    talk_close(&talk);
}

/* `name=` is taken once a value follows. */
static void test_named_arguments(void **state)
{
    static const char *const lines[] = {"data iris target=1",     "data iris task=classify", "data iris delimiter=,",
                                        "data iris header=on",    "data iris lenient=off",   "split 0.3 seed=4",
                                        "whiten off what=inputs", "bias off layer=fc1",      "plot loss last=10",
                                        "set logy value=on"};
    struct talk talk;
    (void)state;
    talk_open(&talk, "iris", 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char before[100];
        int at = (int)(strrchr(lines[i], ' ') - lines[i]) + 1;
        snprintf(before, sizeof before, "%.*s", at + 3, lines[i]);
        struct offer offer = complete(&talk, before);
        char name[40];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(lines[i] + at, "=") + 1, lines[i] + at);
        bool setting = strncmp(lines[i], "set ", 4) == 0; /* a setting's value is offered as it is */
        if (!setting && !offers(&offer, name))
            fail_msg("'%s' does not offer %s", before, name);
        text_free(&offer.words);
        talk_say(&talk, lines[i]);
    }
    talk_close(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers),          cmocka_unit_test(test_files),
        cmocka_unit_test(test_odd_lines),       cmocka_unit_test(test_offers_are_taken),
        cmocka_unit_test(test_named_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, live_clean);
}
