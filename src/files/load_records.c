/* load_records.c — rows of contacts, companies and deals.
 *
 * A column always held (FOREVER): a file says what is, not since when. Associations
 * come from columns too: a contact's or deal's `company` names a company by its id or,
 * when no company has that id, by the name that exactly one company has; a deal's
 * `contacts` are ids or e-mail addresses. A company or contact that no file lists is
 * made, unlisted, so that the association is kept. */
// SPDX-License-Identifier: Apache-2.0
#include "files/load_internal.h"

#include <string.h>

#define DEAL_CONTACTS_MAX 1000

enum err load_check_record_columns(const struct loader *loader, struct err_info *why)
{
    if (rows_have(loader->rows, ROLE_ID)) return ERR_OK;
    struct str id = names_of_role(loader->names[loader->entity], ROLE_ID);
    AUTO_BUF columns = BUF_INIT(ERR_MESSAGE_BYTES);
    load_list_columns(loader->rows, &columns);
    AUTO_BUF hint = BUF_INIT(ERR_MESSAGE_BYTES);
    if (loader->options->id_column == NULL && loader->options->id_option != NULL)
        buf_format(&hint, " (another can be named with %s)", loader->options->id_option);
    return err_set(why, ERR_INVALID, STR_FMT " has no column '" STR_FMT "'" STR_FMT "; " STR_FMT, STR_ARG(loader->file),
                   STR_ARG(id), STR_ARG(buf_str(&hint)), STR_ARG(buf_str(&columns)));
}

/* The company that a column's text means; made when there is none. */
enum err load_find_company(struct loader *loader, struct str text, uint32_t *out, struct err_info *why)
{
    uint32_t by_id = history_builder_find(loader->builder, ENTITY_COMPANY, text);
    if (by_id == RECORD_NONE || !load_is_listed(loader, ENTITY_COMPANY, by_id)) {
        uint32_t by_name = lookup_find(loader->company_names, loader->scratch, text);
        if (by_name != RECORD_NONE && by_name != LOOKUP_SEVERAL) {
            *out = by_name;
            return ERR_OK;
        }
    }
    return load_record_number(loader, ENTITY_COMPANY, text, false, out, why);
}

static MUST_CHECK enum err associate_company(struct loader *loader, const struct row *row, uint32_t record,
                                             struct err_info *why)
{
    struct str text = row->role[ROLE_COMPANY];
    if (text.len == 0) return ERR_OK;
    uint32_t company = RECORD_NONE;
    enum err failed = load_find_company(loader, text, &company, why);
    if (failed != ERR_OK) return failed;
    enum association kind = loader->entity == ENTITY_DEAL ? ASSOCIATION_DEAL_COMPANY : ASSOCIATION_CONTACT_COMPANY;
    history_builder_associate(loader->builder, kind, record, company, FOREVER);
    return ERR_OK;
}

static MUST_CHECK enum err associate_contacts(struct loader *loader, const struct row *row, uint32_t deal,
                                              struct err_info *why)
{
    struct str rest = row->role[ROLE_CONTACTS];
    while (rest.len > 0) {
        struct str text = str_trim(str_cut(&rest, ';'));
        if (text.len == 0) continue;
        uint32_t contact = load_find_contact(loader, text);
        if (contact == RECORD_NONE || contact == LOOKUP_SEVERAL) {
            enum err failed = load_record_number(loader, ENTITY_CONTACT, text, false, &contact, why);
            if (failed != ERR_OK) return failed;
        }
        history_builder_associate(loader->builder, ASSOCIATION_DEAL_CONTACT, deal, contact, FOREVER);
    }
    return ERR_OK;
}

/* Each contact of a deal must be an id, and they may not be too many. */
static bool check_contacts(struct loader *loader, const struct row *row, enum err *failed, struct err_info *why)
{
    struct str column = names_of_role(loader->names[ENTITY_DEAL], ROLE_CONTACTS);
    struct str rest = row->role[ROLE_CONTACTS];
    uint32_t count = 0;
    while (rest.len > 0) {
        struct str text = str_trim(str_cut(&rest, ';'));
        if (text.len > 0 && !load_check_id(loader, row, text, column, failed, why)) return false;
        if (++count <= DEAL_CONTACTS_MAX) continue;
        *failed = load_refuse(loader, row, REJECT_TOO_BIG, column, why, "a deal may name at most %d contacts",
                              DEAL_CONTACTS_MAX);
        return false;
    }
    return true;
}

