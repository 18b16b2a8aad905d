/* behaviour.c — what a contact did: visits of some pages in a row, mails opened and
 * clicked, forms, webinars, meetings, with silences between, and what machines do.
 *
 * A contact is given a number of events. Sessions are drawn until they are used up: most
 * lie around the contact's peak day, the rest anywhere between its first day and its
 * last. Then they are put in the order of time and written. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "app/demo/world.h"

#include "base/arena.h"
#include "base/instant.h"

#define PREFIX_BYTES_MAX 64
#define MS_PER_SECOND 1000

/* ---- What can happen, and to what. ---- */

enum kind {
    KIND_PAGE,
    KIND_OPEN,
    KIND_CLICK,
    KIND_BOUNCE,
    KIND_UNSUBSCRIBE,
    KIND_FORM,
    KIND_REGISTER,
    KIND_ATTEND,
    KIND_BOOK,
    KIND_MEET,
    KIND_DOWNLOAD,
    KIND_CHAT,
    KIND_TRIAL,
    KIND_AD,
    KIND_COUNT
};

#define DETAIL_NONE UINT8_MAX

static const struct str pages[] = {
    STR_INIT("/"),
    STR_INIT("/product"),
    STR_INIT("/pricing"),
    STR_INIT("/customers"),
    STR_INIT("/docs"),
    STR_INIT("/docs/api"),
    STR_INIT("/security"),
    STR_INIT("/blog/lead-scoring"),
    STR_INIT("/blog/spring"),
    STR_INIT("/careers"),
    STR_INIT("/about"),
    STR_INIT("/demo"),
};
#define PAGE_COUNT 12
static const struct str campaigns[] = {STR_INIT("newsletter"), STR_INIT("product news"), STR_INIT("case study"),
                                       STR_INIT("webinar invitation"), STR_INIT("spring offer")};
#define CAMPAIGN_COUNT 5
static const struct str forms[] = {STR_INIT("newsletter"), STR_INIT("e-book"), STR_INIT("contact"), STR_INIT("demo")};
#define FORM_COUNT 4
static const struct str webinars[] = {STR_INIT("Scoring in an hour"), STR_INIT("From lead to deal"),
                                      STR_INIT("Clean data")};
#define WEBINAR_COUNT 3
static const struct str meetings[] = {STR_INIT("discovery"), STR_INIT("demo"), STR_INIT("offer")};
#define MEETING_COUNT 3
static const struct str documents[] = {STR_INIT("plan template"), STR_INIT("price list"), STR_INIT("security paper"),
                                       STR_INIT("case study")};
#define DOCUMENT_COUNT 4

/* How a kind is written: `,"event":"page_viewed","time":"` and so on. */
static const struct {
    struct str name;   /* up to the time */
    struct str detail; /* up to the detail's value */
    const struct str *values;
    struct str amount; /* up to a whole number */
} kinds[KIND_COUNT] = {
#define EVENT(name_) .name = STR_INIT(",\"event\":\"" name_ "\",\"time\":\"")
#define DETAIL(name_, values_) .detail = STR_INIT(",\"" name_ "\":\""), .values = (values_)
#define AMOUNT(name_) .amount = STR_INIT(",\"" name_ "\":")
    [KIND_PAGE] = {EVENT("page_viewed"), DETAIL("path", pages), AMOUNT("seconds")},
    [KIND_OPEN] = {EVENT("email_opened"), DETAIL("campaign", campaigns)},
    [KIND_CLICK] = {EVENT("email_clicked"), DETAIL("campaign", campaigns)},
    [KIND_BOUNCE] = {EVENT("email_bounced"), DETAIL("campaign", campaigns)},
    [KIND_UNSUBSCRIBE] = {EVENT("unsubscribed")},
    [KIND_FORM] = {EVENT("form_submitted"), DETAIL("form", forms)},
    [KIND_REGISTER] = {EVENT("webinar_registered"), DETAIL("webinar", webinars)},
    [KIND_ATTEND] = {EVENT("webinar_attended"), DETAIL("webinar", webinars), AMOUNT("minutes")},
    [KIND_BOOK] = {EVENT("meeting_booked"), DETAIL("meeting", meetings)},
    [KIND_MEET] = {EVENT("meeting_held"), DETAIL("meeting", meetings), AMOUNT("minutes")},
    [KIND_DOWNLOAD] = {EVENT("document_downloaded"), DETAIL("document", documents)},
    [KIND_CHAT] = {EVENT("chat_started")},
    [KIND_TRIAL] = {EVENT("trial_started")},
    [KIND_AD] = {EVENT("ad_clicked"), DETAIL("campaign", campaigns)},
#undef EVENT
#undef DETAIL
#undef AMOUNT
};

