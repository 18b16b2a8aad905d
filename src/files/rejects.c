/* rejects.c — the rows that were refused.
 *
 * The file is opened at the first refused row: a clean run leaves none behind, and
 * does not touch an older one. Lines are gathered in a buffer and written in pieces. */
// SPDX-License-Identifier: Apache-2.0
#include "files/rejects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/json.h"

#define PIECE_BYTES ((size_t)64 * 1024)
#define LINE_BYTES_MAX (8 * REJECT_ROW_MAX) /* a quoted or escaped row, with room for the rest */
#define KEPT_ROW_MAX ((size_t)1024)         /* of a row kept for the screen */

struct rejects {
    struct arena *arena;
    bool strict;
    bool as_json;
    const char *path; /* NULL: nothing is written */
    uint64_t most;    /* rows that are written */
    FILE *file;       /* NULL until the first */
    struct buf text;
    uint64_t count;
    uint64_t count_of[REJECT_REASONS];
    struct reject kept[REJECTS_KEPT_MAX];
    size_t kept_count;
};

static const struct {
    const char *name, *word;
} reasons[REJECT_REASONS] = {
    [REJECT_WRONG_TYPE] = {"wrong type", "wrong_type"},
    [REJECT_NO_ID] = {"no id", "no_id"},
    [REJECT_REPEATED_ID] = {"repeated id", "repeated_id"},
    [REJECT_UNKNOWN_CONTACT] = {"unknown contact", "not_found"},
    [REJECT_NO_EVENT] = {"no event name", "no_event"},
    [REJECT_BAD_TIME] = {"no readable time", "bad_time"},
    [REJECT_BAD_TEXT] = {"invalid UTF-8", "bad_text"},
    [REJECT_FIELD_COUNT] = {"wrong number of fields", "field_count"},
    [REJECT_NOT_JSON] = {"not a JSON object", "bad_json"},
    [REJECT_NOT_A_CALL] = {"neither an event nor a Segment call", "not_a_call"},
    [REJECT_NOT_DECLARED] = {"undeclared property", "catalog_locked"},
    [REJECT_TOO_BIG] = {"over a ceiling", "too_big"},
};

const char *reject_reason_name(enum reject_reason reason)
{
    INVARIANT(reason < REJECT_REASONS);
    return reasons[reason].name;
}

const char *reject_reason_word(enum reject_reason reason)
{
    INVARIANT(reason < REJECT_REASONS);
    return reasons[reason].word;
}

struct rejects *rejects_new(bool strict)
{
    struct rejects *rejects = memory_alloc(sizeof(*rejects));
    rejects->arena = arena_new();
    rejects->strict = strict;
    rejects->text = (struct buf)BUF_INIT(PIECE_BYTES + LINE_BYTES_MAX);
    return rejects;
}

const char *rejects_path(const struct rejects *rejects)
{
    return rejects->path;
}

void rejects_write_to(struct rejects *rejects, const char *path, uint64_t most)
{
    struct str name = str_from_c(path);
    rejects->path = path;
    rejects->most = most;
    rejects->as_json =
        str_ends_with(name, STR(".jsonl")) || str_ends_with(name, STR(".ndjson")) || str_ends_with(name, STR(".json"));
}

static enum err write_failed(const struct rejects *rejects, struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "cannot write the refused rows to '%s': %s", rejects->path, strerror(errno));
}

static MUST_CHECK enum err flush(struct rejects *rejects, struct err_info *why)
{
    size_t len = rejects->text.len;
    if (len > 0 && fwrite(rejects->text.at, 1, len, rejects->file) != len) return write_failed(rejects, why);
    buf_clear(&rejects->text);
    return ERR_OK;
}

static void append_json(struct rejects *rejects, const struct reject *reject, struct str row)
{
    struct json_writer json = {.out = &rejects->text};
    json_begin_object(&json);
    json_key(&json, "file");
    json_string(&json, reject->file);
    json_key(&json, "line");
    json_i64(&json, (int64_t)reject->line);
    json_key(&json, "column");
    json_string(&json, reject->column);
    json_key(&json, "reason");
    json_string(&json, reject->message);
    json_key(&json, "row");
    json_string(&json, row);
    json_end_object(&json);
    json_newline(&json);
}

