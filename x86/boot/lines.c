/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refusals as whole lines, for assembly that has no C to format them: those without
 * placeholders.
 *
 * Taken from refusal.def; the link drops those that no assembly names.
 */
#define REFUSAL(number, ident, name, sentence, text)                                           \
	extern const char refusal_line_##ident[];                                              \
	const char refusal_line_##ident[] = "kshim: " sentence " [" name "]\r\n";
#include "stub/base/refusal.def"

extern const char *const cpu_refusal_line;
const char *const cpu_refusal_line = refusal_line_CPU_NO_LONG_MODE;