/* ---- A contact's events before they are written. ---- */

struct moment {
    int64_t at_ms;
    uint16_t amount; /* seconds or minutes, where the kind has one */
    uint8_t kind, detail;
    bool bot;
};

struct moments {
    struct moment *at;
    uint32_t count, capacity;
};

struct moments *moments_new(void)
{
    return memory_alloc(sizeof(struct moments));
}

void moments_free(struct moments *moments)
{
    memory_free(moments->at);
    memory_free(moments);
}

/* One contact's story while it is made up. */
struct story {
    const struct world *world;
    struct contact contact;
    struct dice dice;
    int64_t first_ms, end_ms; /* its time: first in, end out */
    uint32_t wanted;
    struct moments *moments;
};

/* Something happened, unless it is too late for that or enough has happened. */
static void happen(struct story *story, int64_t at_ms, enum kind kind, size_t detail, int32_t amount, bool bot)
{
    struct moments *moments = story->moments;
    if (moments->count == story->wanted || at_ms >= story->world->size.until_ms) return;
    moments->at[moments->count++] = (struct moment){.at_ms = at_ms,
                                                    .kind = (uint8_t)kind,
                                                    .detail = (uint8_t)detail,
                                                    .amount = (uint16_t)amount,
                                                    .bot = bot || story->contact.known_robot};
}

/* ---- Sessions. ---- */

static const uint16_t page_weights[MOOD_COUNT][PAGE_COUNT] = {
    [MOOD_IDLE] = {350, 120, 30, 40, 20, 20, 10, 200, 120, 40, 50, 0},
    [MOOD_CURIOUS] = {150, 140, 50, 80, 60, 60, 20, 220, 150, 10, 50, 10},
    [MOOD_COMPARING] = {80, 200, 160, 120, 130, 120, 60, 50, 30, 0, 20, 30},
    [MOOD_BUYING] = {60, 160, 230, 120, 110, 110, 90, 20, 10, 0, 20, 70},
    [MOOD_JOB_HUNTING] = {100, 30, 0, 20, 10, 0, 0, 30, 20, 640, 150, 0},
    [MOOD_ROBOT] = {90, 90, 80, 80, 90, 90, 80, 80, 80, 80, 80, 80},
};

static void browse(struct story *story, int64_t at_ms)
{
    static const uint8_t longest[MOOD_COUNT] = {3, 5, 9, 8, 4, 40};
    enum mood mood = story->contact.mood;
    struct dice *dice = &story->dice;
    uint32_t count = 1 + dice_below(dice, longest[mood]);
    for (uint32_t i = 0; i < count; i++) {
        int32_t seconds = mood == MOOD_ROBOT ? 1 : dice_between(dice, 5, 60);
        if (mood != MOOD_ROBOT) seconds += dice_between(dice, 0, 120);
        happen(story, at_ms, KIND_PAGE, dice_pick(dice, page_weights[mood], PAGE_COUNT), seconds, false);
        at_ms += seconds * MS_PER_SECOND;
    }
}

/* Campaigns leave on Tuesdays at nine; people open them within hours, and robots at once. */
static void read_mail(struct story *story, int64_t at_ms)
{
    static const uint16_t click_permille[MOOD_COUNT] = {60, 220, 380, 420, 30, 950};
    struct dice *dice = &story->dice;
    size_t campaign = dice_below(dice, CAMPAIGN_COUNT);
    enum mood mood = story->contact.mood;
    if (mood == MOOD_IDLE && dice_chance(dice, 25)) {
        happen(story, at_ms, dice_chance(dice, 600) ? KIND_BOUNCE : KIND_UNSUBSCRIBE, campaign, 0, false);
        return;
    }
    happen(story, at_ms, KIND_OPEN, campaign, 0, false);
    bool scanner = mood != MOOD_ROBOT && dice_chance(dice, 40); /* the mail gateway tries every link */
    if (scanner) happen(story, at_ms + MS_PER_SECOND, KIND_CLICK, campaign, 0, true);
    if (!dice_chance(dice, click_permille[mood])) return;
    at_ms += (mood == MOOD_ROBOT ? 1 : dice_between(dice, 4, 300)) * MS_PER_SECOND;
    happen(story, at_ms, KIND_CLICK, campaign, 0, false);
    if (dice_chance(dice, 700)) browse(story, at_ms + 2 * MS_PER_SECOND);
}

