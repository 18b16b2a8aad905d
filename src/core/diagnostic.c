/* diagnostic.c — collecting mistakes, and drawing one under its line of the source.
 *
 *     leads.yaml:7:17: error: 'points' must be a whole number from -10000 to 10000, not 'many'
 *             points: many
 *                     ^~~~
 *
 * Sources and messages hold whatever the author wrote, so nothing of them reaches the
 * terminal raw: bytes that are not UTF-8 become U+FFFD and control characters '?'. */
// SPDX-License-Identifier: Apache-2.0
#include "core/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/unicode.h"

#define MESSAGE_BYTES_MAX 1024
#define LINE_CELLS_MAX 120 /* of a source line; a longer one is cut around the offending text */
#define CELLS_BEFORE 60    /* kept in front of the offending text then */
#define BYTES_PER_CELL 8   /* more than enough, also with accents as characters of their own */
#define CUT "..."
#define REPLACEMENT "\xEF\xBF\xBD"

#define BOLD "\x1b[1m"
#define RED "\x1b[1;31m"
#define YELLOW "\x1b[1;33m"
#define GREEN "\x1b[1;32m"
#define PLAIN "\x1b[0m"

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena)
{
    *diagnostics = (struct diagnostics){.arena = arena};
}

void diagnostics_copy(struct diagnostics *to, const struct diagnostics *from)
{
    const struct source *original = NULL, *copied = NULL; /* neighbours mostly share a source */
    for (size_t i = 0; i < from->count && to->count < DIAGNOSTICS_MAX; i++) {
        struct diagnostic item = from->item[i];
        if (item.source != NULL && item.source != original) {
            struct source *source = ARENA_NEW(to->arena, struct source);
            *source = (struct source){arena_str(to->arena, item.source->name), arena_str(to->arena, item.source->text)};
            original = item.source;
            copied = source;
        }
        if (item.source != NULL) item.source = copied;
        item.message = arena_str(to->arena, item.message);
        to->item[to->count++] = item;
    }
    to->errors += from->errors;
    to->warnings += from->warnings;
}

/* Bytes of the first character of `s`, which is not empty; *whole tells whether they are well-formed. */
static size_t first_character(struct str s, bool *whole)
{
    unsigned char lead = (unsigned char)s.at[0];
    size_t bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    *whole = bytes == 1 || (bytes <= s.len && unicode_valid((struct str){s.at, bytes}, NULL));
    return *whole ? bytes : 1;
}

static bool is_control(struct str character)
{
    unsigned char a = (unsigned char)character.at[0], b = character.len > 1 ? (unsigned char)character.at[1] : 0;
    return a < 0x20 || a == 0x7F || (a == 0xC2 && b < 0xA0);
}

/* How the first character of *rest is shown; it is moved over. A tab stays a tab. */
static struct str shown_character(struct str *rest)
{
    bool whole = false;
    struct str character = {rest->at, first_character(*rest, &whole)};
    rest->at += character.len;
    rest->len -= character.len;
    if (!whole) return STR(REPLACEMENT);
    return is_control(character) && character.at[0] != '\t' ? STR("?") : character;
}

/* At most `max` bytes, whole characters, with "..." when something is missing. */
static struct str cut_to(struct arena *arena, struct str s, size_t max)
{
    if (s.len <= max) return arena_str(arena, s);
    size_t kept = max - (sizeof CUT - 1);
    while (kept > 0 && ((unsigned char)s.at[kept] & 0xC0) == 0x80) kept--;
    return arena_format(arena, STR_FMT CUT, STR_ARG(((struct str){s.at, kept})));
}

static void keep(struct diagnostics *diagnostics, enum severity severity, const struct source *source, struct place at,
                 const char *format, va_list arguments)
{
    if (severity == SEVERITY_ERROR) diagnostics->errors++;
    else diagnostics->warnings++;
    if (diagnostics->count == DIAGNOSTICS_MAX) return;
    char text[MESSAGE_BYTES_MAX + 8];
    int bytes = vsnprintf(text, sizeof text, format, arguments);
    INVARIANT(bytes >= 0);
    struct str message = {text, (size_t)bytes < sizeof text ? (size_t)bytes : sizeof text - 1};
    diagnostics->item[diagnostics->count++] = (struct diagnostic){
        .severity = severity,
        .source = source,
        .at = at,
        .message = cut_to(diagnostics->arena, message, MESSAGE_BYTES_MAX),
    };
}

void diagnostics_error(struct diagnostics *diagnostics, const struct source *source, struct place at,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(diagnostics, SEVERITY_ERROR, source, at, format, arguments);
    va_end(arguments);
}

void diagnostics_warning(struct diagnostics *diagnostics, const struct source *source, struct place at,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(diagnostics, SEVERITY_WARNING, source, at, format, arguments);
    va_end(arguments);
}

static void append_clean(struct buf *out, struct str s)
{
    while (s.len > 0) {
        struct str shown = shown_character(&s);
        buf_append(out, shown.at[0] == '\t' ? STR(" ") : shown);
    }
}

static size_t line_end(struct str text)
{
    size_t end = 0;
    while (end < text.len && text.at[end] != '\n' && text.at[end] != '\r') end++;
    return end;
}

/* The line with this number, from 1, without its end ("\n", "\r\n" or "\r"). False when there is none. */
static bool find_line(struct str text, uint32_t number, struct str *out)
{
    for (uint32_t line = 1;; line++) {
        size_t end = line_end(text);
        *out = (struct str){text.at, end};
        if (line == number) return true;
        if (end == text.len) return false;
        size_t skip = text.at[end] == '\r' && end + 1 < text.len && text.at[end + 1] == '\n' ? 2 : 1;
        text.at += end + skip;
        text.len -= end + skip;
    }
}

