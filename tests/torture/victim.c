/* victim.c — see victim.h. */
// SPDX-License-Identifier: Apache-2.0
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "harness.h"

#define ARGUMENTS_MAX 16

/* Run the program; *out reads its standard output. What it logs goes to `log`. */
static pid_t run(const char *const *arguments, const char *log, int *out)
{
    const char *program = getenv("PLUMB");
    if (program == NULL) FAIL("PLUMB must name the program to run");
    const char *all[ARGUMENTS_MAX + 2] = {program};
    for (size_t i = 0; arguments[i] != NULL; i++) all[i + 1] = arguments[i];
    int ends[2];
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    fflush(stdout);
    pid_t pid = fork();
    CHECK_TRUE(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing is left behind when the test dies */
        int errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        dup2(ends[1], STDOUT_FILENO);
        dup2(errors, STDERR_FILENO);
        execv(program, (char *const *)(uintptr_t)all);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return pid;
}

static int end_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

struct str plumb_says(struct arena *arena, const char *const *arguments)
{
    AUTO_BUF said = BUF_INIT(SIZE_MAX);
    char piece[4096];
    int out = -1;
    pid_t pid = run(arguments, "/dev/null", &out);
    for (ssize_t got; (got = read(out, piece, sizeof piece)) > 0;) buf_append(&said, (struct str){piece, (size_t)got});
    close(out);
    CHECK_INT(end_of(pid), 0);
    return arena_str(arena, str_trim(buf_str(&said)));
}

void victim_start(struct victim *victim)
{
    AUTO_ARENA arena = arena_new();
    const char *const arguments[] = {"serve", "--data", victim->data, "--listen", "127.0.0.1:0", NULL};
    victim->pid = run(arguments, arena_format(arena, "%s.log", victim->data).at, &victim->out);
    victim->port = 0;
}

bool victim_listens(struct victim *victim)
{
    char text[256];
    size_t used = 0;
    while (used < sizeof text - 1) {
        ssize_t got = read(victim->out, text + used, 1);
        if (got <= 0) return false;
        if (text[used++] == '\n') break;
    }
    text[used] = '\0';
    const char *colon = strrchr(text, ':');
    if (colon == NULL) FAIL("the server says '%s', which names no port", text);
    victim->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return true;
}

int victim_end(struct victim *victim, int signal)
{
    kill(victim->pid, signal);
    int status = end_of(victim->pid);
    close(victim->out);
    victim->pid = 0;
    return status;
}