static void fill_form(struct story *story, int64_t at_ms)
{
    static const uint16_t weights[MOOD_COUNT][FORM_COUNT] = {
        {700, 280, 20, 0},   {450, 450, 80, 20}, {150, 350, 250, 250},
        {50, 150, 300, 500}, {200, 0, 800, 0},   {250, 250, 250, 250},
    };
    happen(story, at_ms, KIND_FORM, dice_pick(&story->dice, weights[story->contact.mood], FORM_COUNT), 0, false);
}

static void join_webinar(struct story *story, int64_t at_ms)
{
    struct dice *dice = &story->dice;
    size_t webinar = dice_below(dice, WEBINAR_COUNT);
    happen(story, at_ms, KIND_REGISTER, webinar, 0, false);
    int64_t thursday_ms = (floor_div(at_ms, 7 * MS_PER_DAY) + 1 + dice_between(dice, 0, 1)) * 7 * MS_PER_DAY;
    if (!dice_chance(dice, story->contact.mood >= MOOD_COMPARING ? 750 : 400)) return;
    int64_t joined_ms = thursday_ms + 13 * MS_PER_HOUR + (int64_t)dice_below(dice, 600) * MS_PER_SECOND;
    happen(story, joined_ms, KIND_ATTEND, webinar, dice_between(dice, 10, 60), false);
}

static void meet(struct story *story, int64_t at_ms)
{
    struct dice *dice = &story->dice;
    size_t meeting = dice_below(dice, MEETING_COUNT);
    happen(story, at_ms, KIND_BOOK, meeting, 0, false);
    if (!dice_chance(dice, 800)) return;
    int64_t held_ms = (floor_div(at_ms, MS_PER_DAY) + dice_between(dice, 1, 6)) * MS_PER_DAY;
    held_ms += dice_between(dice, 16, 32) * 30 * MS_PER_MINUTE;
    happen(story, held_ms, KIND_MEET, meeting, dice_between(dice, 15, 75), false);
}

/* A moment within the contact's time, around its peak or anywhere. */
static int64_t begin_session(struct story *story)
{
    static const uint16_t peak_permille[MOOD_COUNT] = {200, 450, 850, 880, 700, 0};
    struct dice *dice = &story->dice;
    const struct contact *contact = &story->contact;
    int32_t first = contact->created_day < 0 ? 0 : contact->created_day;
    int32_t day = dice_between(dice, first, contact->last_day - 1);
    if (dice_chance(dice, peak_permille[contact->mood])) {
        int32_t near = contact->peak_day + dice_between(dice, -14, 7);
        near += dice_between(dice, -7, 7);
        if (near >= first && near < contact->last_day) day = near;
    }
    int64_t at_ms = world_moment(story->world, dice, day);
    if (at_ms >= story->first_ms && at_ms < story->end_ms) return at_ms;
    int64_t seconds = (story->end_ms - story->first_ms) / MS_PER_SECOND;
    return story->first_ms + (int64_t)dice_below(dice, (uint32_t)seconds) * MS_PER_SECOND;
}

static void live_a_session(struct story *story)
{
    enum { BROWSE, MAIL, FORM, WEBINAR, MEETING, DOWNLOAD, CHAT, TRIAL, AD, SESSION_COUNT };
    static const uint16_t weights[MOOD_COUNT][SESSION_COUNT] = {
        [MOOD_IDLE] = {300, 600, 10, 10, 0, 20, 5, 0, 55},
        [MOOD_CURIOUS] = {480, 370, 25, 30, 0, 60, 10, 5, 20},
        [MOOD_COMPARING] = {560, 180, 50, 45, 20, 80, 30, 20, 15},
        [MOOD_BUYING] = {500, 130, 90, 45, 90, 70, 40, 30, 5},
        [MOOD_JOB_HUNTING] = {900, 80, 10, 0, 0, 10, 0, 0, 0},
        [MOOD_ROBOT] = {500, 490, 10, 0, 0, 0, 0, 0, 0},
    };
    int64_t at_ms = begin_session(story);
    struct dice *dice = &story->dice;
    switch (dice_pick(dice, weights[story->contact.mood], SESSION_COUNT)) {
    case BROWSE: browse(story, at_ms); break;
    case MAIL: read_mail(story, at_ms); break;
    case FORM: fill_form(story, at_ms); break;
    case WEBINAR: join_webinar(story, at_ms); break;
    case MEETING: meet(story, at_ms); break;
    case DOWNLOAD: happen(story, at_ms, KIND_DOWNLOAD, dice_below(dice, DOCUMENT_COUNT), 0, false); break;
    case CHAT: happen(story, at_ms, KIND_CHAT, DETAIL_NONE, 0, false); break;
    case TRIAL: happen(story, at_ms, KIND_TRIAL, DETAIL_NONE, 0, false); break;
    case AD: happen(story, at_ms, KIND_AD, dice_below(dice, CAMPAIGN_COUNT), 0, false); break;
    default: INVARIANT(!"a kind of session");
    }
}

