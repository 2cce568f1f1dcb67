/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's line of a boot that is foretold: of the parts that stub/input/efi_line.h joins.
 */
#include <string.h>

#include "stub/base/text.h"
#include "stub/input/efi_line.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

int
line_join(struct boot *b)
{
	const struct efi_line parts = {b->packed_line, b->line_is_section,
	        b->entry ? &b->entry->entry : NULL, text_span(b->w->words)};
	struct cmdline joined = cmdline_init(b->joined, sizeof(b->joined)), line;
	struct cmdline_words ours;
	struct refusal why;
	enum refusal_code code = efi_line_join(&parts, &joined, &why);

	memcpy(b->line, b->joined, sizeof(b->line));
	line = (struct cmdline){b->line, sizeof(b->line), joined.len};
	if (!code)
		code = cmdline_take_words(&line, &ours, &why);
	if (!code && ours.entry && !b->entry)
		code = cmdline_refuse_entry(&why);
	if (code)
		return fail_refusal("command line", why);
	b->m.has_own_line = parts.packed.size != 0;
	b->m.line_is_own = b->m.own && b->m.has_own_line && !parts.words.size;
	b->m.line = b->line;
	b->m.words = joined.len != line.len ? b->joined : NULL;
	return STATUS_OK;
}

int
line_smbios(struct boot *b)
{
	struct cmdline line = cmdline_init(b->smbios, sizeof(b->smbios));
	struct span text;
	struct refusal why;
	const char *wrong;

	if (!b->w->smbios)
		return STATUS_OK;
	text = text_span(b->w->smbios);
	wrong = efi_addon_wrong_line(text, &b->beside.room);
	if (wrong)
		return fail(STATUS_REFUSED, "--smbios: it is not added: %s", wrong);
	(void)cmdline_append_section(&line, text, &why); /* as it was tried */
	return STATUS_OK;
}
