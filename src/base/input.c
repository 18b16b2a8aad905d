/* input.c — read(2) into a window that moves forward over a file of any size.
 *
 *     memory: [ consumed | unread: the window | free ... | INPUT_PADDING zero bytes ]
 *                         start               end
 *
 * When there is no room behind `end`, the unread bytes move to the front or, when they
 * fill the memory already, the memory doubles. Each read asks for at least as many bytes
 * as are unread, so a reader may look at its unfinished record again from its beginning
 * without the cost growing out of proportion. */
// SPDX-License-Identifier: Apache-2.0
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

#define FILE_CHUNK ((size_t)1024 * 1024)
#define MEMORY_CHUNK ((size_t)4096) /* small, so that tests meet records across the edge */

struct input {
    struct str name;   /* owned; as it is shown */
    struct str quoted; /* owned; as it stands in sentences */
    const char *expected;
    int fd;          /* -1 over memory */
    struct str rest; /* over memory: what was not read yet */
    char *owned_rest;
    char *memory;
    size_t capacity; /* without the padding */
    size_t start, end;
    size_t chunk;
    bool at_end;
    int failure; /* errno of a read that failed: every further one fails as well */
    int64_t size;
    int64_t consumed;
    uint64_t line; /* of input_line */
};

/* ---- What it is, when it is not a text. ---- */

static const struct {
    struct str begins;
    const char *is;
} not_texts[] = {
    {STR_INIT("%PDF"), "a PDF document"},
    {STR_INIT("\x1f\x8b"), "compressed with gzip"},
    {STR_INIT("\x28\xb5\x2f\xfd"), "compressed with zstd"},
    {STR_INIT("\xfd"
              "7zXZ"),
     "compressed with xz"},
    {STR_INIT("BZh"), "compressed with bzip2"},
    {STR_INIT("PK\x03\x04"), "a Zip archive or an Excel workbook"},
    {STR_INIT("\xd0\xcf\x11\xe0"), "an old Excel or Word document"},
    {STR_INIT("SQLite format 3"), "an SQLite database"},
    {STR_INIT("PAR1"), "a Parquet file"},
    {STR_INIT("\x89PNG"), "a picture"},
    {STR_INIT("\xff\xd8\xff"), "a picture"},
    {STR_INIT("GIF8"), "a picture"},
    {STR_INIT("\x7f"
              "ELF"),
     "a program"},
    {STR_INIT("\xff\xfe"), "a text in UTF-16 instead of UTF-8"},
    {STR_INIT("\xfe\xff"), "a text in UTF-16 instead of UTF-8"},
    {STR_INIT("<!DOCTYPE"), "a web page"},
    {STR_INIT("<html"), "a web page"},
    {STR_INIT("<?xml"), "an XML document"},
};

/* A sentence when `head`, the first bytes, are of no text. */
static enum err refuse_what_is_no_text(const struct input *input, struct str head, struct err_info *why)
{
    if (head.len == 0) return err_set(why, ERR_INVALID, STR_FMT " is empty", STR_ARG(input->quoted));
    for (size_t i = 0; i < COUNT_OF(not_texts); i++)
        if (str_starts_with(head, not_texts[i].begins))
            return err_set(why, ERR_INVALID, STR_FMT " is %s, expected %s", STR_ARG(input->quoted), not_texts[i].is,
                           input->expected);
    if (memchr(head.at, 0, head.len) != NULL)
        return err_set(why, ERR_INVALID, STR_FMT " is not a text (it holds zero bytes), expected %s",
                       STR_ARG(input->quoted), input->expected);
    return ERR_OK;
}

/* ---- The window. ---- */

/* Bytes read, 0 at the end, -1 with errno. */
static ssize_t read_some(struct input *input, char *room, size_t bytes)
{
    if (input->fd >= 0) {
        ssize_t got;
        do got = read(input->fd, room, bytes);
        while (got < 0 && errno == EINTR);
        return got;
    }
    if (bytes > input->rest.len) bytes = input->rest.len;
    if (bytes > 0) memcpy(room, input->rest.at, bytes);
    input->rest.at += bytes;
    input->rest.len -= bytes;
    return (ssize_t)bytes;
}

static size_t unread_bytes(const struct input *input)
{
    return input->end - input->start;
}

/* At least `bytes` of room behind `end`. */
static void make_room(struct input *input, size_t bytes)
{
    if (bytes <= input->capacity - input->end) return;
    size_t unread = unread_bytes(input);
    if (unread > 0 && input->start > 0) memmove(input->memory, input->memory + input->start, unread);
    input->start = 0;
    input->end = unread;
    if (bytes <= input->capacity - unread) return;
    input->capacity = unread + bytes;
    input->memory = memory_resize(input->memory, input->capacity + INPUT_PADDING, 1);
}

