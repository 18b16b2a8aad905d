/* macros.h — the few words C lacks and every file here speaks. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_MACROS_H
#define PLUMB_BASE_MACROS_H

#include <stddef.h>

/* The result may not be dropped. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Lets the compiler check a format against its arguments. */
#define PRINTF_LIKE(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A hot loop over columns: compiled also for wide vector registers, and the better code
 * chosen when the program starts. What is inlined into it is compiled with it; not under
 * sanitizers, whose checks would make minutes of compiling of it. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(PLUMB_SANITIZED)
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORISED
#endif
#ifdef PLUMB_SANITIZED
#define ALWAYS_INLINE inline
#else
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif

/* A broken promise between our own functions is a bug: say where and stop, in
 * every build. Never for what comes from outside; that is an `enum err`. */
#define INVARIANT(condition) ((condition) ? (void)0 : invariant_failed(#condition, __FILE__, __LINE__))

void invariant_failed(const char *condition, const char *file, int line) __attribute__((noreturn));

#endif
