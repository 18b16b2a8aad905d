/* csv.c — separators found sixteen bytes at a time, fields handed out where they lie.
 *
 * A scanner turns 64 bytes at once into a bit mask of the bytes that mean something
 * (separator, quote, CR, LF); reading a record is hopping over its bits. Fields are
 * views into the input's window; only a field with doubled quotes is copied. UTF-8 is
 * checked for a whole window as it is read, and record by record only where that
 * failed, to name the one that is broken.
 *
 * A record that runs past the window is read again from its beginning once there is
 * more: input.h doubles what it reads, so this stays in proportion.
 *
 * A broken record must not take its neighbours along. Trouble with quotes goes on at
 * the next line, since a quote that is never closed swallows good lines; everything
 * else goes on behind the record. Reading again after a quote costs at most
 * CSV_FIELD_MAX bytes, and needs a lone quote each time, which ends the next field. */
// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/unicode.h"

#define BLOCK_BYTES 64
_Static_assert(INPUT_PADDING >= BLOCK_BYTES, "the scanner reads a whole block behind the window");

struct scanner {
    const char *block; /* the bits of `mask` are bytes of this block, */
    uint64_t mask;     /* those already passed are cleared */
    const char *end;   /* of the window */
};

struct csv {
    struct input *input;
    struct arena *arena; /* the header */
    struct str *header;
    size_t columns;
    char separator;

    struct str window; /* what input holds; records before `at` are read already */
    const char *at;
    bool at_end;
    const char *valid_to; /* the window is known to be UTF-8 up to here */
    bool failed;          /* reading failed and was reported */
    uint64_t line;        /* of `at` */
    struct scanner scanner;

    struct str *fields; /* room for CSV_COLUMNS_MAX */
    size_t field_count;
    uint16_t *doubled; /* indexes of fields that hold doubled quotes; room for as many */
    size_t doubled_count;
    char *unquoted; /* where those are copied to */
    size_t unquoted_capacity;
};

/* ---- The scanner. ---- */

#ifdef __SSE2__
/* Bit i: byte i of the 16 at `at` is the separator, a quote, CR or LF. */
static inline uint64_t mark_16(const char *at, char separator)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i separators = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(separator));
    __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i feeds = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    __m128i returns = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'));
    __m128i special = _mm_or_si128(_mm_or_si128(separators, quotes), _mm_or_si128(feeds, returns));
    return (uint64_t)(unsigned)_mm_movemask_epi8(special);
}

static inline uint64_t mark_special(const char *at, char separator)
{
    return mark_16(at, separator) | mark_16(at + 16, separator) << 16 | mark_16(at + 32, separator) << 32 |
           mark_16(at + 48, separator) << 48;
}
#else
static inline uint64_t mark_special(const char *at, char separator)
{
    uint64_t mask = 0;
    for (int i = 0; i < BLOCK_BYTES; i++) {
        bool special = at[i] == separator || at[i] == '"' || at[i] == '\n' || at[i] == '\r';
        mask |= (uint64_t)special << i;
    }
    return mask;
}
#endif

static inline uint64_t mark_block(const char *block, const char *end, char separator)
{
    uint64_t mask = mark_special(block, separator);
    if (end - block < BLOCK_BYTES) mask &= (UINT64_C(1) << (end - block)) - 1;
    return mask;
}

static void scan_from(struct csv *csv, const char *at)
{
    csv->scanner.block = at;
    csv->scanner.end = csv->window.at + csv->window.len;
    csv->scanner.mask = mark_block(at, csv->scanner.end, csv->separator);
}

/* The next special byte, or the end. */
static inline const char *next_special(struct scanner *scanner, char separator)
{
    while (scanner->mask == 0) {
        if (scanner->end - scanner->block <= BLOCK_BYTES) return scanner->end;
        scanner->block += BLOCK_BYTES;
        scanner->mask = mark_block(scanner->block, scanner->end, separator);
    }
    const char *special = scanner->block + __builtin_ctzll(scanner->mask);
    scanner->mask &= scanner->mask - 1;
    return special;
}

/* ---- The window. ---- */

/* Of `text`, the part that does not end in the middle of a character. */
static size_t whole_characters(struct str text)
{
    size_t back = 0;
    while (back < 3 && back < text.len) {
        unsigned char c = (unsigned char)text.at[text.len - 1 - back];
        back++;
        if (c < 0x80) return text.len;
        if (c < 0xc0) continue;
        size_t needed = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        return back < needed ? text.len - back : text.len;
    }
    return text.len;
}

