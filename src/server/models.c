/* models.c — see models.h. Changes are read, decided and written under one lock; asking takes it only to look for a forecaster. */
// SPDX-License-Identifier: Apache-2.0
#include "server/models.h"

#include <pthread.h>
#include <stdatomic.h>

#include "predict/model_image.h"
#include "server/api_stream.h"
#include "server/server.h"

#define FORECASTERS_MAX 16
#define REVIEW_PREFIX "model-review/"

struct models {
    struct server *server;
    pthread_mutex_t lock;
    struct forecaster *kept[FORECASTERS_MAX]; /* the last asked first; NULL behind them */
    atomic_uint_fast64_t generation;
};

struct models *models_new(struct server *server)
{
    struct models *models = memory_alloc(sizeof *models);
    models->server = server;
    pthread_mutex_init(&models->lock, NULL);
    return models;
}

void models_free(struct models *models)
{
    if (models == NULL) return;
    for (size_t i = 0; i < FORECASTERS_MAX; i++) forecaster_release(models->kept[i]);
    pthread_mutex_destroy(&models->lock);
    memory_free(models);
}

struct server *models_server(const struct models *models)
{
    return models->server;
}

uint64_t models_generation(struct models *models)
{
    return atomic_load(&models->generation);
}

/* ---- What there is. ---- */

static struct str review_key(struct arena *arena, struct str name)
{
    return arena_format(arena, REVIEW_PREFIX STR_FMT, STR_ARG(name));
}

enum err models_all(struct models *models, struct arena *arena, struct model_info **out, size_t *count,
                    struct err_info *why)
{
    struct store *store = models->server->store;
    struct model_row *rows = NULL;
    struct model_version_row *versions = NULL;
    size_t version_count = 0;
    enum err e = store_models(store, arena, &rows, count, why);
    if (e == ERR_OK) e = store_model_versions(store, arena, &versions, &version_count, why);
    if (e != ERR_OK) return e;
    *out = ARENA_ARRAY(arena, struct model_info, *count);
    for (size_t i = 0; i < *count; i++) {
        struct model_info *info = &(*out)[i];
        struct err_info none = {0};
        *info = (struct model_info){.row = rows[i], .versions = versions};
        for (; info->count < version_count && str_equal(versions[info->count].model, rows[i].name);) info->count++;
        versions += info->count;
        version_count -= info->count;
        if (store_get_text(store, review_key(arena, rows[i].name), arena, &info->review, &none) != ERR_OK)
            info->review = STR("");
    }
    return ERR_OK;
}

enum err models_find(struct models *models, struct str name, struct arena *arena, struct model_info *out,
                     struct err_info *why)
{
    struct model_info *all = NULL;
    size_t count = 0;
    enum err e = models_all(models, arena, &all, &count, why);
    if (e != ERR_OK) return e;
    for (size_t i = 0; i < count; i++)
        if (str_equal(all[i].row.name, name)) {
            *out = all[i];
            return ERR_OK;
        }
    return err_set(why, ERR_NOT_FOUND, "no model is called '" STR_FMT "'", STR_ARG(name));
}

const struct model_version_row *model_champion(const struct model_info *info)
{
    for (size_t i = 0; i < info->count; i++)
        if (info->versions[i].state == MODEL_CHAMPION) return &info->versions[i];
    return NULL;
}

const struct model_version_row *model_version(const struct model_info *info, uint32_t number)
{
    for (size_t i = 0; i < info->count; i++)
        if (info->versions[i].number == number) return &info->versions[i];
    return NULL;
}

const char *model_state_name(enum model_state state)
{
    static const char *const names[] = {[MODEL_CHALLENGER] = "challenger",
                                        [MODEL_CHAMPION] = "champion",
                                        [MODEL_RETIRED] = "retired",
                                        [MODEL_USELESS] = "of no use"};
    return names[state];
}

struct hindsight_wish hindsight_wish_of(const struct model_row *row)
{
    return (struct hindsight_wish){row->object, row->outcome, row->score, row->use_protected, .all_columns = true};
}

/* ---- Changing it. All under the lock. ---- */

