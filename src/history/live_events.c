/* live_events.c — an event: checked, given its class, put into its contact's run.
 *
 * A class is made when its name, bot mark and properties are first seen together. A property with
 * more than EVENT_CLASS_VALUES_MAX values is *pressed*: from then on its values stand in rows
 * beside the events, by the event's row number, which only grows; when classes become many, so do
 * all properties of an event that would make one more. Older events keep theirs in their class. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "history/live_internal.h"

#define NEW_TEXT 0                              /* code of a text not yet interned */
#define PRESSED_CLASSES (EVENT_CLASSES_MAX / 2) /* from here on new classes are name and bot mark */

/* ---- First pass: may it enter? ---- */

static MUST_CHECK enum err check_name(struct live *live, const struct event_fact *fact, uint32_t *name,
                                      struct err_info *why)
{
    *name = intern_find(live->event_names, fact->name);
    if (*name != INTERN_NONE)
        return door_parts(live->scratch, live->catalog, fact, (enum name_kind)live->name_kinds[*name], why);
    enum err e = door_name(intern_count(live->event_names), why);
    if (e == ERR_OK && live->history.class_count >= EVENT_CLASSES_MAX - 1) /* with and without the bot mark */
        e = err_set(why, ERR_TOO_BIG, "more than %d kinds of events", EVENT_CLASSES_MAX);
    if (e != ERR_OK) return e;
    return door_parts(live->scratch, live->catalog, fact, door_name_kind(live->scratch, fact->name), why);
}

static MUST_CHECK enum err look_up(struct live *live, const struct event_fact *fact, uint32_t *bad_property,
                                   struct err_info *why)
{
    if (live->pair_capacity < fact->property_count) {
        live->pair_capacity = (uint64_t)fact->property_count * 2;
        live->pairs = memory_resize(live->pairs, live->pair_capacity, sizeof *live->pairs);
    }
    for (uint32_t i = 0; i < fact->property_count; i++) {
        uint32_t property = fact->properties[i].property;
        struct str text = str_trim(fact->properties[i].text);
        INVARIANT(catalog_at(live->catalog, property)->entity == ENTITY_EVENT);
        uint32_t known = live_known_code(live, property, text);
        live->pairs[i] = (struct event_pair){property, known, i};
        if (known != 0 || text.len == 0) continue;
        enum err e = live_check_new(live, property, text, why);
        if (e == ERR_OK) continue;
        if (bad_property != NULL) *bad_property = property;
        return e;
    }
    return ERR_OK;
}

/* ---- Second pass: its class. ---- */

static uint32_t keep_name(struct live *live, struct str name)
{
    uint32_t known = intern_count(live->event_names), code = intern_add(live->event_names, name);
    if (code < known) return code;
    if (code >= live->name_kind_capacity) {
        live->name_kind_capacity = (uint64_t)code * 2 + 16;
        live->name_kinds = memory_resize(live->name_kinds, live->name_kind_capacity, sizeof *live->name_kinds);
    }
    live->name_kinds[code] = (uint8_t)door_name_kind(live->scratch, name);
    return code;
}

/* Intern what is new and leave out what is empty; by property. Returns how many pairs are left. */
static uint32_t keep_texts(struct live *live, const struct event_fact *fact)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fact->property_count; i++) {
        struct event_pair pair = live->pairs[i];
        struct str text = str_trim(fact->properties[i].text);
        if (text.len == 0) continue;
        struct dictionary *values = &live->history.event_properties[pair.property].values;
        if (pair.code == NEW_TEXT) pair.code = live_code(live, pair.property, values, text);
        live->pairs[kept++] = pair;
    }
    return door_sort_pairs(live->pairs, kept);
}

static void need_words(struct live *live, uint32_t count)
{
    if (live->word_capacity >= count) return;
    live->word_capacity = (uint64_t)count * 2;
    live->words = memory_resize(live->words, live->word_capacity, sizeof *live->words);
}

