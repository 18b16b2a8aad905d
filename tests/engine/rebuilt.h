/* rebuilt.h — the facts that a store holds, given to a history builder, and scored again. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_ENGINE_REBUILT_H
#define PLUMB_TESTS_ENGINE_REBUILT_H

#include "engine_fixture.h"

/* Everybody's scores, as the engine knows them, are those of a history built of the surviving facts by the definitions in
 * force: fails the test when not. False: it cannot be said, because a value came before its property's type was settled
 * and is none of that type, which a builder refuses and an engine keeps. */
bool check_against_rebuilt(struct fixture *fixture);

#endif
