/* mail.h — what an e-mail address tells of who has it: a private person, a company, a function. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_MAIL_H
#define PLUMB_PREDICT_MAIL_H

#include <stdbool.h>

#include "base/str.h"

/* Addresses are folded (lower case). */
bool mail_is_address(struct str text);    /* something@something.something */
bool mail_is_free(struct str address);    /* of a provider where anybody gets one: gmail.com, web.de, yahoo.co.uk */
bool mail_is_of_role(struct str address); /* info@, sales@: nobody in particular */

#endif
