/* record_files.c — see record_files.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/record_files.h"

#include <string.h>

/* Standard input can be read by one only. */
static enum err check_standard_input(const struct arguments *arguments, const struct load_options *files,
                                     const char *schema, struct err_info *why)
{
    const char *const single[] = {schema, files->contacts, files->companies, files->deals};
    size_t uses = 0;
    for (size_t i = 0; i < COUNT_OF(single); i++) uses += single[i] != NULL && strcmp(single[i], "-") == 0;
    for (size_t i = 0; i < arguments->operand_count; i++) uses += strcmp(arguments->operands[i], "-") == 0;
    for (size_t i = 0; i < files->event_file_count; i++) uses += strcmp(files->events[i], "-") == 0;
    if (uses > 1) return err_set(why, ERR_INVALID, "- stands for standard input, which can be read only once");
    return ERR_OK;
}

enum err record_files_given(const struct arguments *arguments, struct arena *arena, struct load_options *out,
                            const char **schema, struct err_info *why)
{
    *out = (struct load_options){.contacts = options_value(arguments, "contacts"),
                                 .companies = options_value(arguments, "companies"),
                                 .deals = options_value(arguments, "deals"),
                                 .id_column = options_value(arguments, "id"),
                                 .id_option = "--id"};
    *schema = options_value(arguments, "schema");
    out->events = options_values(arena, arguments, "events", &out->event_file_count);
    bool has_records = out->contacts != NULL || out->companies != NULL || out->deals != NULL;
    enum err e = check_standard_input(arguments, out, *schema, why);
    if (e == ERR_OK && !has_records && out->event_file_count == 0)
        e = err_set(why, ERR_INVALID,
                    "there is nobody to score: give --contacts FILE, --companies FILE, --deals FILE "
                    "or --events FILE");
    if (e == ERR_OK && out->id_column != NULL && !has_records)
        e = err_set(why, ERR_INVALID, "--id names the column of ids, but there is no --contacts FILE to have it");
    return e;
}