static struct tuple class_tuple(struct live *live, uint32_t name, bool bot, uint32_t count)
{
    uint32_t words = 1 + 2 * count;
    need_words(live, words);
    live->words[0] = name * 2 + bot;
    for (uint32_t i = 0; i < count; i++) {
        live->words[1 + 2 * i] = live->pairs[i].property;
        live->words[2 + 2 * i] = live->pairs[i].code;
    }
    return (struct tuple){live->words, words};
}

static void publish_class(struct live *live, uint32_t class_id, struct tuple tuple)
{
    struct history *history = &live->history;
    INVARIANT(class_id < EVENT_CLASSES_MAX);
    uint32_t count = (tuple.count - 1) / 2;
    struct class_property *properties = ARENA_ARRAY(live->arena, struct class_property, count);
    for (uint32_t i = 0; i < count; i++)
        properties[i] = (struct class_property){tuple.words[1 + 2 * i], tuple.words[2 + 2 * i]};
    struct str name = intern_at(live->event_names, tuple.words[0] / 2), folded = unicode_fold(live->arena, name);
    history->classes[class_id] = (struct event_class){
        .name = name,
        .folded = folded,
        .bot = tuple.words[0] % 2 != 0,
        .reserved = str_starts_with(folded, STR("plumb.")),
        .properties = properties,
        .property_count = count,
    };
    word_publish(&history->class_count, class_id + 1);
}

/* Both classes that a name may need at least are there from its first event on, so
 * that pressing always finds one. */
static void make_bare_classes(struct live *live, uint32_t name)
{
    for (uint32_t bot = 0; bot < 2; bot++) {
        struct tuple bare = {(const uint32_t[]){name * 2 + bot}, 1};
        uint32_t class_id = tuple_set_add(&live->class_set, bare);
        if (class_id == live->history.class_count) publish_class(live, class_id, bare);
    }
}

static bool is_pressed(const struct live *live, uint32_t property)
{
    return live->history.event_properties[property].values.count > EVENT_CLASS_VALUES_MAX + 1;
}

/* Move the pairs that go into rows behind the others; returns how many stay in the class. */
static uint32_t part_pairs(struct live *live, uint32_t count, bool all)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct event_pair pair = live->pairs[i];
        if (all || is_pressed(live, pair.property)) continue;
        memmove(live->pairs + kept + 1, live->pairs + kept, (i - kept) * sizeof pair);
        live->pairs[kept++] = pair;
    }
    return kept;
}

/* The class of `count` pairs; of these *in_class stay in it, the others become rows. */
static uint32_t class_of(struct live *live, uint32_t name, bool bot, uint32_t count, uint32_t *in_class)
{
    *in_class = part_pairs(live, count, false);
    struct tuple tuple = class_tuple(live, name, bot, *in_class);
    uint32_t class_id = tuple_set_find(&live->class_set, tuple);
    if (class_id != TUPLE_NONE) return class_id;
    if (live->history.class_count >= PRESSED_CLASSES) {
        *in_class = 0;
        class_id = tuple_set_find(&live->class_set, class_tuple(live, name, bot, 0));
        INVARIANT(class_id != TUPLE_NONE);
        return class_id;
    }
    class_id = tuple_set_add(&live->class_set, tuple);
    publish_class(live, class_id, tuple);
    return class_id;
}

/* ---- Rows. ---- */

/* Room for one row more. Readers may look at the former array: it stays. */
static void grow_rows(struct live *live, uint32_t property)
{
    struct event_column *column = &live->history.event_properties[property];
    uint64_t *capacity = &live->columns[property].row_capacity, count = column->row_count;
    if (count < *capacity) return;
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    struct row_value *rows = memory_array(*capacity, sizeof *rows);
    if (count > 0) memcpy(rows, column->rows, count * sizeof *rows);
    if (column->rows != NULL) {
        if (live->outgrown_count == live->outgrown_capacity) {
            live->outgrown_capacity = live->outgrown_capacity == 0 ? 16 : live->outgrown_capacity * 2;
            live->outgrown = memory_resize(live->outgrown, live->outgrown_capacity, sizeof *live->outgrown);
        }
        live->outgrown[live->outgrown_count++] = column->rows;
    }
    __atomic_store_n(&column->rows, rows, __ATOMIC_RELEASE);
}

