/* prompt.c — the terminal is read key by key, so that what interrupts a program is seen by us.
 *
 * With only the echo turned off, Ctrl-C would end us and leave a terminal that shows nothing. */
// SPDX-License-Identifier: Apache-2.0
#include "app/prompt.h"

#include <errno.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

enum key { KEY_INTERRUPT = 3, KEY_END = 4, KEY_BACKSPACE = 8, KEY_CLEAR = 21, KEY_DELETE = 127 };

enum answer { ANSWER_LINE, ANSWER_NONE, ANSWER_TOO_LONG };

void typed_wipe(struct typed *typed)
{
    sodium_memzero(typed, sizeof *typed);
}

/* False at the end of the input. */
static bool read_byte(char *out)
{
    ssize_t got;
    do got = read(STDIN_FILENO, out, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

static enum answer read_line(struct typed *out)
{
    char c;
    bool any = false;
    out->len = 0;
    while (read_byte(&c) && c != '\n') {
        any = true;
        if (out->len == sizeof out->text) return ANSWER_TOO_LONG;
        out->text[out->len++] = c;
    }
    if (out->len > 0 && out->text[out->len - 1] == '\r') out->len--;
    return any ? ANSWER_LINE : ANSWER_NONE;
}

/* Without the last character, which may have many bytes. */
static void take_back(struct typed *typed)
{
    while (typed->len > 0 && (typed->text[typed->len - 1] & 0xC0) == 0x80) typed->len--;
    if (typed->len > 0) typed->len--;
}

static enum answer read_keys(struct typed *out)
{
    char c;
    out->len = 0;
    while (read_byte(&c)) {
        switch (c) {
        case '\r':
        case '\n': return ANSWER_LINE;
        case KEY_INTERRUPT: return ANSWER_NONE;
        case KEY_END: return out->len > 0 ? ANSWER_LINE : ANSWER_NONE;
        case KEY_BACKSPACE:
        case KEY_DELETE: take_back(out); break;
        case KEY_CLEAR: out->len = 0; break;
        default:
            if (out->len == sizeof out->text) return ANSWER_TOO_LONG;
            out->text[out->len++] = c;
        }
    }
    return ANSWER_NONE;
}

static enum answer ask(struct app *app, const char *question, const char *whose, struct typed *out)
{
    struct termios usual;
    if (tcgetattr(STDIN_FILENO, &usual) != 0) return read_line(out);
    struct termios silent = usual;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    fprintf(app->err, "%s for %s: ", question, whose);
    fflush(app->err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    enum answer answer = read_keys(out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    fputc('\n', app->err);
    return answer;
}

static bool is_answer(struct app *app, enum answer answer)
{
    if (answer == ANSWER_NONE) app_fail(app, "no password was given");
    if (answer == ANSWER_TOO_LONG) app_fail(app, "the password has more than %d bytes", PROMPT_BYTES_MAX);
    return answer == ANSWER_LINE;
}

bool prompt_new_password(struct app *app, const char *whose, struct typed *out)
{
    if (isatty(STDIN_FILENO) != 1) return is_answer(app, read_line(out));
    if (!is_answer(app, ask(app, "Password", whose, out))) return false;
    AUTO_TYPED again;
    if (!is_answer(app, ask(app, "The same again", whose, &again))) return false;
    if (str_equal((struct str){out->text, out->len}, (struct str){again.text, again.len})) return true;
    app_fail(app, "the two passwords differ");
    return false;
}