static void append_csv(struct buf *text, const struct reject *reject, struct str row)
{
    csv_append_field(text, reject->file, ',');
    buf_append_char(text, ',');
    buf_append_u64(text, reject->line);
    buf_append_char(text, ',');
    csv_append_field(text, reject->column, ',');
    buf_append_char(text, ',');
    csv_append_field(text, reject->message, ',');
    buf_append_char(text, ',');
    csv_append_field(text, row, ',');
    buf_append_char(text, '\n');
}

static MUST_CHECK enum err write_row(struct rejects *rejects, const struct reject *reject, struct err_info *why)
{
    if (rejects->file == NULL) {
        rejects->file = fopen(rejects->path, "w");
        if (rejects->file == NULL) return write_failed(rejects, why);
        if (!rejects->as_json) buf_append_c(&rejects->text, "file,line,column,reason,row\n");
    }
    struct str row = reject->row;
    if (row.len > REJECT_ROW_MAX) row.len = REJECT_ROW_MAX;
    if (rejects->as_json) append_json(rejects, reject, row);
    else append_csv(&rejects->text, reject, row);
    return rejects->text.len >= PIECE_BYTES ? flush(rejects, why) : ERR_OK;
}

static void keep(struct rejects *rejects, const struct reject *reject)
{
    if (rejects->kept_count == REJECTS_KEPT_MAX) return;
    struct str row = reject->row;
    if (row.len > KEPT_ROW_MAX) row.len = KEPT_ROW_MAX;
    rejects->kept[rejects->kept_count++] = (struct reject){
        .file = arena_str(rejects->arena, reject->file),
        .line = reject->line,
        .column = arena_str(rejects->arena, reject->column),
        .reason = reject->reason,
        .message = arena_str(rejects->arena, reject->message),
        .row = arena_str(rejects->arena, row),
    };
}

enum err rejects_add(struct rejects *rejects, const struct reject *reject, struct err_info *why)
{
    INVARIANT(reject->reason < REJECT_REASONS);
    rejects->count++;
    rejects->count_of[reject->reason]++;
    keep(rejects, reject);
    if (rejects->path != NULL && rejects->count <= rejects->most) {
        enum err failed = write_row(rejects, reject, why);
        if (failed != ERR_OK) return failed;
    }
    if (!rejects->strict) return ERR_OK;
    AUTO_BUF sentence = BUF_INIT(ERR_MESSAGE_BYTES * 4);
    reject_render(reject, &sentence);
    return err_set_at(why, ERR_INVALID, (struct place){.line = (uint32_t)reject->line}, STR_FMT,
                      STR_ARG(buf_str(&sentence)));
}

enum err rejects_finish(struct rejects *rejects, struct err_info *why)
{
    if (rejects->file == NULL) return ERR_OK;
    enum err failed = flush(rejects, why);
    if (fclose(rejects->file) != 0 && failed == ERR_OK) failed = write_failed(rejects, why);
    rejects->file = NULL;
    rejects->path = NULL;
    return failed;
}

void rejects_free(struct rejects *rejects)
{
    if (rejects == NULL) return;
    enum err unsaid = rejects_finish(rejects, NULL);
    (void)unsaid;
    buf_release(&rejects->text);
    arena_free(rejects->arena);
    memory_free(rejects);
}

uint64_t rejects_count(const struct rejects *rejects)
{
    return rejects->count;
}

uint64_t rejects_count_of(const struct rejects *rejects, enum reject_reason reason)
{
    INVARIANT(reason < REJECT_REASONS);
    return rejects->count_of[reason];
}

const struct reject *rejects_kept(const struct rejects *rejects, size_t *count)
{
    *count = rejects->kept_count;
    return rejects->kept;
}

/* Texts from a file go to a terminal: without control characters, which could move its
 * cursor or worse. C1 controls are two bytes in UTF-8, C2 80 to C2 9F. */
static void append_harmless(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool c1 = c == 0xC2 && i + 1 < s.len && (unsigned char)s.at[i + 1] >= 0x80 && (unsigned char)s.at[i + 1] < 0xA0;
        if (c1) i++;
        buf_append_char(out, c < 0x20 || c == 0x7F || c1 ? '?' : (char)c);
    }
}

void reject_render(const struct reject *reject, struct buf *out)
{
    append_harmless(out, reject->file);
    buf_format(out, ":%" PRIu64 ": ", reject->line);
    if (reject->column.len > 0) {
        append_harmless(out, reject->column);
        buf_append_c(out, ": ");
    }
    append_harmless(out, reject->message);
}
