/* person_name.c — what people call a record, from the properties that usually tell.
 *
 * Exports from CRM systems name these columns in a handful of ways; property names are
 * compared as bytes, so each way is listed. */
// SPDX-License-Identifier: Apache-2.0
#include "app/person_name.h"

#include "app/text.h"

#define WAYS_MAX 7

enum { WHOLE, FIRST, LAST, EMAIL, PARTS };

/* In the order of preference; NULL-ended by being shorter than WAYS_MAX. */
static const char *const ways[OBJECT_COUNT][PARTS][WAYS_MAX] = {
    [ENTITY_CONTACT] =
        {
            [WHOLE] = {"name", "Name", "full_name", "fullname", "Full name", "Full Name"},
            [FIRST] = {"first_name", "firstname", "first name", "First name", "First Name"},
            [LAST] = {"last_name", "lastname", "last name", "Last name", "Last Name"},
            [EMAIL] = {"email", "Email", "E-mail", "e-mail", "Email Address"},
        },
    [ENTITY_COMPANY] = {[WHOLE] = {"name", "Name", "company_name", "Company name", "Company Name"}},
    [ENTITY_DEAL] = {[WHOLE] = {"name", "Name", "dealname", "deal_name", "Deal name", "Deal Name"}},
};

void person_name_register(struct catalog *catalog)
{
    for (enum entity object = 0; object < OBJECT_COUNT; object++)
        for (size_t part = 0; part < PARTS; part++)
            for (size_t way = 0; way < WAYS_MAX && ways[object][part][way] != NULL; way++)
                if (!catalog_is_full(catalog)) catalog_property(catalog, object, str_from_c(ways[object][part][way]));
}

static struct str value_of(const struct history *history, enum entity object, size_t part, uint32_t record,
                           int64_t as_of_ms)
{
    for (size_t way = 0; way < WAYS_MAX && ways[object][part][way] != NULL; way++) {
        uint32_t property = catalog_find(history_catalog(history), object, str_from_c(ways[object][part][way]));
        if (property == INTERN_NONE) continue;
        const struct value *value = history_value(history, property, record, as_of_ms);
        if (value != NULL) return value->raw;
    }
    return (struct str){0};
}

void person_name(struct buf *out, const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms)
{
    struct str name = value_of(history, object, WHOLE, record, as_of_ms);
    if (name.len == 0) {
        struct str first = value_of(history, object, FIRST, record, as_of_ms);
        struct str last = value_of(history, object, LAST, record, as_of_ms);
        text_clean(out, first);
        if (first.len > 0 && last.len > 0) buf_append_char(out, ' ');
        text_clean(out, last);
        if (first.len > 0 || last.len > 0) return;
        name = value_of(history, object, EMAIL, record, as_of_ms);
    }
    if (!str_equal(name, history_record_id(history, object, record))) text_clean(out, name);
}
