/* fuzz_bot.c — whatever a header says, the evidence is a text of ours or none.
 *
 * A user agent is judged without regard to case and to blanks around it; what follows BOT_AGENT_MAX bytes is
 * not looked at; a library of HTTP is the only thing that a request for others may be. */
// SPDX-License-Identifier: Apache-2.0

#include "base/unicode.h"
#include "engine/bot.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct str agent = str_trim((struct str){(const char *)data, size});
    struct str evidence = bot_of_user_agent(agent);
    INVARIANT(unicode_valid(evidence, NULL));
    char *upper = arena_alloc(arena, agent.len + 2);
    upper[0] = ' ';
    for (size_t i = 0; i < agent.len; i++)
        upper[i + 1] = agent.at[i] >= 'a' && agent.at[i] <= 'z' ? (char)(agent.at[i] - 'a' + 'A') : agent.at[i];
    INVARIANT(str_equal(evidence, bot_of_user_agent((struct str){upper, agent.len + 1})));
    if (agent.len > BOT_AGENT_MAX) {
        struct str seen = {agent.at, BOT_AGENT_MAX};
        if (str_trim(seen).len == seen.len) INVARIANT(str_equal(evidence, bot_of_user_agent(seen)));
    }
    struct str for_others = bot_of_request(&(struct bot_request){.user_agent = agent, .for_others = true});
    INVARIANT(str_equal(for_others, evidence) || str_starts_with(evidence, STR("a program: ")));
    INVARIANT(str_equal(evidence, bot_of_request(&(struct bot_request){.user_agent = agent})));
    (void)bot_of_request(&(struct bot_request){.sec_purpose = agent, .purpose = agent, .x_moz = agent});
    return 0;
}
