/* fuzz_yaml.c — whatever the bytes, the tree fits the text.
 *
 * Places lie within the text, a word's place holds at least as many characters as it
 * claims, children stand behind their parent's beginning and behind one another; keys
 * are unique texts; depth and number of nodes keep their ceilings; a mistake has a place
 * within the text and a sentence. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "base/yaml.h"

#define INPUT_MAX ((size_t)16 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct walk {
    uint32_t lines;   /* of the text */
    uint32_t longest; /* at least the characters of its longest line */
    size_t nodes;
};

static bool is_before(struct place a, struct place b)
{
    return a.line < b.line || (a.line == b.line && a.column <= b.column);
}

static void check_place(const struct walk *walk, struct place at)
{
    INVARIANT(at.line >= 1 && at.line <= walk->lines);
    INVARIANT(at.column >= 1 && at.column <= walk->longest + 1);
    INVARIANT(at.column + at.length <= walk->longest + 2);
}

static void check_node(struct walk *walk, const struct yaml_node *node, size_t depth)
{
    INVARIANT(depth <= YAML_DEPTH_MAX && ++walk->nodes <= YAML_NODES_MAX);
    check_place(walk, node->at);
    if (node->kind == YAML_SCALAR) {
        INVARIANT(node->count == 0 && unicode_valid(node->text, NULL) && node->text.at[node->text.len] == 0);
        return;
    }
    struct place last = node->at;
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_MAPPING) {
            INVARIANT(node->keys[i]->kind == YAML_SCALAR && is_before(last, node->keys[i]->at));
            INVARIANT(yaml_get(node, node->keys[i]->text) == node->values[i]);
            check_node(walk, node->keys[i], depth + 1);
            last = node->keys[i]->at;
        }
        INVARIANT(is_before(last, node->values[i]->at));
        check_node(walk, node->values[i], depth + 1);
        last = node->values[i]->at;
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size > INPUT_MAX) return 0;
    AUTO_ARENA arena = arena_new();
    struct str text = {(const char *)data, size};
    struct walk walk = {.lines = 1, .longest = (uint32_t)size};
    for (size_t i = 0; i < size; i++) walk.lines += data[i] == '\n' || data[i] == '\r';
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    enum err e = yaml_parse(arena, text, &documents, &count, &why);
    INVARIANT((e == ERR_OK) == (documents != NULL) && why.code == e);
    if (e != ERR_OK) {
        INVARIANT(e == ERR_INVALID || e == ERR_TOO_BIG);
        INVARIANT(why.msg[0] != 0 && unicode_valid(str_from_c(why.msg), NULL));
        INVARIANT(why.at.line <= walk.lines && why.at.column <= walk.longest + 2);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        INVARIANT(!yaml_is_null(documents[i]));
        check_node(&walk, documents[i], 0);
    }
    return 0;
}
