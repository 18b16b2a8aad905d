/* definition_internal.h — what the files that read definitions share, and nobody else.
 *
 * Every read_... takes a node that may be NULL (the key is absent): it then leaves *out
 * alone and returns true. After a complaint it returns false, and the reader goes on
 * with the next key, so that an author sees all mistakes at once. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DEFINITION_INTERNAL_H
#define PLUMB_CORE_DEFINITION_INTERNAL_H

#include "base/yaml.h"
#include "core/definition.h"
#include "core/definition_keys.h"

#define CLAMP_MAX 1000000             /* points, either sign */
#define LIMIT_MAX 1000000             /* of per_day, at_most, top */
#define EVENTS_COUNTED_MAX 1000000000 /* in ranges and counts */

struct reader {
    struct arena *arena; /* everything read lives here */
    struct catalog *catalog;
    struct definitions *set; /* NULL while a condition is read alone */
    const struct source *source;
    struct diagnostics *diagnostics;
};

#define complain(reader_, at_, ...) diagnostics_error((reader_)->diagnostics, (reader_)->source, (at_), __VA_ARGS__)

/* ---- reader.c: single values ---- */

/* The value of a key; NULL when absent or empty (which read_keys has complained about). */
const struct yaml_node *value_of(const struct yaml_node *mapping, const char *key);

/* A text in quotes for a message, cut when long; zero-terminated, in the arena. */
const char *quoted(const struct reader *reader, struct str text);
/* A node in words: "'many'", "a list", "keys with values". */
const char *in_words(const struct reader *reader, const struct yaml_node *node);
/* "a, b or c" of a NULL-ended list; `last` is the word before the last. */
const char *listed(const struct reader *reader, const char *const *words, const char *last);

/* Is the node a mapping with only keys of this kind, none of them empty? */
bool read_keys(const struct reader *reader, const struct yaml_node *node, enum keys kind);
/* Complain about a key that is not in `known`, with the nearest that is. */
void complain_unknown_key(const struct reader *reader, const struct yaml_node *key, const char *what,
                          const char *const *known);
/* False with a complaint at `at` when `mapping` lacks the key. */
bool read_required(const struct reader *reader, const struct yaml_node *mapping, struct place at, enum keys kind,
                   const char *key);

bool read_whole(const struct reader *reader, const struct yaml_node *node, const char *key, int64_t min, int64_t max,
                int64_t *out);
bool read_points(const struct reader *reader, const struct yaml_node *node, const char *key, int32_t *out);
bool read_limit(const struct reader *reader, const struct yaml_node *node, const char *key, uint32_t *out);
bool read_boolean(const struct reader *reader, const struct yaml_node *node, const char *key, bool *out);
/* Not blank, at most NAME_MAX_BYTES; trimmed. */
bool read_text(const struct reader *reader, const struct yaml_node *node, const char *key, struct str *out);
/* One of the NULL-ended `words`; *out is its index. */
bool read_word(const struct reader *reader, const struct yaml_node *node, const char *key, const char *const *words,
               int *out);
bool read_duration(const struct reader *reader, const struct yaml_node *node, const char *key, struct duration *out);
/* A list with at least `least` elements; `example` shows how one is written. */
bool read_list(const struct reader *reader, const struct yaml_node *node, const char *key, size_t least,
               const char *example);
/* The keys min and max of any mapping. */
bool read_clamp(const struct reader *reader, const struct yaml_node *mapping, struct clamp *out);
/* bots: include | exclude */
bool read_bots(const struct reader *reader, const struct yaml_node *mapping, bool *include);

/* ---- operator_parse.c ---- */

/* test_parse for the points of another score. */
bool read_number_test(const struct reader *reader, const struct yaml_node *mapping, const char *const *other_keys,
                      struct test *out);

/* ---- condition_parse.c ---- */

/* A property's name as seen from `entity`, perhaps one hop away. */
bool read_property(const struct reader *reader, enum entity entity, const struct yaml_node *node, uint32_t *property,
                   enum hop *hop);

/* ---- rule_parse.c ---- */

/* What a rule takes from where it stands. */
struct rule_frame {
    struct str score, group; /* names, for those of anonymous scores */
    struct str default_name; /* of a rollup's inner rule; empty: a rule must have a name */
    enum entity object;
    struct decay decay;
    bool include_bots;
};

bool read_decay(const struct reader *reader, const struct yaml_node *node, struct decay *out);
bool read_rule(const struct reader *reader, const struct rule_frame *frame, const struct yaml_node *node,
               struct rule *out);

/* ---- definition_parse.c ---- */

/* Add to the set; the index. */
uint32_t definitions_add_score(struct definitions *set, const struct score *score);
bool read_score_name(const struct reader *reader, const struct yaml_node *node, const char *key, struct str *out);

extern const char *const object_names[];   /* contact, company, deal, NULL: by enum entity */
extern const char *const category_names[]; /* by enum category */
extern const char *const part_names[];     /* by enum score_part */

/* ---- definition_order.c, definition_warn.c: parts of definitions_check ---- */

/* One definition uses another. Definitions are numbered: scores first, then segments. */
struct use {
    uint32_t from, to;
    const struct source *source;
    struct place at; /* where `from` says so */
};

/* Sort so that everything comes after what it uses: fills set->order. Complains about each
 * circle. `uses` are sorted by `from`; conditions[definition] says how many each holds and
 * is changed. */
void definitions_sort(struct definitions *set, const struct use *uses, size_t count, uint64_t *conditions,
                      struct diagnostics *diagnostics);
void definitions_warn(const struct definitions *set, struct diagnostics *diagnostics);

#endif
