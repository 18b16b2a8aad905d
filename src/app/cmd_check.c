/* cmd_check.c — `plumb check`: is a definition what its author means, before any data is seen? */
// SPDX-License-Identifier: Apache-2.0
#include "app/definition_files.h"
#include "app/options.h"
#include "app/text.h"

static const struct option check_options[] = {
    {.name = "schema",
     .argument = "FILE",
     .help = "The types of properties. Operators are then checked against them, and names that the schema lacks are "
             "pointed out."},
};

static const struct example check_examples[] = {
    {.text = "Before a definition goes into use:", .line = "plumb check lead.yaml"},
    {.text = "With the names and types that the data has:", .line = "plumb check lead.yaml --schema schema.yaml"},
};

/* Operators against the types that follow from the schema and from each other; names against the schema. */
static bool bind(struct definition_files *files)
{
    for (uint32_t p = 0; p < catalog_count(files->catalog); p++)
        if (catalog_at(files->catalog, p)->type == TYPE_OPEN) catalog_resolve(files->catalog, p, TYPE_OPEN);
    return definitions_bind(&files->set, NULL, files->diagnostics);
}

static void append_score(struct buf *out, const struct score *score)
{
    uint64_t rules = 0;
    for (uint32_t g = 0; g < score->group_count; g++) rules += score->groups[g].rule_count;
    text_clean(out, score->name);
    buf_append_c(out, ", ");
    text_counted(out, rules, "rule", "rules");
    buf_append_c(out, " in ");
    text_counted(out, score->group_count, "group", "groups");
}

/* "lead.yaml: ok: lead_score, 12 rules in 3 groups; segment hot" */
static void put_file(const struct app *app, const struct definition_files *files, size_t file, const char *path)
{
    AUTO_BUF out = BUF_INIT((size_t)1024 * 1024);
    const struct definitions *set = &files->set;
    uint32_t found = 0;
    buf_append_c(&out, path);
    buf_append_c(&out, ": ok");
    for (uint32_t i = 0; i < set->score_count; i++) {
        if (set->scores[i]->source != files->sources[file] || set->scores[i]->anonymous) continue;
        buf_append_c(&out, found++ > 0 ? "; " : ": ");
        append_score(&out, set->scores[i]);
    }
    for (uint32_t i = 0; i < set->segment_count; i++) {
        if (set->segments[i]->source != files->sources[file]) continue;
        buf_append_c(&out, found++ > 0 ? "; segment " : ": segment ");
        text_clean(&out, set->segments[i]->name);
    }
    buf_append_char(&out, '\n');
    fwrite(out.at, 1, out.len, app->out);
}

static void put_verdict(const struct app *app, const struct definition_files *files)
{
    const struct diagnostics *diagnostics = files->diagnostics;
    AUTO_BUF text = BUF_INIT(256);
    if (diagnostics->errors > 0) text_counted(&text, diagnostics->errors, "error", "errors");
    if (diagnostics->errors > 0 && diagnostics->warnings > 0) buf_append_c(&text, ", ");
    if (diagnostics->warnings > 0) text_counted(&text, diagnostics->warnings, "warning", "warnings");
    if (text.len > 0) fprintf(app->err, STR_FMT "\n", STR_ARG(buf_str(&text)));
}

static int run_check(struct app *app, const struct arguments *arguments)
{
    const char *schema = options_value(arguments, "schema");
    struct definition_files files;
    bool good = definition_files_read(app, arguments->operands, arguments->operand_count, schema, true, &files);
    if (good) {
        good = bind(&files);
        definition_files_report(app, &files);
    }
    for (size_t i = 0; i < files.count; i++)
        if (!definition_files_is_bad(&files, i)) put_file(app, &files, i, arguments->operands[i]);
    put_verdict(app, &files);
    definition_files_close(&files);
    return good ? STATUS_OK : STATUS_FAILED;
}

const struct command command_check = {
    .name = "check",
    .operands = "DEF...",
    .operands_min = 1,
    .operands_max = OPERANDS_ANY,
    .summary = "Check definitions without scoring anything",
    .description = "Every mistake is shown at its place, with the line underlined and what was expected. The status "
                   "is 0 when all definitions are sound, and 1 when not.",
    .options = check_options,
    .option_count = COUNT_OF(check_options),
    .examples = check_examples,
    .example_count = COUNT_OF(check_examples),
    .run = run_check,
};