static void take_window(struct csv *csv, size_t valid_bytes)
{
    csv->window = input_window(csv->input, &csv->at_end);
    csv->at = csv->window.at;
    struct str fresh = {csv->at + valid_bytes, csv->window.len - valid_bytes};
    if (!csv->at_end) fresh.len = whole_characters(fresh);
    csv->valid_to = fresh.at + (unicode_valid(fresh, NULL) ? fresh.len : 0);
}

/* More bytes behind the unfinished record at csv->at. */
static enum err read_more(struct csv *csv, struct err_info *why)
{
    size_t valid_bytes = csv->valid_to > csv->at ? (size_t)(csv->valid_to - csv->at) : 0;
    input_consume(csv->input, (size_t)(csv->at - csv->window.at));
    enum err e = input_more(csv->input, why);
    take_window(csv, valid_bytes);
    scan_from(csv, csv->at);
    return e;
}

/* ---- Reading one record. ---- */

enum outcome {
    RECORD_READ,
    RECORD_UNFINISHED, /* the window ended first */
    RECORD_BAD_QUOTE,  /* text behind a closing quote */
    RECORD_OPEN_QUOTE, /* the file ended within quotes */
    RECORD_BIG_FIELD,
    RECORD_MANY_FIELDS,
};

struct progress {
    const char *at;    /* behind the record, or where its trouble was found */
    uint64_t lines;    /* ends of lines passed */
    bool quoted_field; /* the last field was in quotes */
};

/* Read the field in quotes that begins at progress->at, and leave progress->at at the
 * byte that ends it: a separator, the end of the line, or the end of the window. */
static enum outcome read_quoted(struct csv *csv, struct progress *progress)
{
    struct scanner *scanner = &csv->scanner;
    const char *start = progress->at + 1, *end = scanner->end;
    bool doubled = false;
    const char *p;
    next_special(scanner, csv->separator); /* the opening quote itself */
    for (;;) {
        p = next_special(scanner, csv->separator);
        if (p - start > (ptrdiff_t)CSV_FIELD_MAX) return RECORD_BIG_FIELD;
        if (p == end) return csv->at_end ? RECORD_OPEN_QUOTE : RECORD_UNFINISHED;
        if (*p == '\n' || (*p == '\r' && p[1] != '\n')) progress->lines++;
        if (*p != '"') continue;
        if (p + 1 == end || p[1] != '"') break;
        doubled = true;
        next_special(scanner, csv->separator); /* the second of the two */
    }
    if (doubled) csv->doubled[csv->doubled_count++] = (uint16_t)csv->field_count;
    csv->fields[csv->field_count++] = (struct str){start, (size_t)(p - start)};
    const char *behind = p + 1;
    while (behind < end && *behind == ' ') behind++;
    progress->at = behind;
    if (behind == end) return csv->at_end ? RECORD_READ : RECORD_UNFINISHED;
    if (*behind != csv->separator && *behind != '\n' && *behind != '\r') return RECORD_BAD_QUOTE;
    next_special(scanner, csv->separator);
    return RECORD_READ;
}

/* Read fields without quotes from progress->at on, up to the end of the record or to a
 * field in quotes; progress->at ends as in read_quoted. This is the hot loop: what it
 * needs stays in registers. */
static enum outcome read_plain(struct csv *csv, struct progress *progress)
{
    struct scanner scanner = csv->scanner;
    const char separator = csv->separator;
    struct str *field = csv->fields + csv->field_count, *last = csv->fields + CSV_COLUMNS_MAX - 1;
    enum outcome outcome = RECORD_READ;
    const char *start = progress->at, *p;
    for (;;) {
        do p = next_special(&scanner, separator);
        while (*p == '"' && p < scanner.end);
        if (p - start > (ptrdiff_t)CSV_FIELD_MAX) {
            outcome = RECORD_BIG_FIELD;
            p = start;
            break;
        }
        *field = (struct str){start, (size_t)(p - start)};
        if (*p != separator || p == scanner.end || field == last || p[1] == '"') break;
        field++;
        start = p + 1;
    }
    csv->field_count = (size_t)(field - csv->fields) + (outcome == RECORD_READ);
    csv->scanner = scanner;
    progress->at = p;
    if (outcome == RECORD_READ && p == scanner.end && !csv->at_end) return RECORD_UNFINISHED;
    return outcome;
}

