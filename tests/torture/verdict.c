/* verdict.c — see verdict.h. */
// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include <string.h>

#include "base/instant.h"
#include "client.h"
#include "harness.h"
#include "score_helper.h"
#include "store/store.h"

#define AS_OF "2025-06-01T00:00:00Z"
#define BAND_ROWS_MAX 1000000

const char torture_lead[] = "score: lead\n"
                            "bands: [{label: SQL, from: 40}, {label: MQL, from: 12}]\n"
                            "groups:\n"
                            "  - name: Who\n"
                            "    category: fit\n"
                            "    rules:\n"
                            "      - {name: Pro, when: {property: plan, is: pro}, points: 15}\n"
                            "  - name: Web\n"
                            "    category: engagement\n"
                            "    rules:\n"
                            "      - {name: Pricing, event: page_viewed, where: {property: path, is: /pricing}, "
                            "points: 1}\n"
                            "      - {name: Demo, event: demo_requested, points: 4, max: 20}\n";

const char torture_heat[] = "score: heat\n"
                            "groups:\n"
                            "  - name: Web\n"
                            "    category: engagement\n"
                            "    decay: {half_life: 30d}\n"
                            "    rules:\n"
                            "      - {name: Any page, event: page_viewed, points: 2}\n"
                            "      - {name: Demo, event: demo_requested, points: 7, within: 200d}\n";

/* ---- The store. ---- */

struct inspection {
    const struct load *load;
    uint8_t *times[SENDERS]; /* [states.count]: how often a message is there */
};

static enum err look_at_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    struct inspection *inspection = context;
    struct str rest = fact->message_id;
    uint64_t sender = 0, number = 0;
    if (!str_to_u64(str_cut(&rest, '-'), &sender) || !str_to_u64(rest, &number) || sender >= SENDERS ||
        number >= inspection->load->senders[sender].states.count)
        return err_set(why, ERR_INVALID, "nobody sent the event '" STR_FMT "'", STR_ARG(fact->message_id));
    struct message message = load_message(inspection->load, (uint32_t)sender, (uint32_t)number);
    const char *name = message_event(message.kind);
    if (name == NULL || !str_equal(fact->name, str_from_c(name)) || fact->at_ms != message.at_ms)
        return err_set(why, ERR_INVALID, "the event '" STR_FMT "' is not as it was sent", STR_ARG(fact->message_id));
    if (++inspection->times[sender][number] > 1)
        return err_set(why, ERR_INVALID, "the event '" STR_FMT "' is there twice", STR_ARG(fact->message_id));
    return ERR_OK;
}

static void check_events(const struct load *load, struct store *store, struct arena *arena)
{
    struct err_info why = {0};
    struct inspection inspection = {.load = load};
    for (uint32_t s = 0; s < SENDERS; s++)
        inspection.times[s] = ARENA_ARRAY(arena, uint8_t, load->senders[s].states.count + 1);
    const struct store_reader reader = {.context = &inspection, .event = look_at_event};
    CHECK_OK(store_read(store, &reader, &why), why);
    for (uint32_t s = 0; s < SENDERS; s++)
        for (uint32_t n = 0; n < load->senders[s].states.count; n++)
            if (load->senders[s].states.at[n] == ACKNOWLEDGED && inspection.times[s][n] == 0 &&
                message_event(load_message(load, s, n).kind) != NULL)
                FAIL("the event '%u-%u' was acknowledged and is lost", s, n);
}

/* Each row of the log leaves the band that the row before entered. */
static void check_bands(struct store *store, struct arena *arena)
{
    struct err_info why = {0};
    struct band_row *rows = NULL;
    size_t count = 0;
    CHECK_OK(store_bands(store, ENTITY_CONTACT, UINT32_MAX, 0, BAND_ROWS_MAX, arena, &rows, &count, &why), why);
    uint32_t records = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].fact.record >= records) records = rows[i].fact.record + 1;
    struct str *now = ARENA_ARRAY(arena, struct str, records);
    for (size_t i = count; i-- > 0;) {
        const struct band_fact *fact = &rows[i].fact;
        if (!str_equal(fact->former, now[fact->record]) || str_equal(fact->band, fact->former))
            FAIL("contact %u goes from band '" STR_FMT "' to '" STR_FMT "' but was in '" STR_FMT "'", fact->record,
                 STR_ARG(fact->former), STR_ARG(fact->band), STR_ARG(now[fact->record]));
        now[fact->record] = fact->band;
    }
}

