/* cmd_rebuild.c — `plumb rebuild`: everything that was concluded from facts, concluded again.
 *
 * Kept are facts alone, and the band that each record is in, because a band may depend on the one before. So there are
 * three things to hold against each other: the bands remembered and the log of their changes; every score computed for
 * everybody at once and for one record after the other; and the bands remembered and those of the new scores. */
// SPDX-License-Identifier: Apache-2.0
#include "app/find.h"
#include "app/offline.h"
#include "app/summary.h"
#include "app/text.h"
#include "base/intern.h"
#include "core/band.h"
#include "files/progress.h"

#define BANDS_AT_ONCE 10000

static const struct option rebuild_options[] = {OFFLINE_DATA_OPTION};

static const struct example rebuild_examples[] = {
    {.text = "After a restored backup, or to be sure:", .line = "plumb rebuild"},
};

struct rebuild {
    struct app *app;
    struct offline *offline;
    const struct edition *edition;
    uint64_t scores;   /* of records, computed twice */
    uint64_t unequal;  /* of them */
    uint64_t entries;  /* of the log */
    uint64_t unlogged; /* bands that the log does not end in */
    uint64_t moved;    /* bands that are others now */
};

/* ---- The log of bands. ---- */

/* The latest entry of a record and score, looked at once. */
static void compare_entry(struct rebuild *r, struct intern *seen, const struct band_fact *fact)
{
    AUTO_BUF key = BUF_INIT(4096);
    buf_format(&key, "%d/%u/", (int)fact->object, fact->record);
    buf_append(&key, fact->score);
    uint32_t known = intern_count(seen);
    r->entries++;
    if (intern_add(seen, buf_str(&key)) < known) return;
    uint32_t score = definitions_find_score(&r->edition->set, fact->score);
    if (score == UINT32_MAX || r->edition->set.scores[score]->object != fact->object)
        return; /* not in force any more */
    const struct score *definition = r->edition->set.scores[score];
    uint32_t band = engine_band(r->offline->engine, r->edition, score, fact->record);
    struct str label = band == BAND_NONE ? STR("") : definition->bands[band].label;
    bool is_gone = band == BAND_NONE; /* also a band that the definition has no more */
    if (!is_gone && !str_equal(label, fact->band)) r->unlogged++;
    for (uint32_t b = 0; is_gone && b < definition->band_count; b++)
        r->unlogged += str_equal(definition->bands[b].label, fact->band);
}

static enum err compare_log(struct rebuild *r, struct err_info *why)
{
    struct intern *seen = intern_new();
    uint64_t before = 0;
    enum err e = ERR_OK;
    for (size_t count = 1; e == ERR_OK && count > 0;) {
        AUTO_ARENA arena = arena_new();
        struct band_row *rows;
        e = store_bands(r->offline->store, ENTITY_CONTACT, UINT32_MAX, before, BANDS_AT_ONCE, arena, &rows, &count,
                        why);
        for (size_t i = 0; e == ERR_OK && i < count; i++) compare_entry(r, seen, &rows[i].fact);
        if (e == ERR_OK && count > 0) before = rows[count - 1].number;
    }
    intern_free(seen);
    return e;
}

/* ---- Scores in both ways. ---- */

static void compare_score(struct rebuild *r, const struct everybody *everybody, uint32_t score,
                          struct progress *progress)
{
    AUTO_ARENA arena = arena_new();
    const struct score_column *column = scan_results(everybody->scan, score);
    for (uint32_t record = 0; record < column->count; record++) {
        struct explanation alone;
        scan_explain(everybody->edition->scan, score, record, everybody->as_of_ms, arena, &alone);
        bool equal = alone.known == (column->known[record] != 0);
        if (equal && alone.known)
            equal = alone.total == column->total[record] && alone.fit == column->fit[record] &&
                    alone.engagement == column->engagement[record];
        r->unequal += !equal;
        r->scores++;
        progress_update(progress, r->scores);
        arena_reset(arena);
    }
}

static void compare_scores(struct rebuild *r)
{
    struct app *app = r->app;
    struct everybody everybody;
    struct progress progress;
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    progress_begin(&progress, "computing", "scores", 0);
    engine_everybody(r->offline->engine, app->clock->now_ms(app->clock), &everybody);
    for (uint32_t s = 0; s < everybody.edition->set.score_count; s++)
        if (!everybody.edition->set.scores[s]->anonymous) compare_score(r, &everybody, s, &progress);
    everybody_release(&everybody);
    progress_end(&progress);
}

/* ---- The verdict. ---- */

static void say(struct app *app, uint64_t count, const char *one, const char *many)
{
    AUTO_BUF text = BUF_INIT(1024);
    text_counted(&text, count, one, many);
    summary_put_line(app, &text, 0);
}

static int put_verdict(const struct rebuild *r)
{
    struct app *app = r->app;
    say(app, r->scores, "score computed anew, for everybody at once and alone.",
        "scores computed anew, for everybody at once and one by one.");
    if (r->unequal > 0)
        say(app, r->unequal, "of them differs: this is a mistake of Plumb's, please report it.",
            "of them differ: this is a mistake of Plumb's, please report it.");
    if (r->unlogged > 0)
        say(app, r->unlogged, "band is not the one in which the log of changes ends.",
            "bands are not the ones in which the log of changes ends.");
    if (r->moved > 0)
        say(app, r->moved, "record is in another band now, through time that nobody watched.",
            "records are in other bands now, through time that nobody watched.");
    bool good = r->unequal == 0 && r->unlogged == 0;
    if (good && r->moved == 0) fputs("Nothing differed.\n", app->err);
    return good ? STATUS_OK : STATUS_FAILED;
}

static int run_rebuild(struct app *app, const struct arguments *arguments)
{
    struct err_info why = {0};
    struct offline offline;
    struct rebuild r = {.app = app, .offline = &offline};
    enum err e = offline_open(app, arguments, OFFLINE_CHANGE, &offline, &why);
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_CHANGE, &why);
    if (e == ERR_OK) {
        r.edition = engine_edition(offline.engine);
        e = compare_log(&r, &why);
        if (e == ERR_OK) compare_scores(&r);
        if (e == ERR_OK) e = engine_sweep(offline.engine, &r.moved, &why);
        edition_release(r.edition);
    }
    offline_close(&offline);
    return e == ERR_OK ? put_verdict(&r) : app_fail(app, "%s", why.msg);
}

const struct command command_rebuild = {
    .name = "rebuild",
    .summary = "Conclude everything anew, and say what differed",
    .description =
        "Facts are kept, and of what follows from them only the band that each record is in. Every score is computed "
        "again in two independent ways, bands are held against the log of their changes, and whoever is in another "
        "band "
        "by now is put there. The status is 1 when something differs that may not.\n\n"
        "No server may run on the folder meanwhile.",
    .options = rebuild_options,
    .option_count = COUNT_OF(rebuild_options),
    .examples = rebuild_examples,
    .example_count = COUNT_OF(rebuild_examples),
    .interrupted = "the facts are as they were",
    .run = run_rebuild,
};