static enum err changed(struct models *models, enum err e)
{
    if (e == ERR_OK) atomic_fetch_add(&models->generation, 1);
    pthread_mutex_unlock(&models->lock);
    return e;
}

static enum err save(struct models *models, const struct model_info *info, struct err_info *why)
{
    return store_change_model_versions(models->server->store, info->versions, info->count, why);
}

static uint32_t champion_number(const struct model_info *info)
{
    const struct model_version_row *champion = model_champion(info);
    return champion != NULL ? champion->number : 0;
}

/* Whoever listens hears who is champion now. */
static void tell(const struct models *models, struct str name, uint32_t former, uint32_t champion, const char *cause)
{
    if (former != champion) api_stream_champion(models->server, name, former, champion, cause);
}

static enum err save_and_tell(struct models *models, const struct model_info *info, uint32_t former, const char *cause,
                              struct err_info *why)
{
    enum err e = save(models, info, why);
    if (e == ERR_OK) tell(models, info->row.name, former, champion_number(info), cause);
    return e;
}

static bool asks_the_same(const struct model_row *a, const struct model_row *b)
{
    return a->object == b->object && a->horizon_days == b->horizon_days && str_equal(a->outcome, b->outcome);
}

static enum err put(struct models *models, const struct model_row *row, bool *made, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = models->server->store;
    struct model_info *all = NULL;
    size_t count = 0, i = 0;
    enum err e = models_all(models, arena, &all, &count, why);
    if (e != ERR_OK) return e;
    while (i < count && !str_equal(all[i].row.name, row->name)) i++;
    *made = i == count;
    if (*made && count >= MODELS_MAX) return err_set(why, ERR_TOO_BIG, "there are %d models already", MODELS_MAX);
    e = store_put_model(store, row, why);
    if (e != ERR_OK || *made || asks_the_same(&all[i].row, row)) return e;
    uint32_t former = champion_number(&all[i]);
    for (size_t v = 0; v < all[i].count; v++) {
        if (all[i].versions[v].state != MODEL_USELESS) all[i].versions[v].state = MODEL_RETIRED;
        all[i].versions[v].image_bytes = 0;
    }
    e = save_and_tell(models, &all[i], former, "redefined", why);
    return e == ERR_OK ? store_put_text(store, review_key(arena, row->name), STR(""), why) : e;
}

enum err models_put(struct models *models, const struct model_row *row, bool *made, struct err_info *why)
{
    struct model_terms *terms = NULL;
    struct hindsight_wish question = hindsight_wish_of(row);
    enum err e = hindsight_compile(models->server->engine, &question, &terms, why);
    if (e != ERR_OK) return e;
    model_terms_free(terms);
    pthread_mutex_lock(&models->lock);
    return changed(models, put(models, row, made, why));
}

enum err models_delete(struct models *models, struct str name, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = models->server->store;
    struct model_info info = {0};
    pthread_mutex_lock(&models->lock);
    enum err e = models_find(models, name, arena, &info, why);
    if (e == ERR_OK) e = store_delete_model(store, name, why);
    if (e == ERR_OK) tell(models, name, champion_number(&info), 0, "deleted");
    if (e == ERR_OK) e = store_put_text(store, review_key(arena, name), STR(""), why);
    return changed(models, e);
}

/* The version is champion; others retire. Returns the former one's number. */
static uint32_t crown(struct model_info *info, uint32_t number)
{
    uint32_t former = champion_number(info);
    for (size_t i = 0; i < info->count; i++) {
        struct model_version_row *version = &info->versions[i];
        if (version->number == number) version->state = MODEL_CHAMPION;
        else if (version->state == MODEL_CHAMPION) version->state = MODEL_RETIRED;
    }
    return former;
}

/* What is old loses its bytes. */
static void drop_old(struct model_info *info)
{
    unsigned challengers = 0, images = 0;
    for (size_t i = info->count; i-- > 0;) {
        struct model_version_row *version = &info->versions[i];
        if (version->state == MODEL_CHALLENGER && ++challengers > MODEL_CHALLENGERS_MAX) version->state = MODEL_RETIRED;
        if (version->image_bytes > 0 && ++images > MODEL_IMAGES_MAX && version->state == MODEL_RETIRED)
            version->image_bytes = 0;
    }
}