static enum err report_failure(const struct input *input, struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, STR_FMT " cannot be read: %s", STR_ARG(input->quoted),
                   strerror(input->failure));
}

enum err input_more(struct input *input, struct err_info *why)
{
    if (input->at_end) return ERR_OK;
    if (input->failure != 0) return report_failure(input, why);
    size_t unread = unread_bytes(input);
    if (unread >= INPUT_RECORD_MAX)
        return err_set(why, ERR_TOO_BIG, "longer than %zu MiB", INPUT_RECORD_MAX / 1024 / 1024);
    size_t bytes = unread > input->chunk ? unread : input->chunk;
    if (bytes > INPUT_RECORD_MAX - unread) bytes = INPUT_RECORD_MAX - unread;
    make_room(input, bytes);
    ssize_t got = read_some(input, input->memory + input->end, bytes);
    if (got < 0) {
        input->failure = errno;
        return report_failure(input, why);
    }
    if (got == 0) input->at_end = true;
    input->end += (size_t)got;
    memset(input->memory + input->end, 0, INPUT_PADDING);
    return ERR_OK;
}

struct str input_window(const struct input *input, bool *at_end)
{
    *at_end = input->at_end;
    return (struct str){input->memory + input->start, unread_bytes(input)};
}

void input_consume(struct input *input, size_t bytes)
{
    INVARIANT(bytes <= unread_bytes(input));
    input->start += bytes;
    input->consumed += (int64_t)bytes;
}

struct str input_name(const struct input *input)
{
    return input->name;
}

int64_t input_size(const struct input *input)
{
    return input->size;
}

int64_t input_position(const struct input *input)
{
    return input->consumed;
}

/* ---- Opening and closing. ---- */

static struct str copy_text(struct str s)
{
    char *copy = memory_alloc(s.len + 1);
    if (s.len > 0) memcpy(copy, s.at, s.len);
    return (struct str){copy, s.len};
}

static struct input *new_input(struct str name, const char *expected)
{
    struct input *input = memory_alloc(sizeof *input);
    AUTO_BUF quoted = BUF_INIT(SIZE_MAX);
    bool is_stdin = str_equal(name, STR("-"));
    if (is_stdin) name = STR("standard input");
    buf_append(&quoted, is_stdin ? STR("") : STR("'"));
    buf_append(&quoted, name);
    buf_append(&quoted, is_stdin ? STR("") : STR("'"));
    *input = (struct input){.name = copy_text(name), .quoted = copy_text(buf_str(&quoted)), .expected = expected};
    input->fd = -1;
    input->size = -1;
    input->chunk = FILE_CHUNK;
    return input;
}

void input_close(struct input *input)
{
    if (input == NULL) return;
    if (input->fd > STDIN_FILENO) close(input->fd);
    memory_free((void *)(uintptr_t)input->name.at);
    memory_free((void *)(uintptr_t)input->quoted.at);
    memory_free(input->owned_rest);
    memory_free(input->memory);
    memory_free(input);
}

static enum err open_file(struct input *input, const char *path, struct err_info *why)
{
    input->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(why, ERR_NOT_FOUND, STR_FMT " does not exist", STR_ARG(input->quoted));
    struct stat status;
    if (input->fd < 0 || fstat(input->fd, &status) != 0)
        return err_set(why, ERR_UNAVAILABLE, STR_FMT " cannot be opened: %s", STR_ARG(input->quoted), strerror(errno));
    if (S_ISDIR(status.st_mode))
        return err_set(why, ERR_INVALID, STR_FMT " is a directory, expected %s", STR_ARG(input->quoted),
                       input->expected);
    if (S_ISREG(status.st_mode)) input->size = (int64_t)status.st_size;
    return ERR_OK;
}

/* Read the first bytes, refuse what is no text, and skip a byte order mark. A pipe may
 * give a few bytes at a time: enough to recognise everything is waited for. */
static enum err begin(struct input *input, struct err_info *why)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && !input->at_end && unread_bytes(input) < 16) e = input_more(input, why);
    if (e != ERR_OK) return e;
    bool at_end;
    struct str head = input_window(input, &at_end);
    if (str_starts_with(head, STR("\xef\xbb\xbf"))) {
        input_consume(input, 3);
        head = input_window(input, &at_end);
    }
    return refuse_what_is_no_text(input, head, why);
}

