/* bands.c — a small number for each record and score: the code of its band's label.
 *
 * Codes lie in pages of 64 Ki records that are made when first needed and never move, so a
 * reader needs no lock: it sees the code from before a change or from after it. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bands.h"

#include <string.h>

#include "base/intern.h"
#include "base/list.h"
#include "history/history.h"

#define SCORE_NAME_MAX 300 /* bytes, with what stands before a segment's */
#define PAGE_BITS 16
#define PAGE_RECORDS (UINT32_C(1) << PAGE_BITS)
#define PAGES (RECORDS_MAX / PAGE_RECORDS + 1)

struct undo {
    uint32_t score, record;
    uint16_t was;
};

struct bands {
    struct intern *scores;               /* a digit for the object, and the name */
    struct intern *labels;               /* code 0 is "" */
    uint16_t **pages[BANDED_SCORES_MAX]; /* [PAGES] of each score, made when first put */
    LIST(struct undo) log;
};

struct bands *bands_new(void)
{
    struct bands *bands = memory_alloc(sizeof *bands);
    bands->scores = intern_new();
    bands->labels = intern_new();
    intern_add(bands->labels, STR(""));
    return bands;
}

void bands_free(struct bands *bands)
{
    if (bands == NULL) return;
    for (uint32_t s = 0; s < intern_count(bands->scores); s++) {
        for (uint32_t p = 0; bands->pages[s] != NULL && p < PAGES; p++) memory_free(bands->pages[s][p]);
        memory_free(bands->pages[s]);
    }
    intern_free(bands->scores);
    intern_free(bands->labels);
    LIST_RELEASE(&bands->log);
    memory_free(bands);
}

struct key {
    char bytes[1 + SCORE_NAME_MAX];
    struct str text;
};

/* False: nothing of ours is called so. */
static bool make_key(enum entity object, struct str score, struct key *key)
{
    if (score.len > SCORE_NAME_MAX) return false;
    key->bytes[0] = (char)('0' + (int)object);
    if (score.len > 0) memcpy(key->bytes + 1, score.at, score.len);
    key->text = (struct str){key->bytes, 1 + score.len};
    return true;
}

uint32_t bands_find_score(const struct bands *bands, enum entity object, struct str score)
{
    struct key key;
    if (!make_key(object, score, &key)) return UINT32_MAX;
    uint32_t code = intern_find(bands->scores, key.text);
    return code == INTERN_NONE ? UINT32_MAX : code;
}

uint32_t bands_score(struct bands *bands, enum entity object, struct str score)
{
    uint32_t code = bands_find_score(bands, object, score);
    if (code != UINT32_MAX) return code;
    struct key key;
    if (intern_count(bands->scores) == BANDED_SCORES_MAX || !make_key(object, score, &key)) return UINT32_MAX;
    return intern_add(bands->scores, key.text);
}

struct str bands_score_name(const struct bands *bands, uint32_t score)
{
    struct str key = intern_at(bands->scores, score);
    return (struct str){key.at + 1, key.len - 1};
}

/* NULL: the page was never made. */
static uint16_t *place_of(const struct bands *bands, uint32_t score, uint32_t record)
{
    uint16_t **pages = __atomic_load_n(&bands->pages[score], __ATOMIC_ACQUIRE);
    if (pages == NULL) return NULL;
    uint16_t *page = __atomic_load_n(&pages[record >> PAGE_BITS], __ATOMIC_ACQUIRE);
    return page == NULL ? NULL : &page[record & (PAGE_RECORDS - 1)];
}

static uint16_t *make_place(struct bands *bands, uint32_t score, uint32_t record)
{
    if (bands->pages[score] == NULL)
        __atomic_store_n(&bands->pages[score], memory_array(PAGES, sizeof(uint16_t *)), __ATOMIC_RELEASE);
    uint16_t **page = &bands->pages[score][record >> PAGE_BITS];
    if (*page == NULL) __atomic_store_n(page, memory_array(PAGE_RECORDS, sizeof(uint16_t)), __ATOMIC_RELEASE);
    return place_of(bands, score, record);
}

static uint16_t code_of(const struct bands *bands, uint32_t score, uint32_t record)
{
    const uint16_t *place = score == UINT32_MAX ? NULL : place_of(bands, score, record);
    return place == NULL ? 0 : __atomic_load_n(place, __ATOMIC_RELAXED);
}

struct str bands_label(const struct bands *bands, uint32_t score, uint32_t record)
{
    return intern_at(bands->labels, code_of(bands, score, record));
}

uint32_t bands_index(const struct bands *bands, uint32_t score, uint32_t record, const struct score *definition)
{
    uint16_t code = code_of(bands, score, record);
    if (code == 0) return BAND_NONE;
    struct str label = intern_at(bands->labels, code);
    for (uint32_t i = 0; i < definition->band_count; i++)
        if (str_equal(definition->bands[i].label, label)) return i;
    return BAND_NONE;
}

void bands_begin(struct bands *bands)
{
    bands->log.count = 0;
}

void bands_commit(struct bands *bands)
{
    bands->log.count = 0;
}

void bands_rollback(struct bands *bands)
{
    while (bands->log.count > 0) {
        struct undo undo = bands->log.at[--bands->log.count];
        __atomic_store_n(place_of(bands, undo.score, undo.record), undo.was, __ATOMIC_RELAXED);
    }
}

bool bands_put(struct bands *bands, uint32_t score, uint32_t record, struct str label)
{
    if (score == UINT32_MAX) return false;
    uint16_t was = code_of(bands, score, record);
    uint32_t code = intern_find(bands->labels, label);
    if (code == INTERN_NONE) {
        if (intern_count(bands->labels) > BAND_LABELS_MAX) return false;
        code = intern_add(bands->labels, label);
    }
    if (code == was) return false;
    *LIST_ADD(&bands->log) = (struct undo){score, record, was};
    __atomic_store_n(make_place(bands, score, record), (uint16_t)code, __ATOMIC_RELAXED);
    return true;
}

void bands_forget(struct bands *bands, enum entity object, uint32_t record)
{
    uint32_t count = intern_count(bands->scores);
    for (uint32_t s = 0; s < count; s++)
        if (intern_at(bands->scores, s).at[0] == (char)('0' + (int)object)) bands_put(bands, s, record, STR(""));
}
