/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an addon holds, and which addons are none: efi_addon.h.
 */
#include "efi_addon.h"
#include "stub/base/text.h"
#include "utf.h"

const char *
efi_addon_wrong_line(struct span section, struct efi_addon_room *room)
{
	struct cmdline line = cmdline_init(room->text, sizeof(room->text));
	struct cmdline_words words;
	struct refusal why;
	size_t len;

	if (cmdline_append_section(&line, section, &why))
		return "its line is too long";
	len = line.len;
	if (utf16_exactly(room->text, room->wide, EFI_LINE_ROOM, &why))
		return "its line is no UTF-8";
	if (measure_is_number(text_span(room->text)))
		return "its line is a number alone, which a profile is measured as";
	if (cmdline_take_words(&line, &words, &why) || line.len != len)
		return "its line has a kshim. word";
	return NULL;
}

/* A section's text, without what ends a file. */
static struct span
trimmed(struct span s)
{
	while (s.size && (!s.base[s.size - 1] || s.base[s.size - 1] == '\n'))
		s.size--;
	return s;
}

const char *
efi_addon_read(struct span addon, bool loaded, struct span uname, struct efi_addon_room *room,
        struct efi_addon *ret_addon)
{
	struct pe *pe = &room->pe;
	struct refusal why;
	struct span other;
	bool found;

	if (pe_read(addon, &found, pe, &why) || !found)
		return "its sections cannot be read";
	if (!pe_find(pe, ".cmdline") && !pe_find(pe, ".initrd") && !pe_find(pe, ".ucode"))
		return "it has no .cmdline, .initrd or .ucode";
	if (pe_find(pe, ".linux"))
		return "it has a .linux, so it is a unified kernel image";
	other = pe_content(pe, ".uname", addon, loaded);
	/* For another kernel only if both say for which. */
	if (other.size && uname.size && !span_same(trimmed(other), trimmed(uname)))
		return "its .uname is not the image's";
	*ret_addon = (struct efi_addon){pe_content(pe, ".cmdline", addon, loaded),
	        pe_content(pe, ".initrd", addon, loaded),
	        pe_content(pe, ".ucode", addon, loaded)};
	return ret_addon->cmdline.size ? efi_addon_wrong_line(ret_addon->cmdline, room) : NULL;
}
