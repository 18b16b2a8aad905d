/* bot.c — reading user agents word by word.
 *
 * A user agent is lower-cased, and at each beginning of a word the lines of bot.def with its first letter are
 * compared. Words that end in bot, crawler or spider are programs without a line; a word is made of letters, digits and '_', so
 * that "Slackbot-LinkExpanding" and "Googlebot/2.1" have one. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot.h"

#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum bot_kind { CRAWLER, PREVIEW, SCANNER, MONITOR, HEADLESS, LIBRARY };

#define WORDS_CRAWLER "a crawler: "
#define WORDS_PREVIEW "a preview of links: "
#define WORDS_SCANNER "a scanner: "
#define WORDS_MONITOR "a monitor: "
#define WORDS_HEADLESS "a browser without a screen: "
#define WORDS_LIBRARY "a program: "

static const struct agent {
    struct str beginning;
    enum bot_kind kind;
    struct str words;
} agents[] = {
#define BOT(kind_, beginning_, name_) {STR_INIT(beginning_), kind_, STR_INIT(WORDS_##kind_ name_)},
#include "engine/bot.def"
#undef BOT
};

/* The lines are asked for each word of each visitor's user agent, nearly always in vain: so those of one first letter
 * are a chain, 1 + the index of the next. */
static uint8_t first_of[256], next_of[COUNT_OF(agents)];
static pthread_once_t chained = PTHREAD_ONCE_INIT;

_Static_assert(COUNT_OF(agents) < UINT8_MAX, "the chains count in bytes");

static void chain_agents(void)
{
    for (size_t i = COUNT_OF(agents); i-- > 0;) {
        uint8_t *first = &first_of[(unsigned char)agents[i].beginning.at[0]];
        next_of[i] = *first;
        *first = (uint8_t)(i + 1);
    }
}

/* Words that end alike and are no programs. */
static const struct str people[] = {STR_INIT("cubot")};

/* By byte: its lower-case form where it belongs to a word, else 0. */
static const char word_of[256] = {
#define SAME(c_) [c_] = (c_)
#define LOWER(c_) [c_] = (c_), [(c_) - 'a' + 'A'] = (c_)
    SAME('0'),  SAME('1'),  SAME('2'),  SAME('3'),  SAME('4'),  SAME('5'),  SAME('6'),  SAME('7'),
    SAME('8'),  SAME('9'),  SAME('_'),  LOWER('a'), LOWER('b'), LOWER('c'), LOWER('d'), LOWER('e'),
    LOWER('f'), LOWER('g'), LOWER('h'), LOWER('i'), LOWER('j'), LOWER('k'), LOWER('l'), LOWER('m'),
    LOWER('n'), LOWER('o'), LOWER('p'), LOWER('q'), LOWER('r'), LOWER('s'), LOWER('t'), LOWER('u'),
    LOWER('v'), LOWER('w'), LOWER('x'), LOWER('y'), LOWER('z'),
#undef SAME
#undef LOWER
};

static bool is_word(char c)
{
    return word_of[(unsigned char)c] != 0;
}

static struct str lower(struct str text, char out[BOT_AGENT_MAX])
{
    size_t len = text.len < BOT_AGENT_MAX ? text.len : BOT_AGENT_MAX;
    for (size_t i = 0; i < len; i++) {
        char lowered = word_of[(unsigned char)text.at[i]];
        out[i] = lowered != 0 ? lowered : text.at[i];
    }
    return (struct str){out, len};
}

static const struct agent *agent_at(struct str rest)
{
    if (rest.len < 2) return NULL;
    for (uint8_t i = first_of[(unsigned char)rest.at[0]]; i > 0; i = next_of[i - 1])
        if (agents[i - 1].beginning.at[1] == rest.at[1] && str_starts_with(rest, agents[i - 1].beginning))
            return &agents[i - 1];
    return NULL;
}

static struct str evidence_of_word(struct str word)
{
    if (word.len < 3 || strchr("tsr", word.at[word.len - 1]) == NULL) return STR("");
    for (size_t i = 0; i < COUNT_OF(people); i++)
        if (str_equal(word, people[i])) return STR("");
    if (str_ends_with(word, STR("bot"))) return STR("it calls itself a bot");
    if (str_ends_with(word, STR("bots"))) return STR("it calls itself a bot");
    if (str_ends_with(word, STR("crawler"))) return STR("it calls itself a crawler");
    return str_ends_with(word, STR("spider")) ? STR("it calls itself a spider") : STR("");
}

static struct str evidence_of_agent(struct str user_agent, bool libraries)
{
    char bytes[BOT_AGENT_MAX];
    struct str text = lower(str_trim(user_agent), bytes);
    /* Apple's mail fetches all pictures of a mail ahead under this name, which no browser has. */
    if (str_equal(text, STR("mozilla/5.0")))
        return STR("a mail program that fetches ahead: Apple Mail Privacy Protection");
    struct str found = STR("");
    pthread_once(&chained, chain_agents);
    for (size_t i = 0, end; i < text.len; i = end + 1) {
        end = i;
        while (end < text.len && is_word(text.at[end])) end++;
        if (end == i) continue;
        const struct agent *agent = agent_at((struct str){text.at + i, text.len - i});
        if (agent != NULL && (libraries || agent->kind != LIBRARY)) return agent->words;
        if (found.len == 0) found = evidence_of_word((struct str){text.at + i, end - i}); /* a name says more */
    }
    return found;
}

struct str bot_of_user_agent(struct str user_agent)
{
    return evidence_of_agent(user_agent, true);
}

static bool says(struct str header, struct str word)
{
    char bytes[BOT_AGENT_MAX];
    return str_contains(lower(header, bytes), word);
}

struct str bot_of_request(const struct bot_request *request)
{
    if (says(request->sec_purpose, STR("prerender"))) return STR("rendered ahead");
    if (says(request->sec_purpose, STR("prefetch")) || says(request->purpose, STR("prefetch")) ||
        says(request->x_moz, STR("prefetch")))
        return STR("prefetched");
    if (says(request->purpose, STR("preview"))) return STR("a preview of links");
    return evidence_of_agent(request->user_agent, !request->for_others);
}

struct str bot_context(struct arena *arena, struct str context, struct str evidence)
{
    AUTO_BUF text = BUF_INIT(SIZE_MAX);
    struct json_writer writer = {.out = &text};
    if (str_contains(context, STR("\"bot\":"))) return context;
    json_begin_object(&writer);
    json_key(&writer, "bot");
    json_string(&writer, evidence);
    if (context.len > 2) { /* {"campaign":... behind its bracket */
        buf_append_char(&text, ',');
        buf_append(&text, (struct str){context.at + 1, context.len - 1});
    } else {
        json_end_object(&writer);
    }
    INVARIANT(!text.failed);
    return arena_str(arena, buf_str(&text));
}