static void append_row(struct live *live, const struct event_pair *pair, uint32_t row)
{
    struct event_column *column = &live->history.event_properties[pair->property];
    const uint64_t count = column->row_count;
    INVARIANT(count == 0 || column->rows[count - 1].event < row);
    grow_rows(live, pair->property);
    const struct row_value value = {row, pair->code};
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    __atomic_store_n((uint64_t *)(void *)&column->rows[count], word, __ATOMIC_RELAXED);
    live_log(live, &column->row_count, count, NULL, sizeof column->row_count);
    if (count == 0) word_publish(&live->history.pressed, live->history.pressed + 1);
    long_publish(&column->row_count, count + 1);
}

/* ---- The run. ---- */

static struct placed_event event_at(const struct history *history, uint64_t place)
{
    return (struct placed_event){history->minute[place], history->ms[place], history->class_id[place],
                                 history->id_hash[place], history->row[place]};
}

static void place_event(struct history *history, uint64_t place, const struct placed_event *event)
{
    history->minute[place] = event->minute;
    history->ms[place] = event->ms;
    history->class_id[place] = event->class_id;
    history->id_hash[place] = event->id_hash;
    history->row[place] = event->row;
}

static bool is_before(const struct placed_event *a, const struct placed_event *b)
{
    if (a->minute != b->minute) return a->minute < b->minute;
    if (a->ms != b->ms) return a->ms < b->ms;
    return a->class_id != b->class_id ? a->class_id < b->class_id : a->row < b->row;
}

/* Bounds and count are there before the event is. */
static void note_event(struct history *history, int64_t at_ms)
{
    if (history->event_count == 0 || at_ms < history->earliest_ms)
        __atomic_store_n(&history->earliest_ms, at_ms, __ATOMIC_RELEASE);
    if (history->event_count == 0 || at_ms > history->latest_ms)
        __atomic_store_n(&history->latest_ms, at_ms, __ATOMIC_RELEASE);
    long_publish(&history->event_count, history->event_count + 1);
}

/* ---- Late events. ----
 *
 * An event that belongs before others costs a copy of its contact's run, and the place of the old one. Those of one batch
 * wait for one another, so that together they cost one. Until then nobody sees them but live_has_event. */

static int by_contact_and_time(const void *a, const void *b)
{
    const struct late_event *x = a, *y = b;
    if (x->contact != y->contact) return x->contact < y->contact ? -1 : 1;
    return is_before(&x->event, &y->event) ? -1 : is_before(&y->event, &x->event);
}

/* `count` events of one contact, sorted, into a run that has them all. */
static void merge_late(struct live *live, const struct late_event *late, uint32_t count)
{
    struct history *history = &live->history;
    uint64_t *word = &history->event_run[late->contact];
    const struct run run = run_of(*word);
    struct run_edit edit = run_edit(&live->events, 0, 0, 0, run.count + count);
    for (uint32_t i = 0, k = 0; i < run.count || k < count;) {
        struct placed_event old = {0};
        if (i < run.count) old = event_at(history, run.first + i);
        bool is_old = k == count || (i < run.count && is_before(&old, &late[k].event));
        place_event(history, edit.place + i + k, is_old ? &old : &late[k].event);
        if (is_old) i++;
        else k++;
    }
    live_swing(live, &live->events, word, edit.word);
}

void live_place_late(struct live *live)
{
    struct late_event *late = live->late;
    if (live->late_count == 0) return;
    qsort(late, live->late_count, sizeof *late, by_contact_and_time);
    for (uint32_t first = 0, end; first < live->late_count; first = end) {
        for (end = first + 1; end < live->late_count && late[end].contact == late[first].contact;) end++;
        merge_late(live, &late[first], end - first);
    }
    live->late_count = 0;
}

static void wait_for_more(struct live *live, uint32_t contact, const struct placed_event *event)
{
    if (live->late == NULL) live->late = memory_array(LATE_MAX, sizeof *live->late);
    live->late[live->late_count++] = (struct late_event){contact, *event};
    if (live->late_count == LATE_MAX) live_place_late(live);
}