static enum err open_path(const char *path, struct str name, const char *expected, struct input **out,
                          struct err_info *why)
{
    struct input *input = new_input(name, expected);
    enum err e = open_file(input, path, why);
    if (e == ERR_OK) e = begin(input, why);
    if (e != ERR_OK) {
        input_close(input);
        return e;
    }
    *out = input;
    return ERR_OK;
}

enum err input_open(const char *path, struct input **out, struct err_info *why)
{
    return open_path(path, str_from_c(path), "CSV or JSON Lines", out, why);
}

enum err input_open_as(const char *path, struct str name, struct input **out, struct err_info *why)
{
    return open_path(path, name, "CSV or JSON Lines", out, why);
}

enum err input_from_memory(struct str name, struct str bytes, struct input **out, struct err_info *why)
{
    struct input *input = new_input(name, "CSV or JSON Lines");
    input->rest = copy_text(bytes);
    input->owned_rest = (char *)(uintptr_t)input->rest.at;
    input->size = (int64_t)bytes.len;
    input->chunk = MEMORY_CHUNK;
    enum err e = begin(input, why);
    if (e != ERR_OK) {
        input_close(input);
        return e;
    }
    *out = input;
    return ERR_OK;
}

/* ---- Lines. ---- */

/* Give the line of `length` bytes at the front of the window, and `ending` more, away. */
static struct str take_line(struct input *input, size_t length, size_t ending)
{
    struct str line = {input->memory + input->start, length};
    input_consume(input, length + ending);
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

/* Drop bytes up to and with the next line feed. A failure to read is met again, and
 * reported, by the next line. */
static void skip_line(struct input *input)
{
    for (;;) {
        bool at_end;
        struct str window = input_window(input, &at_end);
        const char *feed = window.len == 0 ? NULL : memchr(window.at, '\n', window.len);
        input_consume(input, feed != NULL ? (size_t)(feed - window.at) + 1 : window.len);
        if (feed != NULL || at_end || input_more(input, NULL) != ERR_OK) return;
    }
}

/* Report why the line cannot be had, and leave the input where the next one begins. */
static void give_up_line(struct input *input, enum err code, const struct err_info *trouble, struct err_info *why)
{
    struct place at = {.line = (uint32_t)input->line};
    if (code == ERR_TOO_BIG) {
        err_set_at(why, code, at, "a line longer than %zu MiB", INPUT_RECORD_MAX / 1024 / 1024);
        skip_line(input);
    } else {
        err_set_at(why, code, at, "%s", trouble->msg);
        input_consume(input, unread_bytes(input));
        input->at_end = true;
    }
}

bool input_line(struct input *input, struct str *line, uint64_t *line_number, struct err_info *why)
{
    if (why != NULL) why->code = ERR_OK;
    *line = (struct str){0};
    size_t searched = 0;
    for (;;) {
        bool at_end;
        struct str window = input_window(input, &at_end);
        const char *feed = window.len == searched ? NULL : memchr(window.at + searched, '\n', window.len - searched);
        if (feed != NULL || at_end) {
            if (window.len == 0) return false;
            size_t length = feed != NULL ? (size_t)(feed - window.at) : window.len;
            *line = take_line(input, length, feed != NULL);
            *line_number = ++input->line;
            return true;
        }
        searched = window.len;
        struct err_info trouble = {0};
        enum err e = input_more(input, &trouble);
        if (e == ERR_OK) continue;
        *line_number = ++input->line;
        give_up_line(input, e, &trouble, why);
        return true;
    }
}

/* ---- Whole files. ---- */

enum err input_read_all(const char *path, size_t ceiling, struct arena *arena, struct str *out, struct err_info *why)
{
    struct input *input;
    enum err e = open_path(path, str_from_c(path), "YAML or JSON", &input, why);
    if (e != ERR_OK) return e;
    AUTO_BUF all = BUF_INIT(ceiling);
    bool at_end = false;
    while (e == ERR_OK) {
        struct str window = input_window(input, &at_end);
        buf_append(&all, window);
        input_consume(input, window.len);
        if (all.failed) {
            e = err_set(why, ERR_TOO_BIG, STR_FMT " is larger than %zu KiB", STR_ARG(input->quoted), ceiling / 1024);
        } else if (at_end) {
            break;
        } else {
            e = input_more(input, why);
        }
    }
    if (e == ERR_OK) *out = arena_str(arena, buf_str(&all));
    input_close(input);
    return e;
}