void verdict_of_store(const struct load *load, const char *data)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct store *store = NULL;
    const struct store_options options = {
        .path = arena_format(arena, "%s/plumb.db", data).at, .clock = clock_system(), .read_only = true};
    CHECK_OK(store_open(&options, &store, &why), why);
    check_events(load, store, arena);
    check_bands(store, arena);
    struct reject_row *rejects = NULL;
    size_t count = 0;
    CHECK_OK(store_rejects(store, 0, 1, arena, &rejects, &count, &why), why);
    if (count > 0) FAIL("a call was refused: " STR_FMT, STR_ARG(rejects[0].fact.message));
    store_close(store);
}

/* ---- Scores. ---- */

/* The acknowledged facts as lines of score_helper.h. */
static void write_facts(const struct load *load, struct buf *out)
{
    for (uint32_t s = 0; s < SENDERS; s++) {
        for (uint32_t n = 0; n < load->senders[s].states.count; n++) {
            struct message message = load_message(load, s, n);
            CHECK_INT(load->senders[s].states.at[n], ACKNOWLEDGED);
            if (message.kind == MESSAGE_JOINED) continue;
            const char *name = message_event(message.kind);
            buf_append_c(out, name == NULL ? "from " : "event ");
            if (name != NULL) buf_format(out, "u%u %s ", message.person, name);
            instant_format(out, message.at_ms);
            if (message.kind == MESSAGE_PLAN)
                buf_format(out, " contact u%u plan=%s", message.person, message.pro ? "pro" : "free");
            if (message.kind == MESSAGE_PRICING) buf_append_c(out, " path=/pricing");
            if (message.kind == MESSAGE_VISITED) buf_append_c(out, " path=/blog");
            buf_append_char(out, '\n');
        }
    }
    for (uint32_t p = 0; p < PEOPLE; p++) buf_format(out, "contact u%u\n", p);
}

/* The number or text behind "name": in a small answer. */
static struct str member(struct str body, const char *name, struct arena *arena)
{
    struct str key = arena_format(arena, "\"%s\":", name);
    const char *at = body.len == 0 ? NULL : memmem(body.at, body.len, key.at, key.len);
    if (at == NULL) FAIL("no %s in " STR_FMT, name, STR_ARG(body));
    struct str rest = {at + key.len, body.len - (size_t)(at - body.at) - key.len};
    size_t length = 0;
    while (length < rest.len && rest.at[length] != ',' && rest.at[length] != '}') length++;
    return str_trim((struct str){rest.at, length});
}

static struct str ask_score(struct client *client, struct str token, const char *score, uint32_t person,
                            const char *query, struct arena *arena)
{
    struct str line = arena_format(arena, "GET /api/v1/contacts/userId:u%u/scores/%s%s", person, score, query);
    struct str headers = arena_format(arena, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(token));
    struct str body = {0};
    unsigned status = client_ask(client, line.at, headers, STR(""), &body);
    if (status == 401) return STR(""); /* a damaged store may have lost the token itself, which is no silence */
    if (status != 200) FAIL(STR_FMT " answers %u: " STR_FMT, STR_ARG(line), status, STR_ARG(body));
    return arena_str(arena, body);
}

void verdict_of_scores(const struct load *load, uint16_t port, struct str token)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF facts = BUF_INIT(SIZE_MAX);
    write_facts(load, &facts);
    buf_append_char(&facts, '\0');
    struct product *product = product_new("", arena_format(arena, "%s---\n%s", torture_lead, torture_heat).at);
    product_facts(product, facts.at);
    product_finish(product);
    struct client client = client_new(port);
    for (uint32_t p = 0; p < PEOPLE; p++) {
        AUTO_ARENA scratch = arena_new();
        struct str id = arena_format(scratch, "u%u", p);
        for (int i = 0; i < 2; i++) {
            const char *score = i == 0 ? "lead" : "heat";
            struct str answer = ask_score(&client, token, score, p, "?as_of=" AS_OF, scratch);
            int64_t micro = 0;
            if (answer.len == 0) break;
            CHECK_TRUE(str_to_i64(member(answer, "micro", scratch), &micro));
            int64_t expected = product_explain(product, score, id.at, AS_OF).total;
            if (micro != expected)
                FAIL("%s of u%u is %lld, and by a plain evaluation %lld", score, p, (long long)micro,
                     (long long)expected);
            if (i > 0) continue;
            struct str band = expected >= 40000000   ? STR("\"SQL\"")
                              : expected >= 12000000 ? STR("\"MQL\"")
                                                     : STR("null");
            CHECK_STR(member(ask_score(&client, token, score, p, "", scratch), "band", scratch), band);
        }
    }
    client_close(&client);
    product_free(product);
}