static enum err add_version(struct models *models, const struct model_version_row *row, struct str image,
                            uint32_t *number, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct model_info info = {0};
    struct model_version_row added = *row;
    if (row->state == MODEL_CHAMPION) added.state = MODEL_CHALLENGER; /* until the former one has retired */
    enum err e = store_add_model_version(models->server->store, &added, image, number, why);
    if (e == ERR_OK) e = models_find(models, row->model, arena, &info, why);
    if (e != ERR_OK) return e;
    uint32_t former = row->state == MODEL_CHAMPION ? crown(&info, *number) : champion_number(&info);
    drop_old(&info);
    return save_and_tell(models, &info, former, "trained", why);
}

enum err models_add_version(struct models *models, const struct model_version_row *row, struct str image,
                            uint32_t *number, struct err_info *why)
{
    pthread_mutex_lock(&models->lock);
    return changed(models, add_version(models, row, image, number, why));
}

static enum err promote(struct models *models, struct str name, uint32_t number, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct model_info info = {0};
    enum err e = models_find(models, name, arena, &info, why);
    if (e != ERR_OK) return e;
    const struct model_version_row *version = model_version(&info, number);
    if (version == NULL)
        return err_set(why, ERR_NOT_FOUND, "'" STR_FMT "' has no version %u", STR_ARG(name), (unsigned)number);
    if (version->state == MODEL_CHAMPION)
        return err_set(why, ERR_CONFLICT, "version %u is the champion already", (unsigned)number);
    if (version->image_bytes == 0)
        return err_set(why, ERR_CONFLICT, "version %u cannot be asked: it is of no use, or was dropped",
                       (unsigned)number);
    return save_and_tell(models, &info, crown(&info, number), "promoted", why);
}

enum err models_promote(struct models *models, struct str name, uint32_t number, struct err_info *why)
{
    pthread_mutex_lock(&models->lock);
    return changed(models, promote(models, name, number, why));
}

static enum err roll_back(struct models *models, struct str name, uint32_t *number, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct model_info info = {0};
    enum err e = models_find(models, name, arena, &info, why);
    if (e != ERR_OK) return e;
    const struct model_version_row *champion = model_champion(&info), *former = NULL;
    for (const struct model_version_row *v = info.versions; champion != NULL && v < champion; v++)
        if (v->state == MODEL_RETIRED && v->image_bytes > 0) former = v;
    if (former == NULL)
        return err_set(why, ERR_CONFLICT, "'" STR_FMT "' has no former champion to go back to", STR_ARG(name));
    *number = former->number;
    return save_and_tell(models, &info, crown(&info, former->number), "rolled_back", why);
}

enum err models_roll_back(struct models *models, struct str name, uint32_t *number, struct err_info *why)
{
    pthread_mutex_lock(&models->lock);
    return changed(models, roll_back(models, name, number, why));
}

enum err models_note_review(struct models *models, struct str name, struct str review, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    return store_put_text(models->server->store, review_key(arena, name), review, why);
}

/* ---- Asking one. ---- */

