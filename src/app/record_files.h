/* record_files.h — the files of records and events of a command that needs no server: its options, and what was given. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_RECORD_FILES_H
#define PLUMB_APP_RECORD_FILES_H

#include "app/options.h"
#include "files/load.h"

// clang-format off
/* The first rows of such a command's table. */
#define RECORD_FILE_OPTIONS                                                                                              \
    {.heading = "Data (CSV or JSON Lines; - is standard input)",                                                         \
     .name = "contacts",                                                                                                 \
     .argument = "FILE",                                                                                                 \
     .help = "One row a contact. The id stands in the column 'id' or the one that --id names. A column 'company' "       \
             "holds the id of the contact's company. All other columns are properties."},                                \
    {.name = "companies", .argument = "FILE", .help = "One row a company, with its id in 'id'."},                        \
    {.name = "deals",                                                                                                    \
     .argument = "FILE",                                                                                                 \
     .help = "One row a deal, with its id in 'id'. 'company' and 'contacts' (separated by ;) hold the ids of those it "  \
             "belongs to."},                                                                                             \
    {.name = "events",                                                                                                   \
     .argument = "FILE",                                                                                                 \
     .repeated = true,                                                                                                   \
     .help = "One row an event: 'contact', 'event', 'time', perhaps 'id' so that the same event counts once; all "       \
             "other columns are its properties. A JSON line may also be a Segment call (track, page, identify, "         \
             "group). May be given several times."},                                                                     \
    {.name = "schema",                                                                                                   \
     .argument = "FILE",                                                                                                 \
     .help = "The types of properties. Without it they are inferred from the values."},                                  \
    {.name = "id", .argument = "COLUMN", .help = "The column of the ids, if it is not 'id'."}
// clang-format on

/* What was given for them, into *out; *schema NULL without one. Operands are files of definitions, too.
 * Errors   ERR_INVALID: nobody is given, --id without records, standard input twice. */
MUST_CHECK enum err record_files_given(const struct arguments *arguments, struct arena *arena, struct load_options *out,
                                       const char **schema, struct err_info *why);

#endif
