/* pages.h — what every page of ours says to the browser that shows it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_PAGES_H
#define PLUMB_SERVER_PAGES_H

struct request;

/* The page loads our own files and nothing else: no script or style within it, no form that goes elsewhere, and it stands
 * in nobody's frame. Before the answer. */
void page_restrict(struct request *request);

#endif
