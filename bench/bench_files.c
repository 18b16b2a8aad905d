/* bench_files.c — the benchmark world as files: bench_files DIR CONTACTS EVENTS. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "world.h"

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (out == NULL) perror(path);
    return out;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: bench_files DIR CONTACTS EVENTS\n", stderr);
        return 2;
    }
    struct world world = {
        .contacts = (uint32_t)strtoul(argv[2], NULL, 10), .events = strtoull(argv[3], NULL, 10), .seed = 7};
    FILE *contacts = create(argv[1], "contacts.csv");
    FILE *events = create(argv[1], "events.csv");
    FILE *events_json = create(argv[1], "events.jsonl");
    if (contacts == NULL || events == NULL || events_json == NULL) return 1;
    world_write_contacts(&world, contacts);
    world_write_events(&world, events);
    world_write_events_json(&world, events_json);
    return fclose(contacts) != 0 || fclose(events) != 0 || fclose(events_json) != 0;
}
