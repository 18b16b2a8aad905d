/* agreement.c — see agreement.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/agreement.h"

#include <math.h>
#include <stdlib.h>

#include "base/intern.h"
#include "base/list.h"
#include "base/unicode.h"

#define Z95 1.959963984540054
#define DRAWS 500

/* ---- Who said what. ---- */

enum { WORD_NONE, WORD_ACCEPTED, WORD_REJECTED };

/* What each event class means. */
static uint8_t *class_words(const struct history *history, struct arena *arena)
{
    uint32_t count = history_event_classes(history);
    uint8_t *words = ARENA_ARRAY(arena, uint8_t, count);
    for (uint32_t c = 0; c < count; c++) {
        struct str name = history_class_name(history, c);
        if (str_equal(name, STR(EVENT_LEAD_ACCEPTED))) words[c] = WORD_ACCEPTED;
        if (str_equal(name, STR(EVENT_LEAD_REJECTED))) words[c] = WORD_REJECTED;
    }
    return words;
}

static struct str text_of(const struct history *history, uint64_t event, uint32_t property)
{
    const struct value *value = property != INTERN_NONE ? history_event_value(history, event, property) : NULL;
    return value != NULL ? value->raw : STR("");
}

uint32_t agreement_words(const struct history *history, int64_t from_ms, int64_t to_ms, struct arena *arena,
                         struct sales_word **out, uint32_t *unsaid)
{
    LIST(struct sales_word) found = {0};
    const struct catalog *catalog = history_catalog(history);
    uint32_t reason = catalog_find(catalog, ENTITY_EVENT, STR("reason"));
    uint32_t by = catalog_find(catalog, ENTITY_EVENT, STR("by"));
    uint32_t classes = history_event_classes(history), contacts = history_records(history, ENTITY_CONTACT);
    const uint8_t *words = class_words(history, arena);
    struct dated_event *events = memory_array(AGREEMENT_EVENTS_MAX, sizeof *events);
    *unsaid = 0;
    for (uint32_t contact = 0; contact < contacts; contact++) {
        if (!history_is_listed(history, ENTITY_CONTACT, contact)) continue;
        uint32_t all = history_contact_events(history, contact, to_ms, AGREEMENT_EVENTS_MAX, events);
        uint32_t count = all < AGREEMENT_EVENTS_MAX ? all : AGREEMENT_EVENTS_MAX;
        bool said = false;
        for (uint32_t i = count; i-- > 0 && events[i].at_ms >= from_ms;) {
            uint8_t word = events[i].class_id < classes ? words[events[i].class_id] : WORD_NONE;
            if (word == WORD_NONE) continue;
            *unsaid += said;
            if (said) continue;
            said = true;
            *LIST_ADD(&found) = (struct sales_word){.contact = contact,
                                                    .at_ms = events[i].at_ms,
                                                    .accepted = word == WORD_ACCEPTED,
                                                    .reason = text_of(history, events[i].number, reason),
                                                    .by = text_of(history, events[i].number, by)};
        }
    }
    memory_free(events);
    *out = ARENA_ARRAY(arena, struct sales_word, found.count);
    for (uint64_t i = 0; i < found.count; i++) (*out)[i] = found.at[i];
    uint32_t count = (uint32_t)found.count;
    LIST_RELEASE(&found);
    return count;
}

void agreement_score(const struct scan *scan, uint32_t score, struct sales_word *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        AUTO_ARENA arena = arena_new();
        struct explanation found;
        scan_explain(scan, score, words[i].contact, words[i].at_ms - 1, arena, &found);
        words[i].known = found.known;
        words[i].micro = found.known ? found.total : 0;
    }
}

/* ---- Figures. ---- */

static bool is_high(const struct sales_word *word, int64_t threshold_micro)
{
    return word->known && word->micro >= threshold_micro;
}

/* Scores as a forecast that only has their order: 0 is unknown. */
static struct interval auc_of(const struct sales_word *words, uint32_t count)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    double *order = memory_array(count, sizeof *order);
    uint8_t *accepted = memory_array(count, sizeof *accepted);
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].known && words[i].micro < least) least = words[i].micro;
        if (words[i].known && words[i].micro > most) most = words[i].micro;
    }
    for (uint32_t i = 0; i < count; i++) {
        order[i] = words[i].known ? (double)(words[i].micro - least + 1) / (double)(most - least + 1) : 0;
        accepted[i] = words[i].accepted;
    }
    struct interval figures[FIGURE_COUNT];
    struct bootstrap how = BOOTSTRAP_DEFAULT;
    how.draws = DRAWS;
    quality_intervals(&(struct prediction){.count = count, .probability = order, .happened = accepted}, &how, figures);
    memory_free(order);
    memory_free(accepted);
    return figures[FIGURE_ROC_AUC];
}