/* ---- Writing. ---- */

/* By time; where that is equal by anything else, for the order of a sort is its own affair. */
static int by_time(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;
    if (a->at_ms != b->at_ms) return a->at_ms < b->at_ms ? -1 : 1;
    if (a->kind != b->kind) return a->kind - b->kind;
    if (a->detail != b->detail) return a->detail - b->detail;
    return a->amount != b->amount ? a->amount - b->amount : a->bot - b->bot;
}

/* "2026-01-05T10:00:00Z" for instants in rising order: the date is made once a day. */
struct time_writer {
    int64_t day;
    struct buf date; /* "2026-01-05T" */
};

static void append_time(struct buf *out, struct time_writer *writer, int64_t at_ms)
{
    int64_t day = floor_div(at_ms, MS_PER_DAY);
    if (day != writer->day || writer->date.len == 0) {
        buf_clear(&writer->date);
        instant_format_date(&writer->date, at_ms);
        buf_append_char(&writer->date, 'T');
        writer->day = day;
    }
    uint32_t seconds = (uint32_t)((at_ms - day * MS_PER_DAY) / MS_PER_SECOND);
    uint32_t hour = seconds / 3600, minute = seconds / 60 % 60, second = seconds % 60;
    char text[] = {(char)('0' + hour / 10),   (char)('0' + hour % 10),   ':',
                   (char)('0' + minute / 10), (char)('0' + minute % 10), ':',
                   (char)('0' + second / 10), (char)('0' + second % 10), 'Z'};
    buf_append(out, buf_str(&writer->date));
    buf_append(out, (struct str){text, sizeof text});
}

static void append_moment(struct buf *out, struct str prefix, struct str id, uint32_t number,
                          const struct moment *moment, struct time_writer *time)
{
    const struct str *values = kinds[moment->kind].values;
    buf_append(out, prefix);
    buf_append(out, kinds[moment->kind].name);
    append_time(out, time, moment->at_ms);
    buf_append(out, STR("\",\"id\":\""));
    buf_append(out, id);
    buf_append_char(out, '-');
    buf_append_u64(out, number);
    buf_append_char(out, '"');
    if (values != NULL) {
        buf_append(out, kinds[moment->kind].detail);
        buf_append(out, values[moment->detail]);
        buf_append_char(out, '"');
    }
    if (kinds[moment->kind].amount.len > 0) {
        buf_append(out, kinds[moment->kind].amount);
        buf_append_u64(out, moment->amount);
    }
    if (moment->bot) buf_append(out, STR(",\"bot\":true"));
    buf_append(out, STR("}\n"));
}

static void append_moments(struct buf *out, uint32_t contact, const struct moments *moments)
{
    AUTO_BUF id = BUF_INIT(PREFIX_BYTES_MAX);
    AUTO_BUF prefix = BUF_INIT(PREFIX_BYTES_MAX);
    contact_append_id(&id, contact);
    buf_format(&prefix, "{\"contact\":\"" STR_FMT "\"", STR_ARG(buf_str(&id)));
    struct time_writer time = {.date = BUF_INIT(PREFIX_BYTES_MAX)};
    for (uint32_t i = 0; i < moments->count; i++)
        append_moment(out, buf_str(&prefix), buf_str(&id), i + 1, &moments->at[i], &time);
    buf_release(&time.date);
}

void contact_append_events(struct buf *out, const struct world *world, uint32_t contact, uint32_t count,
                           struct moments *moments)
{
    if (count == 0) return;
    if (moments->capacity < count) {
        moments->at = memory_resize(moments->at, count, sizeof *moments->at);
        moments->capacity = count;
    }
    moments->count = 0;
    struct story story = {.world = world,
                          .contact = contact_at(world, contact),
                          .dice = dice_for(world->size.seed, ABOUT_EVENTS, contact),
                          .wanted = count,
                          .moments = moments};
    int32_t first_day = story.contact.created_day < 0 ? 0 : story.contact.created_day;
    story.first_ms = world->from_ms + first_day * MS_PER_DAY;
    story.end_ms = world->from_ms + story.contact.last_day * MS_PER_DAY;
    while (moments->count < count) live_a_session(&story);
    qsort(moments->at, moments->count, sizeof *moments->at, by_time);
    append_moments(out, contact, moments);
}
