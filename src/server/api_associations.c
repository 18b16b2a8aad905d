/* api_associations.c — who belongs to which company, and who takes part in which deal. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "server/api.h"

void api_associate(struct request *request)
{
    enum entity object;
    uint32_t from, to;
    struct err_info why = {0};
    bool with_contact = strstr(request->endpoint->pattern, "{contact}") != NULL;
    enum entity other = with_contact ? ENTITY_CONTACT : ENTITY_COMPANY;
    if (!api_find_path(request, &object, &from) ||
        !api_find(request, other, request_path(request, with_contact ? "contact" : "company"), &to))
        return;
    enum association kind = with_contact               ? ASSOCIATION_DEAL_CONTACT
                            : object == ENTITY_CONTACT ? ASSOCIATION_CONTACT_COMPANY
                                                       : ASSOCIATION_DEAL_COMPANY;
    bool ended = request->endpoint->method == HTTP_DELETE;
    if (engine_associate(request->server->engine, kind, from, to, ended, request->actor->text, &why) != ERR_OK)
        request_fail(request, &why);
    else http_answer(request->exchange, 204, "application/json", STR(""));
}