/* Of shares p[high][accepted] that sum to 1. */
static struct interval kappa_of(double p[2][2], double words)
{
    double high[2] = {p[0][0] + p[0][1], p[1][0] + p[1][1]}, accepted[2] = {p[0][0] + p[1][0], p[0][1] + p[1][1]};
    double observed = p[0][0] + p[1][1], chance = high[0] * accepted[0] + high[1] * accepted[1];
    if (!(chance < 1)) return (struct interval){NAN, NAN, NAN};
    double kappa = (observed - chance) / (1 - chance), sum = 0;
    for (int i = 0; i < 2; i++) {
        double own = 1 - (high[i] + accepted[i]) * (1 - kappa);
        sum += p[i][i] * own * own;
        double cross = (accepted[i] + high[1 - i]) * (1 - kappa);
        sum += p[i][1 - i] * cross * cross;
    }
    double rest = kappa - chance * (1 - kappa);
    double error = sqrt(fmax(sum - rest * rest, 0) / words) / (1 - chance);
    return (struct interval){kappa, fmax(kappa - Z95 * error, -1), fmin(kappa + Z95 * error, 1)};
}

void agreement_measure(const struct sales_word *words, uint32_t count, int64_t threshold_micro, struct agreement *out)
{
    *out = (struct agreement){.auc = {NAN, NAN, NAN}, .observed = NAN, .kappa = {NAN, NAN, NAN}};
    for (uint32_t i = 0; i < count; i++) {
        bool high = is_high(&words[i], threshold_micro);
        if (words[i].accepted) out->accepted[high]++;
        else out->rejected[high]++;
    }
    double p[2][2];
    for (int high = 0; high < 2; high++) {
        double accepted = (double)out->accepted[high], rejected = (double)out->rejected[high];
        out->rate[high] = interval_wilson(accepted, accepted + rejected, Z95);
        p[high][1] = accepted / (double)count;
        p[high][0] = rejected / (double)count;
    }
    if (count == 0) return;
    out->observed = p[0][0] + p[1][1];
    out->kappa = kappa_of(p, (double)count);
    out->auc = auc_of(words, count);
}

const char *agreement_strength(double kappa)
{
    if (!(kappa > 0)) return "none";
    if (kappa <= 0.2) return "slight";
    if (kappa <= 0.4) return "fair";
    if (kappa <= 0.6) return "moderate";
    return kappa <= 0.8 ? "substantial" : "almost perfect";
}

/* ---- Reasons. ---- */

static int by_count(const void *a, const void *b)
{
    const struct agreement_reason *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return str_compare(x->text, y->text);
}

uint32_t agreement_reasons(const struct sales_word *words, uint32_t count, int64_t threshold_micro, struct arena *arena,
                           struct agreement_reason *out, uint32_t most)
{
    struct intern *folded = intern_new();
    struct agreement_reason *reasons = ARENA_ARRAY(arena, struct agreement_reason, count);
    uint32_t different = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].accepted || !is_high(&words[i], threshold_micro)) continue;
        uint32_t number = intern_add(folded, unicode_fold(arena, words[i].reason));
        if (number == different) reasons[different++].text = words[i].reason;
        reasons[number].count++;
    }
    intern_free(folded);
    if (different > 1) qsort(reasons, different, sizeof *reasons, by_count);
    for (uint32_t i = 0; i < different && i < most; i++) out[i] = reasons[i];
    return different;
}

/* ---- Differences. ---- */

struct difference {
    int64_t micro; /* INT64_MIN: unknown */
    int64_t at_ms;
    uint32_t word;
};

static int by_height(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    if (x->micro != y->micro) return x->micro < y->micro ? -1 : 1;
    if (x->at_ms != y->at_ms) return x->at_ms > y->at_ms ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

void agreement_differences(const struct sales_word *words, uint32_t count, int64_t threshold_micro, uint32_t most,
                           uint32_t *rejected, uint32_t *rejected_count, uint32_t *accepted, uint32_t *accepted_count)
{
    struct difference *all = memory_array(count, sizeof *all);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].accepted == is_high(&words[i], threshold_micro)) continue;
        all[found++] = (struct difference){words[i].known ? words[i].micro : INT64_MIN, words[i].at_ms, i};
    }
    if (found > 1) qsort(all, found, sizeof *all, by_height);
    *rejected_count = *accepted_count = 0;
    for (uint32_t i = 0; i < found && *accepted_count < most; i++)
        if (words[all[i].word].accepted) accepted[(*accepted_count)++] = all[i].word;
    for (uint32_t i = found; i-- > 0 && *rejected_count < most;)
        if (!words[all[i].word].accepted) rejected[(*rejected_count)++] = all[i].word;
    memory_free(all);
}
