/* job_files.h — the folder where jobs keep their files. Never outside of jobs.c. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_JOB_FILES_H
#define PLUMB_SERVER_JOB_FILES_H

#include "base/arena.h"
#include "base/err.h"

enum job_file {
    JOB_BODY,    /* what an import is to take */
    JOB_REFUSED, /* the rows that it refused */
    JOB_RESULT,
    JOB_FILES
};

const char *job_file_path(const char *folder, struct arena *arena, uint64_t number, enum job_file file);
/* The folder is made when it is not there. *fd is open for writing. ERR_UNAVAILABLE. */
MUST_CHECK enum err job_file_create(const char *folder, const char *path, int *fd, struct err_info *why);
/* The same with what is in it; whatever failed leaves none. */
MUST_CHECK enum err job_file_write(const char *folder, const char *path, struct str body, struct err_info *why);
/* Open for reading; -1: there is none. */
int job_file_open(const char *path, uint64_t *bytes);
void job_files_drop(const char *folder, uint64_t number);
/* What a former start left is nobody's any more. */
void job_files_empty(const char *path);

#endif
