/* main.c — what the commands stand on: the system's clock, the streams, the terminal.
 *
 * Colours only on a terminal and without NO_COLOR. The page is as wide as the terminal;
 * where it does not tell, as COLUMNS says, and 80 cells on anything else. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/command.h"
#include "base/str.h"
#include "predict/boost.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX 10000

static uint32_t terminal_width(int fd)
{
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    uint64_t columns;
    const char *text = getenv("COLUMNS");
    if (text != NULL && str_to_u64(str_from_c(text), &columns) && columns > 0 && columns <= WIDTH_MAX)
        return (uint32_t)columns;
    return WIDTH_DEFAULT;
}

static bool wants_colour(bool is_terminal)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no_color != NULL && no_color[0] != '\0') return false;
    return is_terminal && term != NULL && strcmp(term, "dumb") != 0;
}

int main(int argc, char **argv)
{
    boost_spin_briefly(); /* it may move the environment */
    struct app app = {.clock = clock_system(),
                      .config = config_default(),
                      .environment = (const char *const *)environ,
                      .out = stdout,
                      .err = stderr};
    struct err_info why = {0};
    if (config_from_environment(&app.config, app.environment, &why) != ERR_OK) {
        app_fail(&app, "%s", why.msg);
        return STATUS_USAGE;
    }
    app.out_is_terminal = isatty(STDOUT_FILENO) == 1;
    app.err_is_terminal = isatty(STDERR_FILENO) == 1;
    app.out_colour = wants_colour(app.out_is_terminal);
    app.err_colour = wants_colour(app.err_is_terminal);
    app.width = app.out_is_terminal ? terminal_width(STDOUT_FILENO) : WIDTH_DEFAULT;
    int status = command_main(&app, argc, argv);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (!written && status == STATUS_OK) status = STATUS_FAILED;
    return status;
}