/* Split off the first `characters` characters of *rest. */
static struct str take_characters(struct str *rest, uint32_t characters)
{
    const char *begin = rest->at;
    while (characters-- > 0 && rest->len > 0) (void)shown_character(rest);
    return (struct str){begin, (size_t)(rest->at - begin)};
}

/* Of a character that shown_character gave; tabs count as one. */
static size_t cells_of_character(struct str shown)
{
    return shown.len == 1 ? 1 : unicode_width(shown);
}

static size_t cells_of(struct str s)
{
    size_t cells = 0;
    while (s.len > 0) cells += cells_of_character(shown_character(&s));
    return cells;
}

static bool is_wider(struct str s, size_t cells)
{
    size_t used = 0;
    while (s.len > 0 && used <= cells) used += cells_of_character(shown_character(&s));
    return used > cells;
}

/* The end of `s` that is at most `cells` wide. Looks at no more than its last bytes: a line may be megabytes. */
static struct str last_cells(struct str s, size_t cells)
{
    size_t skipped = s.len > cells * BYTES_PER_CELL ? s.len - cells * BYTES_PER_CELL : 0;
    while (skipped > 0 && skipped < s.len && ((unsigned char)s.at[skipped] & 0xC0) == 0x80) skipped++;
    struct str end = {s.at + skipped, s.len - skipped};
    size_t all = cells_of(end);
    while (end.len > 0 && all > cells) all -= cells_of_character(shown_character(&end));
    return end;
}

static struct str first_cells(struct str s, size_t cells)
{
    struct str rest = s;
    size_t used = 0;
    const char *end = s.at;
    while (rest.len > 0) {
        used += cells_of_character(shown_character(&rest));
        if (used > cells) break;
        end = rest.at;
    }
    return (struct str){s.at, (size_t)(end - s.at)};
}

static void append_line_part(struct buf *out, struct str s)
{
    while (s.len > 0) buf_append(out, shown_character(&s));
}

/* White space as wide as `s`, with its tabs. */
static void append_blank_part(struct buf *out, struct str s)
{
    while (s.len > 0) {
        struct str shown = shown_character(&s);
        if (shown.at[0] == '\t') buf_append_char(out, '\t');
        else buf_append_repeat(out, ' ', cells_of_character(shown));
    }
}

/* The line in three parts, before, offending and after, each cut to its share. */
static void draw(struct str line, struct place at, bool colour, struct buf *out)
{
    struct str after = line;
    struct str before = take_characters(&after, at.column > 0 ? at.column - 1 : 0);
    struct str offending = take_characters(&after, at.length);
    bool long_line = is_wider(line, LINE_CELLS_MAX);
    struct str before_kept = long_line ? last_cells(before, CELLS_BEFORE) : before;
    size_t left = LINE_CELLS_MAX - CELLS_BEFORE;
    struct str offending_kept = long_line ? first_cells(offending, left) : offending;
    size_t offending_cells = cells_of(offending_kept);
    struct str after_kept = long_line ? first_cells(after, left - offending_cells) : after;
    bool cut_before = before_kept.len < before.len;
    bool cut_after = offending_kept.len < offending.len || after_kept.len < after.len;
    if (offending_kept.len < offending.len) after_kept.len = 0;

    if (cut_before) buf_append_c(out, CUT);
    append_line_part(out, before_kept);
    append_line_part(out, offending_kept);
    append_line_part(out, after_kept);
    if (cut_after) buf_append_c(out, CUT);
    buf_append_char(out, '\n');
    if (cut_before) buf_append_repeat(out, ' ', sizeof CUT - 1);
    append_blank_part(out, before_kept);
    if (colour) buf_append_c(out, GREEN);
    buf_append_char(out, '^');
    if (offending_cells > 1) buf_append_repeat(out, '~', offending_cells - 1);
    if (colour) buf_append_c(out, PLAIN);
    buf_append_char(out, '\n');
}

static void append_place(const struct diagnostic *diagnostic, struct buf *out)
{
    if (diagnostic->source == NULL) return;
    append_clean(out, diagnostic->source->name);
    buf_append_char(out, ':');
    if (diagnostic->at.line > 0) {
        buf_append_u64(out, diagnostic->at.line);
        buf_append_char(out, ':');
        if (diagnostic->at.column > 0) {
            buf_append_u64(out, diagnostic->at.column);
            buf_append_char(out, ':');
        }
    }
    buf_append_char(out, ' ');
}

void diagnostic_render(const struct diagnostic *diagnostic, bool colour, struct buf *out)
{
    bool error = diagnostic->severity == SEVERITY_ERROR;
    if (colour) buf_append_c(out, BOLD);
    append_place(diagnostic, out);
    if (colour) buf_append_c(out, error ? RED : YELLOW);
    buf_append_c(out, error ? "error: " : "warning: ");
    if (colour) buf_append_c(out, PLAIN BOLD);
    append_clean(out, diagnostic->message);
    if (colour) buf_append_c(out, PLAIN);
    buf_append_char(out, '\n');

    struct str line;
    if (diagnostic->source == NULL || diagnostic->at.line == 0) return;
    if (!find_line(diagnostic->source->text, diagnostic->at.line, &line)) return;
    if (line.len > 0 && diagnostic->at.column > 0) draw(line, diagnostic->at, colour, out);
}
