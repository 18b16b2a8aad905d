/* threads.h — the same work on several threads at once. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_THREADS_H
#define PLUMB_HISTORY_THREADS_H

/* Call work(context) on `threads` threads, this one included, and wait for all. */
void run_threads(unsigned threads, void *(*work)(void *), void *context);

#endif
