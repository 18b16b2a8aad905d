/* suppressions.c — leaks that are not ours.
 *
 * libfyaml 0.7.12 loses a few hundred bytes when it refuses some texts in the middle of
 * a scalar of many empty lines: regression/yaml/refused_within_a_scalar is one. */
// SPDX-License-Identifier: Apache-2.0
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml\n";
}