bool load_check_record(struct loader *loader, struct row *row, enum err *failed, struct err_info *why)
{
    struct names *names = loader->names[loader->entity];
    if (row->json != NULL) row_add_json(row, names, row->json);
    struct str id = row->role[ROLE_ID];
    struct str id_column = names_of_role(names, ROLE_ID);
    if (!load_check_id(loader, row, id, id_column, failed, why)) return false;
    uint32_t known = history_builder_find(loader->builder, loader->entity, id);
    if (known != RECORD_NONE && load_is_listed(loader, loader->entity, known)) {
        *failed = load_refuse(loader, row, REJECT_REPEATED_ID, id_column, why, "'" STR_FMT "' is already on line %u",
                              STR_ARG(id), loader->line_of[loader->entity][known]);
        return false;
    }
    struct str company = row->role[ROLE_COMPANY];
    struct str company_column = names_of_role(names, ROLE_COMPANY);
    if (company.len > 0 && !load_check_id(loader, row, company, company_column, failed, why)) return false;
    return check_contacts(loader, row, failed, why) && load_check_values(loader, row, failed, why);
}

static void note_listed(struct loader *loader, uint32_t record, uint64_t line)
{
    enum entity object = loader->entity;
    if (record >= loader->line_capacity[object]) {
        size_t before = loader->line_capacity[object];
        size_t capacity = before == 0 ? 1024 : before;
        while (record >= capacity) capacity *= 2;
        loader->line_of[object] = memory_resize(loader->line_of[object], capacity, sizeof(uint32_t));
        memset(loader->line_of[object] + before, 0, (capacity - before) * sizeof(uint32_t));
        loader->line_capacity[object] = capacity;
    }
    loader->line_of[object][record] = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
}

/* Other names by which rows of other files may mean this record. */
static void note_names(struct loader *loader, const struct row *row, uint32_t record)
{
    struct str id = row->role[ROLE_ID];
    struct str email = row->role[ROLE_EMAIL];
    struct str name = row->role[ROLE_NAME];
    if (loader->entity == ENTITY_COMPANY && name.len > 0)
        lookup_add(loader->company_names, loader->scratch, name, record);
    if (loader->entity != ENTITY_CONTACT) return;
    id_index_add(loader->contacts, id, record);
    if (email.len > 0) lookup_add(loader->emails, loader->scratch, email, record);
    if (memchr(id.at, '@', id.len) != NULL) lookup_add(loader->emails, loader->scratch, id, record);
}

enum err load_list_record(struct loader *loader, const struct row *row, uint32_t *out, struct err_info *why)
{
    enum err failed = load_record_number(loader, loader->entity, row->role[ROLE_ID], true, out, why);
    if (failed != ERR_OK) return failed;
    note_listed(loader, *out, row->line);
    note_names(loader, row, *out);
    return ERR_OK;
}

enum err load_record_row(struct loader *loader, struct row *row, struct err_info *why)
{
    enum err failed = ERR_OK;
    if (!load_check_record(loader, row, &failed, why)) return failed;
    uint32_t record = RECORD_NONE;
    failed = load_list_record(loader, row, &record, why);
    if (failed != ERR_OK) return failed;
    for (uint32_t i = 0; i < row->value_count; i++) {
        const struct event_property *value = &row->values[i];
        if (value->text.len == 0) continue;
        failed = history_builder_property(loader->builder, value->property, record, FOREVER, value->text, STR(""), why);
        INVARIANT(failed == ERR_OK); /* load_check_values asked the same */
    }
    failed = associate_company(loader, row, record, why);
    if (failed == ERR_OK && loader->entity == ENTITY_DEAL) failed = associate_contacts(loader, row, record, why);
    if (failed == ERR_OK) loader->summary->rows[loader->entity]++;
    return failed;
}