static void put_event(struct live *live, uint32_t contact, const struct placed_event *event)
{
    struct history *history = &live->history;
    uint64_t *word = &history->event_run[contact];
    struct run run = run_of(*word);
    uint32_t at = run.count;
    for (; at > 0; at--) {
        struct placed_event before = event_at(history, run.first + at - 1);
        if (!is_before(event, &before)) break;
        if (live->alone) continue;
        wait_for_more(live, contact, event);
        return;
    }
    struct run_edit edit = run_edit(&live->events, *word, at, 0, 1);
    place_event(history, edit.place, event);
    live_swing(live, &live->events, word, edit.word);
}

enum err live_event(struct live *live, const struct event_fact *fact, uint32_t id_hash, uint32_t row,
                    uint32_t *bad_property, struct err_info *why)
{
    struct history *history = &live->history;
    uint32_t name, in_class;
    enum err e = door_event(fact, history->event_count, why);
    if (e != ERR_OK) return e;
    INVARIANT(fact->contact < history->records[ENTITY_CONTACT].count);
    e = check_name(live, fact, &name, why);
    if (e == ERR_OK) e = look_up(live, fact, bad_property, why);
    if (e != ERR_OK) return e;
    if (!run_pool_has_room(&live->events, (uint64_t)run_of(history->event_run[fact->contact]).count + LATE_MAX + 1))
        return err_set(why, ERR_TOO_BIG, "no more events of this contact can be kept");
    if (name == INTERN_NONE) make_bare_classes(live, name = keep_name(live, fact->name));
    uint32_t count = keep_texts(live, fact);
    int64_t minute = floor_div(fact->at_ms, MS_PER_MINUTE);
    struct placed_event event = {
        .minute = (int32_t)minute,
        .ms = (uint16_t)(fact->at_ms - minute * MS_PER_MINUTE),
        .class_id = (uint16_t)class_of(live, name, fact->bot, count, &in_class),
        .id_hash = id_hash,
        .row = row,
    };
    for (uint32_t i = in_class; i < count; i++) append_row(live, &live->pairs[i], row);
    note_event(history, fact->at_ms);
    put_event(live, fact->contact, &event);
    return ERR_OK;
}

/* ---- Another judgement. ---- */

/* The class that differs in its bot mark alone; TUPLE_NONE when there is no room for one. */
static uint32_t class_marked(struct live *live, uint32_t class_id, bool bot)
{
    struct tuple tuple = tuple_set_at(&live->class_set, class_id);
    need_words(live, tuple.count);
    memcpy(live->words, tuple.words, tuple.count * sizeof *tuple.words);
    live->words[0] = tuple.words[0] / 2 * 2 + bot;
    tuple.words = live->words;
    uint32_t marked = tuple_set_find(&live->class_set, tuple);
    if (marked != TUPLE_NONE || live->history.class_count >= EVENT_CLASSES_MAX - 1) return marked;
    marked = tuple_set_add(&live->class_set, tuple);
    publish_class(live, marked, tuple);
    return marked;
}

/* Of events of one instant those with lower classes come first, so the event may have to change its place among them: all
 * from its old to its new one are written anew, and the run is swung once. */
static void replace_event(struct live *live, uint32_t contact, uint32_t at, const struct placed_event *event)
{
    struct history *history = &live->history;
    uint64_t *word = &history->event_run[contact];
    const struct run run = run_of(*word);
    uint32_t to = at;
    for (; to > 0; to--) {
        struct placed_event before = event_at(history, run.first + to - 1);
        if (!is_before(event, &before)) break;
    }
    for (; to + 1 < run.count; to++) {
        struct placed_event after = event_at(history, run.first + to + 1);
        if (!is_before(&after, event)) break;
    }
    const uint32_t low = at < to ? at : to, count = (at < to ? to - at : at - to) + 1;
    const struct run_edit edit = run_edit(&live->events, *word, low, count, count);
    for (uint32_t i = 0, from = low; i < count; i++) {
        if (from == at) from++;
        struct placed_event other = low + i == to ? *event : event_at(history, run.first + from++);
        place_event(history, edit.place + i, &other);
    }
    live_swing(live, &live->events, word, edit.word);
}

