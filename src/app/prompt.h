/* prompt.h — a password from the person, never from an argument that others could read. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PROMPT_H
#define PLUMB_APP_PROMPT_H

#include <stdbool.h>

#include "app/command.h"
#include "base/str.h"

#define PROMPT_BYTES_MAX 1024

struct typed {
    char text[PROMPT_BYTES_MAX];
    size_t len;
};

void typed_wipe(struct typed *typed);
#define AUTO_TYPED __attribute__((cleanup(typed_wipe))) struct typed

/* On a terminal: asked for twice on app->err, nothing of it shown. Else one line of standard input.
 * False: there is none, or too long a one, or the person changed their mind; app->err has been told. */
bool prompt_new_password(struct app *app, const char *whose, struct typed *out);

#endif
