/* world.c — invents small worlds where every border is hit often.
 *
 * A few durations are picked for the case; windows, decays and the times of facts are all
 * made of them, so that events lie exactly at a limit, one millisecond beside it, at
 * midnight, together, or in the future. Definitions come from definition.c. */
// SPDX-License-Identifier: Apache-2.0
#include "reference/generate.h"

#include "base/instant.h"
#include "base/macros.h"

#define VERSIONS_MAX 3                      /* of a property of a record */
#define ASSOCIATIONS_MAX 6                  /* of a record, joins included */
#define ID_STEPS 10007                      /* a prime: ids are different for as many records */
#define EPOCH_MS_FROM INT64_C(100000000000) /* a lesser number would be seconds */

uint64_t ref_next(struct ref_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t ref_below(struct ref_random *random, uint32_t limit)
{
    return (uint32_t)(ref_next(random) % limit);
}

bool ref_chance(struct ref_random *random, uint32_t percent)
{
    return ref_below(random, 100) < percent;
}

/* ---- Properties. ---- */

static const struct str plans[] = {STR_INIT("free"), STR_INIT("Pro"), STR_INIT("Entreprise é")};

static const struct ref_property known_properties[] = {
    {STR_INIT("industry"), NULL, REF_CONTACT, REF_STRING, 0, false},
    {STR_INIT("Team Größe"), NULL, REF_CONTACT, REF_NUMBER, 0, false},
    {STR_INIT("vip"), NULL, REF_CONTACT, REF_BOOLEAN, 0, false},
    {STR_INIT("born"), NULL, REF_CONTACT, REF_DATE, 0, false},
    {STR_INIT("seen"), NULL, REF_CONTACT, REF_DATETIME, 0, false},
    {STR_INIT("plan"), plans, REF_CONTACT, REF_ENUMERATION, 3, true},
    {STR_INIT("topics"), NULL, REF_CONTACT, REF_SET, 0, false},
    {STR_INIT("industry"), NULL, REF_COMPANY, REF_STRING, 0, false},
    {STR_INIT("employees"), NULL, REF_COMPANY, REF_NUMBER, 0, false},
    {STR_INIT("founded"), NULL, REF_COMPANY, REF_DATE, 0, false},
    {STR_INIT("key account"), NULL, REF_COMPANY, REF_BOOLEAN, 0, false},
    {STR_INIT("tags"), NULL, REF_COMPANY, REF_SET, 0, false},
    {STR_INIT("stage"), NULL, REF_DEAL, REF_STRING, 0, false},
    {STR_INIT("is_closed"), NULL, REF_DEAL, REF_BOOLEAN, 0, false},
    {STR_INIT("amount"), NULL, REF_DEAL, REF_NUMBER, 0, false},
    {STR_INIT("closes"), NULL, REF_DEAL, REF_DATETIME, 0, false},
    {STR_INIT("plan"), plans, REF_DEAL, REF_ENUMERATION, 3, true},
    {STR_INIT("path"), NULL, REF_EVENT, REF_STRING, 0, false},
    {STR_INIT("seconds"), NULL, REF_EVENT, REF_NUMBER, 0, false},
    {STR_INIT("premium"), NULL, REF_EVENT, REF_BOOLEAN, 0, false},
    {STR_INIT("due"), NULL, REF_EVENT, REF_DATETIME, 0, false},
    {STR_INIT("day"), NULL, REF_EVENT, REF_DATE, 0, false},
    {STR_INIT("kind"), plans, REF_EVENT, REF_ENUMERATION, 3, true},
    {STR_INIT("tags"), NULL, REF_EVENT, REF_SET, 0, false},
};

static const struct ref_property reserved_properties[] = {
    {STR_INIT("score"), NULL, REF_EVENT, REF_STRING, 0, false},
    {STR_INIT("points"), NULL, REF_EVENT, REF_NUMBER, 0, false},
    {STR_INIT("category"), NULL, REF_EVENT, REF_STRING, 0, false},
};

static void invent_properties(struct ref_generator *g)
{
    struct ref_world *w = g->world;
    w->property =
        ARENA_ARRAY(g->arena, struct ref_property, COUNT_OF(known_properties) + COUNT_OF(reserved_properties));
    for (size_t i = 0; i < COUNT_OF(reserved_properties); i++)
        w->property[w->property_count++] = reserved_properties[i];
    for (size_t i = 0; i < COUNT_OF(known_properties); i++) {
        if (!ref_chance(g->random, 50)) continue;
        struct ref_property *p = &w->property[w->property_count++];
        *p = known_properties[i];
        p->declared |= ref_chance(g->random, 60);
    }
}

/* Some have the names of properties: the two never meet. */
static const struct ref_list lists[] = {{STR_INIT("vips"), REF_CONTACT},
                                        {STR_INIT("industry"), REF_CONTACT},
                                        {STR_INIT("partners"), REF_COMPANY},
                                        {STR_INIT("stage"), REF_DEAL}};

/* ---- Texts. ---- */

static struct str picked(struct ref_generator *g, const char *const *from, size_t count)
{
    return str_from_c(from[ref_below(g->random, (uint32_t)count)]);
}

static struct str instant_text(struct ref_generator *g, bool date_only)
{
    struct buf text = BUF_INIT(64);
    int64_t at = ref_some_instant(g);
    if (date_only) instant_format_date(&text, at);
    else if (at > EPOCH_MS_FROM && ref_chance(g->random, 8)) buf_append_i64(&text, at);
    else instant_format(&text, at);
    struct str s = arena_str(g->arena, buf_str(&text));
    buf_release(&text);
    return s;
}

struct str ref_some_text(struct ref_generator *g, const struct ref_property *p)
{
    static const char *const strings[] = {"IT",
                                          "it ",
                                          " Software",
                                          "Żółw",
                                          "ŻÓŁW",
                                          "straße",
                                          "STRASSE",
                                          "a",
                                          "ab",
                                          "IT services",
                                          "x@ourcompany.example",
                                          "10",
                                          "true",
                                          "ﬁt",
                                          "FIT",
                                          "/pricing",
                                          "/pricing/plans",
                                          "won",
                                          "Closed Won",
                                          "12:30 # no: yes",
                                          "it's \"so\""};
    static const char *const numbers[] = {"0", "5", "5.0", " 100 ", "-3", "4.999", "1e2", "101", "0.1", "5000000000"};
    static const char *const booleans[] = {"true", "false", "yes", "No", "1", "0", "TRUE", " false"};
    static const char *const sets[] = {"a", "a;b", "B; c", "c;a;b;a", "É;x y", "a;;b"};
    static const char *const plan_texts[] = {"free", "FREE ", "pro", "Pro", "entreprise É", "Entreprise é"};
    switch (p->type) {
    case REF_BOOLEAN: return picked(g, booleans, p->declared ? COUNT_OF(booleans) : 2);
    case REF_NUMBER: return picked(g, numbers, COUNT_OF(numbers));
    case REF_DATE: return instant_text(g, true);
    case REF_DATETIME: return instant_text(g, ref_chance(g->random, 15));
    case REF_STRING:
        if (g->sizes->texts > 0 && ref_chance(g->random, 70))
            return arena_format(g->arena, "/t%u", ref_below(g->random, g->sizes->texts));
        return picked(g, strings, COUNT_OF(strings));
    case REF_ENUMERATION: return picked(g, plan_texts, COUNT_OF(plan_texts));
    case REF_SET: return picked(g, sets, COUNT_OF(sets));
    }
    return (struct str){0};
}

/* ---- Times. ---- */

static int64_t unit_ms(struct ref_duration d)
{
    return d.unit == 'm' ? MS_PER_MINUTE : d.unit == 'h' ? MS_PER_HOUR : MS_PER_DAY;
}

int64_t ref_some_instant(struct ref_generator *g)
{
    struct ref_random *r = g->random;
    struct ref_duration d = g->duration[ref_below(r, REF_DURATIONS)];
    int64_t beside = (int64_t)ref_below(r, 3) - 1, now = g->now_ms;
    switch (ref_below(r, 10)) {
    case 0:
    case 1: return now - ref_below(r, 4) * ref_duration_ms(d) + beside;
    case 2:
    case 3: return now - ref_below(r, 2 * d.count + 2) * unit_ms(d) + beside;
    case 4: return (floor_div(now, MS_PER_DAY) - ref_below(r, 4)) * MS_PER_DAY + beside;
    case 5: return g->last_ms;
    case 6:
        return ref_chance(r, 60) ? g->last_ms + ref_below(r, 5) * MS_PER_HOUR
                                 : now + ref_below(r, 3) * ref_duration_ms(d) + beside;
    default: return now - (int64_t)(ref_next(r) % (uint64_t)(g->sizes->days * MS_PER_DAY));
    }
}

static int64_t fact_time(struct ref_generator *g)
{
    int64_t at = ref_some_instant(g);
    g->last_ms = at;
    return at;
}

static void invent_now(struct ref_generator *g)
{
    static const struct ref_duration durations[] = {{1, 'm'}, {15, 'm'}, {90, 'm'}, {1, 'h'},  {36, 'h'},
                                                    {1, 'd'}, {7, 'd'},  {30, 'd'}, {32, 'd'}, {90, 'd'},
                                                    {1, 'w'}, {4, 'w'},  {12, 'w'}, {400, 'd'}};
    for (uint32_t i = 0; i < REF_DURATIONS; i++) g->duration[i] = durations[ref_below(g->random, COUNT_OF(durations))];
    int64_t year_ms = 365 * MS_PER_DAY;
    g->now_ms = 54 * year_ms + (int64_t)(ref_next(g->random) % (uint64_t)(3 * year_ms));
    if (ref_chance(g->random, 10))
        g->now_ms = (int64_t)(ref_next(g->random) % (uint64_t)(40 * MS_PER_DAY)) - 20 * MS_PER_DAY;
    if (ref_chance(g->random, 15)) g->now_ms = floor_div(g->now_ms, MS_PER_DAY) * MS_PER_DAY;
    else if (ref_chance(g->random, 15)) g->now_ms = floor_div(g->now_ms, MS_PER_MINUTE) * MS_PER_MINUTE;
    g->last_ms = g->now_ms;
}

/* ---- Records and facts. ---- */

static void invent_records(struct ref_generator *g)
{
    static const char *const letter[REF_OBJECTS] = {"c", "k", "d"};
    struct ref_world *w = g->world;
    w->record_count[REF_CONTACT] = 1 + ref_below(g->random, g->sizes->contacts);
    w->record_count[REF_COMPANY] = ref_below(g->random, g->sizes->companies + 1);
    w->record_count[REF_DEAL] = ref_below(g->random, g->sizes->deals + 1);
    for (int object = 0; object < REF_OBJECTS; object++) {
        w->record[object] = ARENA_ARRAY(g->arena, struct ref_record, w->record_count[object]);
        uint32_t turn = ref_below(g->random, ID_STEPS); /* ids rise and fall beside the numbers */
        for (uint32_t i = 0; i < w->record_count[object]; i++)
            w->record[object][i] = (struct ref_record){
                arena_format(g->arena, "%s%u", letter[object], (i * 3 + turn) % ID_STEPS), ref_chance(g->random, 70)};
    }
    w->person = ARENA_ARRAY(g->arena, uint32_t, w->record_count[REF_CONTACT]);
}

static struct ref_fact *new_fact(struct ref_generator *g, enum ref_fact_kind kind)
{
    struct ref_fact *f = &g->world->fact[g->world->fact_count++];
    *f = (struct ref_fact){.kind = kind};
    return f;
}

static void invent_versions(struct ref_generator *g, uint32_t property, uint32_t record)
{
    uint32_t count = ref_below(g->random, VERSIONS_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct ref_fact *f = new_fact(g, REF_VERSION);
        f->property = property;
        f->record = record;
        f->at_ms = ref_chance(g->random, i == 0 ? 60 : 10) ? REF_ALWAYS : fact_time(g);
        if (ref_chance(g->random, 88)) f->text = ref_some_text(g, &g->world->property[property]);
        if (ref_chance(g->random, 50)) f->id = arena_format(g->arena, "v%u", ref_below(g->random, 9));
    }
}

static void invent_listings(struct ref_generator *g, uint32_t list, uint32_t record)
{
    uint32_t count = ref_below(g->random, VERSIONS_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct ref_fact *f = new_fact(g, REF_LISTING);
        f->list = list;
        f->record = record;
        f->at_ms = ref_chance(g->random, 10) ? REF_ALWAYS : fact_time(g);
        f->on = ref_chance(g->random, 65);
        if (ref_chance(g->random, 50)) f->id = arena_format(g->arena, "v%u", ref_below(g->random, 9));
    }
}

static void invent_associations(struct ref_generator *g, enum ref_entity from, enum ref_entity to, uint32_t most)
{
    struct ref_world *w = g->world;
    for (uint32_t record = 0; record < w->record_count[from] && w->record_count[to] > 0; record++) {
        uint32_t count = ref_below(g->random, most + 1);
        for (uint32_t i = 0; i < count; i++) {
            struct ref_fact *f = new_fact(g, REF_ASSOCIATION);
            f->from = from;
            f->to = to;
            f->record = record;
            f->other = ref_below(g->random, w->record_count[to]);
            f->at_ms = ref_chance(g->random, 55) ? REF_ALWAYS : fact_time(g);
        }
    }
}

/* Two rows of a contacts file never merge: who joins an earlier one is not listed. */
static void invent_joins(struct ref_generator *g)
{
    if (!ref_chance(g->random, 20)) return;
    for (uint32_t i = 1; i < g->world->record_count[REF_CONTACT]; i++) {
        if (!ref_chance(g->random, 40)) continue;
        struct ref_fact *f = new_fact(g, REF_JOIN);
        f->record = i;
        f->other = ref_below(g->random, i);
        g->world->record[REF_CONTACT][i].listed = false;
        if (ref_chance(g->random, 50)) {
            uint32_t swap = f->record;
            f->record = f->other;
            f->other = swap;
        }
    }
}

static void add_value(struct ref_fact *f, uint32_t property, struct str text)
{
    f->value[f->value_count++] = (struct ref_text_value){property, text};
}

static void invent_event_values(struct ref_generator *g, struct ref_fact *f)
{
    f->value = ARENA_ARRAY(g->arena, struct ref_text_value, 4);
    for (uint32_t p = 0; p < g->world->property_count && f->value_count < 4; p++)
        if (g->world->property[p].of == REF_EVENT && p >= COUNT_OF(reserved_properties) && ref_chance(g->random, 40))
            add_value(f, p, ref_some_text(g, &g->world->property[p]));
}

static void invent_reserved_event(struct ref_generator *g, struct ref_fact *f)
{
    static const char *const points[] = {"5", "-5", "0", "10000", "-3", "12"};
    bool reset = ref_chance(g->random, 50);
    f->name = reset ? STR("plumb.score_reset") : STR("plumb.score_adjusted");
    f->value = ARENA_ARRAY(g->arena, struct ref_text_value, 2);
    add_value(f, 0,
              ref_chance(g->random, 90) ? g->set->score[ref_below(g->random, g->set->score_count)].name : STR("other"));
    if (reset) add_value(f, 2, ref_chance(g->random, 50) ? STR("all") : STR("engagement"));
    else add_value(f, 1, picked(g, points, COUNT_OF(points)));
}

static void invent_events(struct ref_generator *g)
{
    static const char *const names[] = {"page_viewed",    "PAGE_Viewed", "form_submitted", "Straße gekauft",
                                        "meeting booked", "plumb.note",  "Plumb.Note"};
    struct ref_world *w = g->world;
    uint32_t count = ref_below(g->random, g->sizes->events + 1);
    bool reserved = g->set->score_count > 0 && ref_chance(g->random, 40);
    for (uint32_t i = 0; i < count; i++) {
        struct ref_fact *f = new_fact(g, REF_HAPPENING);
        f->record = ref_below(g->random, w->record_count[REF_CONTACT]);
        f->at_ms = fact_time(g);
        if (reserved && ref_chance(g->random, 15)) {
            invent_reserved_event(g, f);
        } else {
            f->name = picked(g, names, ref_chance(g->random, 80) ? 3 : COUNT_OF(names));
            f->bot = ref_chance(g->random, 8);
            invent_event_values(g, f);
        }
        if (ref_chance(g->random, 50)) f->id = arena_format(g->arena, "m%u", i);
        if (f->id.len > 0 && ref_chance(g->random, 10)) { /* the same message, under another contact */
            uint32_t other = ref_below(g->random, w->record_count[REF_CONTACT]);
            *new_fact(g, REF_HAPPENING) = *f;
            w->fact[w->fact_count - 1].record = other;
        }
    }
}

static void invent_facts(struct ref_generator *g)
{
    struct ref_world *w = g->world;
    size_t records = 0;
    for (int of = 0; of < REF_OBJECTS; of++) records += w->record_count[of];
    size_t most = records * ((w->property_count + w->list_count) * VERSIONS_MAX + ASSOCIATIONS_MAX) +
                  2 * (size_t)g->sizes->events;
    w->fact = ARENA_ARRAY(g->arena, struct ref_fact, most);
    w->association = ARENA_ARRAY(g->arena, const struct ref_fact *, most);
    w->event = ARENA_ARRAY(g->arena, const struct ref_fact *, most);
    for (uint32_t p = 0; p < w->property_count; p++)
        for (uint32_t i = 0; w->property[p].of != REF_EVENT && i < w->record_count[w->property[p].of]; i++)
            invent_versions(g, p, i);
    for (uint32_t l = 0; l < w->list_count; l++)
        for (uint32_t i = 0; i < w->record_count[w->list[l].of]; i++) invent_listings(g, l, i);
    invent_associations(g, REF_CONTACT, REF_COMPANY, 2);
    invent_associations(g, REF_DEAL, REF_COMPANY, 2);
    invent_associations(g, REF_DEAL, REF_CONTACT, 3);
    invent_joins(g);
    invent_events(g);
    ref_settle(w);
}

/* The instants to ask about: the one of the borders, beside it, before everything, after everything. */
static void choose_instants(struct ref_generator *g, int64_t *as_of_ms)
{
    int64_t first = g->now_ms, last = g->now_ms;
    for (uint32_t i = 0; i < g->world->fact_count; i++) {
        const struct ref_fact *f = &g->world->fact[i];
        if (f->kind == REF_JOIN || f->at_ms == REF_ALWAYS) continue;
        if (f->at_ms < first) first = f->at_ms;
        if (f->at_ms > last) last = f->at_ms;
    }
    as_of_ms[0] = g->now_ms;
    as_of_ms[1] = ref_some_instant(g);
    as_of_ms[2] =
        g->now_ms + (int64_t)ref_below(g->random, 3) - 1 + ref_below(g->random, 3) * ref_duration_ms(g->duration[0]);
    as_of_ms[3] = ref_chance(g->random, 50) ? first - 1 : last + ref_below(g->random, 1000) * MS_PER_DAY;
}

void ref_generate(struct arena *arena, uint64_t seed, const struct ref_sizes *sizes, struct ref_case *out)
{
    struct ref_random random = {seed};
    *out = (struct ref_case){0};
    struct ref_generator g = {
        .arena = arena, .random = &random, .sizes = sizes, .world = &out->world, .set = &out->set};
    invent_now(&g);
    invent_properties(&g);
    out->world.list = lists;
    out->world.list_count = COUNT_OF(lists);
    invent_records(&g);
    ref_invent_definitions(&g);
    invent_facts(&g);
    choose_instants(&g, out->as_of_ms);
}