bool live_mark_event(struct live *live, uint32_t contact, uint32_t row, bool bot)
{
    struct history *history = &live->history;
    INVARIANT(!live->alone);
    live_place_late(live);
    struct run run = events_of_contact(history, contact);
    uint32_t at = 0;
    while (at < run.count && history->row[run.first + at] != row) at++;
    if (at == run.count) return false;
    struct placed_event event = event_at(history, run.first + at);
    uint32_t class_id = class_marked(live, event.class_id, bot);
    if (class_id == TUPLE_NONE || class_id == event.class_id) return false;
    event.class_id = (uint16_t)class_id;
    replace_event(live, contact, at, &event);
    return true;
}

/* ---- From an image. ---- */

uint32_t live_add_class(struct live *live, struct str name, bool bot, const struct class_property *properties,
                        uint32_t count)
{
    if (live->pair_capacity < count) {
        live->pair_capacity = (uint64_t)count * 2;
        live->pairs = memory_resize(live->pairs, live->pair_capacity, sizeof *live->pairs);
    }
    for (uint32_t i = 0; i < count; i++)
        live->pairs[i] = (struct event_pair){properties[i].property, properties[i].code, i};
    struct tuple tuple = class_tuple(live, keep_name(live, name), bot, door_sort_pairs(live->pairs, count));
    uint32_t class_id = tuple_set_add(&live->class_set, tuple);
    if (class_id == live->history.class_count) publish_class(live, class_id, tuple);
    return class_id;
}

void live_put_rows(struct live *live, uint32_t property, const void *rows, uint64_t count)
{
    struct event_column *column = &live->history.event_properties[property];
    INVARIANT(column->row_count == 0);
    memory_free(column->rows);
    column->rows = memory_array(count, sizeof *column->rows);
    memcpy(column->rows, rows, count * sizeof *column->rows);
    live->columns[property].row_capacity = count;
    column->row_count = count;
    live->history.pressed++;
}

bool live_put_events(struct live *live, uint32_t contact, const char *const *columns, uint64_t first, uint32_t count)
{
    struct history *history = &live->history;
    uint64_t *word = &history->event_run[contact];
    if (count == 0) return true;
    if (run_of(*word).count != 0 || !run_pool_has_room(&live->events, count)) return false;
    struct run_edit edit = run_edit(&live->events, *word, 0, 0, count);
    for (uint32_t c = 0; c < live->events.column_count; c++) {
        const size_t bytes = live->events.bytes[c];
        memcpy((char *)live->events.columns[c].at + edit.place * bytes, columns[c] + first * bytes, count * bytes);
    }
    for (uint32_t i = 0; i < count; i++)
        if (history->class_id[edit.place + i] >= history->class_count) return false;
    live_swing(live, &live->events, word, edit.word);
    return true;
}

/* ---- Questions. ---- */

void live_look_ahead(const struct live *live, uint32_t contact, enum live_step step)
{
    const struct history *history = &live->history;
    if (contact >= history->records[ENTITY_CONTACT].count) return;
    if (step == LIVE_RUN) {
        __builtin_prefetch(&history->event_run[contact]);
        return;
    }
    const struct run run = events_of_contact(history, contact);
    const uint64_t next = run.first + run.count;
    __builtin_prefetch(&history->id_hash[next]);
    __builtin_prefetch(&history->minute[next]);
    __builtin_prefetch(&history->ms[next]);
    __builtin_prefetch(&history->class_id[next]);
    __builtin_prefetch(&history->row[next]);
}

bool live_has_event(const struct live *live, uint32_t contact, uint32_t id_hash,
                    bool (*same)(void *context, uint32_t row), void *context)
{
    const struct history *history = &live->history;
    struct run run = events_of_contact(history, contact);
    if (id_hash == 0) return false;
    for (uint64_t e = run.first + run.count; e-- > run.first;)
        if (history->id_hash[e] == id_hash && same(context, history->row[e])) return true;
    for (uint32_t i = 0; i < live->late_count; i++) {
        const struct late_event *late = &live->late[i];
        if (late->contact == contact && late->event.id_hash == id_hash && same(context, late->event.row)) return true;
    }
    return false;
}