/* Read the record at csv->at into csv->fields. The scanner must stand there. */
static enum outcome read_record(struct csv *csv, struct progress *progress)
{
    const char *end = csv->scanner.end;
    *progress = (struct progress){.at = csv->at};
    csv->field_count = 0;
    csv->doubled_count = 0;
    for (;;) {
        progress->quoted_field = progress->at < end && *progress->at == '"';
        enum outcome outcome = progress->quoted_field ? read_quoted(csv, progress) : read_plain(csv, progress);
        if (outcome != RECORD_READ) return outcome;
        const char *p = progress->at;
        if (p == end) return RECORD_READ;
        progress->at = p + 1;
        if (*p == csv->separator) {
            if (csv->field_count == CSV_COLUMNS_MAX) return RECORD_MANY_FIELDS;
            continue;
        }
        if (*p == '\r') { /* is a line feed behind it? */
            if (p + 1 == end && !csv->at_end) return RECORD_UNFINISHED;
            if (p + 1 < end && p[1] == '\n') progress->at = next_special(&csv->scanner, csv->separator) + 1;
        }
        progress->lines++;
        return RECORD_READ;
    }
}

/* Copy each field with doubled quotes, with single ones. */
static void unquote_fields(struct csv *csv)
{
    size_t bytes = 0;
    for (size_t i = 0; i < csv->doubled_count; i++) bytes += csv->fields[csv->doubled[i]].len;
    if (bytes > csv->unquoted_capacity) {
        memory_free(csv->unquoted);
        csv->unquoted = memory_resize(NULL, bytes, 1);
        csv->unquoted_capacity = bytes;
    }
    char *out = csv->unquoted;
    for (size_t i = 0; i < csv->doubled_count; i++) {
        struct str *field = &csv->fields[csv->doubled[i]];
        char *start = out;
        for (size_t k = 0; k < field->len; k++) {
            *out++ = field->at[k];
            if (field->at[k] == '"') k++;
        }
        *field = (struct str){start, (size_t)(out - start)};
    }
}

static bool is_blank(const struct csv *csv, const struct progress *progress)
{
    if (csv->field_count != 1 || progress->quoted_field) return false;
    for (size_t i = 0; i < csv->fields[0].len; i++)
        if (csv->fields[0].at[i] != ' ') return false;
    return true;
}

/* Go on behind `at`. */
static void go_on_at(struct csv *csv, const char *at, uint64_t lines)
{
    csv->at = at;
    csv->line += lines;
}

/* Go on at the line that follows the byte `from`, reading more as needed. */
static enum err go_on_at_next_line(struct csv *csv, const char *from, struct err_info *why)
{
    csv->at = from;
    for (;;) {
        scan_from(csv, csv->at);
        const char *p;
        do p = next_special(&csv->scanner, csv->separator);
        while (p < csv->scanner.end && *p != '\n' && *p != '\r');
        bool is_return = p < csv->scanner.end && *p == '\r';
        if (p == csv->scanner.end || (is_return && p + 1 == csv->scanner.end)) {
            if (csv->at_end) {
                csv->at = csv->scanner.end;
                return ERR_OK;
            }
            csv->at = p; /* what lies before needs not be kept */
            enum err e = read_more(csv, why);
            if (e != ERR_OK) return e;
            continue;
        }
        go_on_at(csv, p + 1 + (is_return && p[1] == '\n'), 1);
        scan_from(csv, csv->at);
        return ERR_OK;
    }
}

/* ---- What is wrong with it. ---- */

