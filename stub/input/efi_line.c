/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the command line: efi_line.h says of what.
 */
#include "efi_line.h"

enum refusal_code
efi_line_join(const struct efi_line *parts, struct cmdline *line, struct refusal *ret_why)
{
	const struct bls_entry *e = parts->entry;
	enum refusal_code code = parts->is_section
	                                 ? cmdline_append_section(line, parts->packed, ret_why)
	                                 : cmdline_append(line, parts->packed, ret_why);

	for (uint32_t i = 0; !code && e && i < e->options; i++)
		code = cmdline_append(line, e->option[i], ret_why);
	return code ? code : cmdline_append(line, parts->words, ret_why);
}