void forecaster_release(struct forecaster *forecaster)
{
    if (forecaster == NULL || __atomic_sub_fetch(&forecaster->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    trained_release(&forecaster->trained);
    model_terms_free(forecaster->terms);
    arena_free(forecaster->arena);
    memory_free(forecaster);
}

static struct forecaster *hold(struct forecaster *forecaster)
{
    __atomic_add_fetch(&forecaster->references, 1, __ATOMIC_ACQ_REL);
    return forecaster;
}

static enum err load(struct models *models, const struct model_info *info, uint32_t version, struct forecaster *f,
                     struct err_info *why)
{
    AUTO_ARENA scratch = arena_new();
    struct str image = {0};
    struct hindsight_wish question = hindsight_wish_of(&info->row);
    enum err e = hindsight_compile(models->server->engine, &question, &f->terms, why);
    if (e == ERR_OK) e = store_model_image(models->server->store, info->row.name, version, scratch, &image, why);
    if (e != ERR_OK) return e;
    bool with_score = f->terms->score != UINT32_MAX;
    return model_image_read(image, f->terms->draft.catalog, with_score ? &f->terms->draft.set : NULL,
                            with_score ? f->terms->score : 0, f->arena, &f->trained, why);
}

static struct model_row copy_row(struct model_row row, struct arena *arena)
{
    row.name = arena_str(arena, row.name);
    row.outcome = arena_str(arena, row.outcome);
    row.score = arena_str(arena, row.score);
    return row;
}

static enum err make_forecaster(struct models *models, const struct model_info *info, uint32_t version,
                                struct forecaster **out, struct err_info *why)
{
    struct forecaster *f = memory_alloc(sizeof *f);
    f->arena = arena_new();
    f->row = copy_row(info->row, f->arena);
    f->version = version;
    f->references = 1;
    struct err_info failed = {0};
    enum err e = load(models, info, version, f, &failed);
    if (e == ERR_OK) {
        *out = f;
        return ERR_OK;
    }
    forecaster_release(f);
    return err_set(why, ERR_CONFLICT, "version %u of '" STR_FMT "' cannot be asked any more, train it anew: %s",
                   (unsigned)version, STR_ARG(info->row.name), failed.msg);
}

/* Moved to the front. Under the lock. */
static struct forecaster *find_kept(struct models *models, const struct model_row *row, uint32_t version)
{
    for (size_t i = 0; i < FORECASTERS_MAX && models->kept[i] != NULL; i++) {
        struct forecaster *f = models->kept[i];
        if (f->version != version || !str_equal(f->row.name, row->name)) continue;
        for (size_t j = i; j > 0; j--) models->kept[j] = models->kept[j - 1];
        models->kept[0] = f;
        bool good = asks_the_same(&f->row, row) && str_equal(f->row.score, row->score) &&
                    f->row.use_protected == row->use_protected && model_terms_hold(models->server->engine, f->terms);
        if (good) return f;
        for (size_t j = 0; j + 1 < FORECASTERS_MAX; j++) models->kept[j] = models->kept[j + 1];
        models->kept[FORECASTERS_MAX - 1] = NULL;
        forecaster_release(f);
        return NULL;
    }
    return NULL;
}

static void keep(struct models *models, struct forecaster *f)
{
    forecaster_release(models->kept[FORECASTERS_MAX - 1]);
    for (size_t j = FORECASTERS_MAX - 1; j > 0; j--) models->kept[j] = models->kept[j - 1];
    models->kept[0] = hold(f);
}

/* Why nothing is forecast: what the newest version had to say. */
static enum err no_champion(const struct model_info *info, struct err_info *why)
{
    if (info->count == 0)
        return err_set(why, ERR_CONFLICT, "'" STR_FMT "' has not been trained yet", STR_ARG(info->row.name));
    return err_set(why, ERR_CONFLICT,
                   "no version of '" STR_FMT "' is of use, so there are no forecasts; see version %u",
                   STR_ARG(info->row.name), (unsigned)info->versions[info->count - 1].number);
}

enum err models_forecaster(struct models *models, struct str name, uint32_t version, struct forecaster **out,
                           struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct model_info info = {0};
    enum err e = models_find(models, name, arena, &info, why);
    if (e != ERR_OK) return e;
    const struct model_version_row *row = version == 0 ? model_champion(&info) : model_version(&info, version);
    if (row == NULL && version == 0) return no_champion(&info, why);
    if (row == NULL)
        return err_set(why, ERR_NOT_FOUND, "'" STR_FMT "' has no version %u", STR_ARG(name), (unsigned)version);
    pthread_mutex_lock(&models->lock);
    struct forecaster *f = find_kept(models, &info.row, row->number);
    if (f != NULL) *out = hold(f);
    pthread_mutex_unlock(&models->lock);
    if (f != NULL) return ERR_OK;
    e = make_forecaster(models, &info, row->number, out, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&models->lock);
    keep(models, *out);
    pthread_mutex_unlock(&models->lock);
    return ERR_OK;
}