/* Say it in *why and go on as the file's comment promises. */
static void report_broken(struct csv *csv, enum outcome outcome, const struct progress *progress, struct err_info *why)
{
    struct place at = {(uint32_t)csv->line, (uint32_t)csv->field_count + 1, 0};
    switch (outcome) {
    case RECORD_BAD_QUOTE:
        at.column--;
        err_set_at(why, ERR_INVALID, at,
                   "text follows the closing quote of field %u; within quotes a quote is written twice", at.column);
        break;
    case RECORD_OPEN_QUOTE:
        err_set_at(why, ERR_INVALID, at, "the quote that opens field %u is never closed", at.column);
        break;
    case RECORD_BIG_FIELD:
        err_set_at(why, ERR_TOO_BIG, at, "field %u is longer than %zu KiB%s", at.column, CSV_FIELD_MAX / 1024,
                   progress->quoted_field ? ", or its quote is never closed" : "");
        break;
    case RECORD_MANY_FIELDS: err_set_at(why, ERR_TOO_BIG, at, "more than %d fields", CSV_COLUMNS_MAX); break;
    case RECORD_READ:
    case RECORD_UNFINISHED: INVARIANT(outcome != RECORD_READ && outcome != RECORD_UNFINISHED);
    }
    bool quote_trouble = progress->quoted_field && outcome != RECORD_MANY_FIELDS;
    struct err_info unread = {0};
    if (!quote_trouble) csv->line += progress->lines;
    /* A failure to read is met again, and reported, by the next record. */
    (void)!go_on_at_next_line(csv, quote_trouble ? csv->at : progress->at, &unread);
}

static enum err check_utf8(const struct csv *csv, const char *end, struct err_info *why)
{
    if (end <= csv->valid_to || unicode_valid((struct str){csv->at, (size_t)(end - csv->at)}, NULL)) return ERR_OK;
    uint32_t column = 1;
    while (column < csv->field_count && unicode_valid(csv->fields[column - 1], NULL)) column++;
    return err_set_at(why, ERR_INVALID, (struct place){(uint32_t)csv->line, column, 0},
                      "field %u is not valid UTF-8; save the file as UTF-8", column);
}

static enum err check_count(const struct csv *csv, struct err_info *why)
{
    if (csv->header == NULL || csv->field_count == csv->columns) return ERR_OK;
    size_t odd = csv->field_count < csv->columns ? csv->field_count : csv->columns; /* the last that has a partner */
    return err_set_at(why, ERR_INVALID, (struct place){(uint32_t)csv->line, (uint32_t)odd + 1, 0},
                      "%zu field%s, but the header has %zu", csv->field_count, csv->field_count == 1 ? "" : "s",
                      csv->columns);
}

/* Nothing is left; the input learns that all is consumed. */
static bool is_done(struct csv *csv)
{
    if (!csv->failed && (!csv->at_end || csv->at < csv->scanner.end)) return false;
    input_consume(csv->input, (size_t)(csv->at - csv->window.at));
    csv->window = input_window(csv->input, &csv->at_end);
    return true;
}

/* The next record that is not blank, header or not, into csv->fields. ERR_NOT_FOUND at
 * the end; *line is where the record begins. */
static enum err next_record(struct csv *csv, uint64_t *line, struct err_info *why)
{
    for (;;) {
        if (is_done(csv)) return ERR_NOT_FOUND;
        struct progress progress;
        enum outcome outcome = read_record(csv, &progress);
        *line = csv->line;
        if (outcome == RECORD_UNFINISHED) {
            struct err_info trouble = {0};
            enum err e = read_more(csv, &trouble);
            if (e == ERR_OK) continue;
            struct place at = {(uint32_t)csv->line, 1, 0};
            if (e != ERR_TOO_BIG) csv->failed = true;
            err_set_at(why, e, at, e == ERR_TOO_BIG ? "a record %s" : "%s", trouble.msg);
            if (e == ERR_TOO_BIG) (void)!go_on_at_next_line(csv, csv->at, &trouble);
            return e;
        }
        if (outcome != RECORD_READ) {
            report_broken(csv, outcome, &progress, why);
            return why->code;
        }
        enum err e = ERR_OK;
        bool blank = is_blank(csv, &progress);
        if (!blank) e = check_utf8(csv, progress.at, why);
        if (!blank && e == ERR_OK) e = check_count(csv, why);
        go_on_at(csv, progress.at, progress.lines);
        if (blank) continue;
        if (csv->doubled_count > 0) unquote_fields(csv);
        return e;
    }
}

bool csv_next(struct csv *csv, struct csv_record *out, struct err_info *why)
{
    why->code = ERR_OK;
    *out = (struct csv_record){0};
    enum err e = next_record(csv, &out->line, why);
    if (e == ERR_NOT_FOUND) return false;
    if (e != ERR_OK) return true;
    out->fields = csv->fields;
    out->count = csv->field_count;
    return true;
}