uint32_t live_event_rows(const struct live *live, uint32_t contact, uint32_t skip, uint32_t most, uint32_t *rows)
{
    struct run run = events_of_contact(&live->history, contact);
    uint32_t left = run.count > skip ? run.count - skip : 0, count = left < most ? left : most;
    for (uint32_t i = 0; i < count; i++) rows[i] = live->history.row[run.first + left - 1 - i];
    return count;
}

uint32_t live_event_count(const struct live *live, uint32_t contact)
{
    return events_of_contact(&live->history, contact).count;
}

/* ---- Two contacts are one; one is forgotten. ---- */

struct hashed {
    uint32_t hash;
    uint32_t number; /* in the run */
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static struct hashed *sorted_hashes(const struct history *history, struct run run)
{
    struct hashed *list = memory_array(run.count, sizeof *list);
    for (uint32_t i = 0; i < run.count; i++) list[i] = (struct hashed){history->id_hash[run.first + i], i};
    qsort(list, run.count, sizeof *list, by_hash);
    return list;
}

/* Mark the later one of each two events with one message id: in drop[0] of run a, drop[1] of b. */
static void mark_repeated(const struct history *history, struct run a, struct run b, bool *drop[2],
                          bool (*same)(void *context, uint32_t a, uint32_t b), void *context)
{
    struct hashed *left = sorted_hashes(history, a), *right = sorted_hashes(history, b);
    uint32_t begin = 0;
    for (uint32_t i = 0; i < a.count; i++) {
        while (begin < b.count && right[begin].hash < left[i].hash) begin++;
        for (uint32_t k = begin; left[i].hash != 0 && k < b.count && right[k].hash == left[i].hash; k++) {
            struct placed_event x = event_at(history, a.first + left[i].number);
            struct placed_event y = event_at(history, b.first + right[k].number);
            if (!drop[1][right[k].number] && same(context, x.row, y.row)) {
                bool later = is_before(&y, &x);
                drop[!later][later ? left[i].number : right[k].number] = true;
                break;
            }
        }
    }
    memory_free(left);
    memory_free(right);
}

void live_merge_events(struct live *live, uint32_t stays, uint32_t goes,
                       bool (*same)(void *context, uint32_t a, uint32_t b), void *context)
{
    live_place_late(live);
    struct history *history = &live->history;
    uint64_t *to = &history->event_run[stays], *from = &history->event_run[goes];
    struct run a = run_of(*to), b = run_of(*from);
    if (b.count == 0) return;
    bool *drop[2] = {memory_array(a.count, sizeof(bool)), memory_array(b.count, sizeof(bool))};
    mark_repeated(history, a, b, drop, same, context);
    uint64_t first = run_edit(&live->events, 0, 0, 0, a.count + b.count).place;
    uint32_t kept = 0;
    for (uint32_t i = 0, k = 0; i < a.count || k < b.count;) {
        struct placed_event x = {0}, y = {0};
        if (i < a.count) x = event_at(history, a.first + i);
        if (k < b.count) y = event_at(history, b.first + k);
        bool left = k == b.count || (i < a.count && is_before(&x, &y));
        bool dropped = left ? drop[0][i++] : drop[1][k++];
        if (!dropped) place_event(history, first + kept++, left ? &x : &y);
    }
    long_publish(&history->event_count, history->event_count - (a.count + b.count - kept));
    live_swing(live, &live->events, to, run_word(first, kept));
    live_swing(live, &live->events, from, 0);
    memory_free(drop[0]);
    memory_free(drop[1]);
}

void live_forget_events(struct live *live, uint32_t contact)
{
    live_place_late(live);
    uint64_t *word = &live->history.event_run[contact];
    long_publish(&live->history.event_count, live->history.event_count - run_of(*word).count);
    live_swing(live, &live->events, word, 0);
}