/* ---- The header. ---- */

/* The most frequent of , ; and tab outside quotes in the first line that is not blank. */
static char find_separator(const struct csv *csv)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false, any = false;
    for (const char *p = csv->at; p < csv->window.at + csv->window.len; p++) {
        if (*p == '"') quoted = !quoted;
        if (quoted) continue;
        if ((*p == '\n' || *p == '\r') && any) break;
        any = any || (*p != '\n' && *p != '\r' && *p != ' ');
        commas += *p == ',';
        semicolons += *p == ';';
        tabs += *p == '\t';
    }
    if (commas >= semicolons && commas >= tabs) return ',';
    return semicolons >= tabs ? ';' : '\t';
}

static enum err keep_header(struct csv *csv, uint64_t line, struct err_info *why)
{
    struct str *header = ARENA_ARRAY(csv->arena, struct str, csv->field_count);
    struct intern *names = intern_new();
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < csv->field_count && e == ERR_OK; i++) {
        struct place at = {(uint32_t)line, i + 1, 0};
        struct str name = str_trim(csv->fields[i]);
        if (name.len == 0) {
            e = err_set_at(why, ERR_INVALID, at, "column %u has no name", i + 1);
        } else if (intern_add(names, name) < i) {
            e = err_set_at(why, ERR_INVALID, at, "two columns have the name '" STR_FMT "'", STR_ARG(name));
        }
        header[i] = arena_str(csv->arena, name);
    }
    intern_free(names);
    csv->header = header;
    csv->columns = csv->field_count;
    return e;
}

static enum err read_header(struct csv *csv, struct err_info *why)
{
    uint64_t line;
    enum err e = ERR_OK;
    take_window(csv, 0);
    /* A pipe may begin with less than the header: as much as one chunk is waited for. */
    while (e == ERR_OK && !csv->at_end && memchr(csv->at, '\n', csv->window.len) == NULL &&
           csv->window.len < INPUT_RECORD_MAX)
        e = read_more(csv, why);
    if (e != ERR_OK) return e;
    csv->separator = find_separator(csv);
    scan_from(csv, csv->at);
    e = next_record(csv, &line, why);
    if (e == ERR_NOT_FOUND) return err_set(why, ERR_INVALID, "only blank lines, no header");
    return e == ERR_OK ? keep_header(csv, line, why) : e;
}

enum err csv_open(struct input *input, struct csv **out, struct err_info *why)
{
    struct csv *csv = memory_alloc(sizeof *csv);
    csv->input = input;
    csv->fields = memory_array(CSV_COLUMNS_MAX, sizeof *csv->fields);
    csv->doubled = memory_array(CSV_COLUMNS_MAX, sizeof *csv->doubled);
    csv->arena = arena_new();
    csv->line = 1;
    struct err_info trouble = {0};
    enum err e = read_header(csv, &trouble);
    if (e != ERR_OK) {
        csv_close(csv);
        return err_set_at(why, e, trouble.at, "%s", trouble.msg);
    }
    *out = csv;
    return ERR_OK;
}

void csv_close(struct csv *csv)
{
    if (csv == NULL) return;
    arena_free(csv->arena);
    memory_free(csv->fields);
    memory_free(csv->doubled);
    memory_free(csv->unquoted);
    memory_free(csv);
}

const struct str *csv_header(const struct csv *csv, size_t *count)
{
    *count = csv->columns;
    return csv->header;
}

char csv_separator(const struct csv *csv)
{
    return csv->separator;
}

void csv_append_field(struct buf *buf, struct str field, char separator)
{
    bool quote = false;
    for (size_t i = 0; i < field.len && !quote; i++)
        quote = field.at[i] == separator || field.at[i] == '"' || field.at[i] == '\n' || field.at[i] == '\r';
    if (!quote) {
        buf_append(buf, field);
        return;
    }
    buf_append_char(buf, '"');
    while (field.len > 0) {
        const char *inner = memchr(field.at, '"', field.len);
        size_t length = inner == NULL ? field.len : (size_t)(inner - field.at) + 1;
        buf_append(buf, (struct str){field.at, length});
        if (inner != NULL) buf_append_char(buf, '"');
        field = (struct str){field.at + length, field.len - length};
    }
    buf_append_char(buf, '"');
}
