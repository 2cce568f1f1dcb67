/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What looks like a kernel, or like one for kshim, and is none: systemd's programs for UEFI,
 * statically linked programs, kernels for Xen's PV mode.
 *
 * systemd src/fundamental/sdmagic-fundamental.h; Xen public/elfnote.h, and its older section
 * __xen_guest; Linux Standard Base 5.0, "ABI note tag", which a kernel does not have.
 */
#include <string.h>

#include "tools/check/check.h"
#include "tools/check/identify.h"

#define XEN_LOOK         (64 * MIB)
#define XEN_BEFORE_NOTES "XEN_VER=xen-3.0" /* in a section __xen_guest */

/* What is in systemd's own programs to tell them: .sdmagic. */
static bool
is_of_systemd(const struct report *r, const char *name)
{
	struct span text = {NULL, 0};

	if (r->has_pe)
		text = pe_content(&r->pe, ".sdmagic", r->bytes, false);
	return text.size && memmem(text.base, (size_t)text.size, name, strlen(name));
}

void
identify_programs(struct report *r)
{
	if (r->kind != KIND_PE)
		return;
	if (is_of_systemd(r, "systemd-boot")) {
		identify_as(r, KIND_PE, "efi-application",
		        "systemd-boot, a boot loader for UEFI",
		        "UEFI starts it, from \\EFI\\BOOT\\BOOTX64.EFI; it boots the entries beside it");
		r->refused = "the file is systemd-boot, a boot loader for UEFI, not a kernel";
	} else if (is_of_systemd(r, "systemd-stub") && !pe_find(&r->pe, ".osrel")) {
		identify_as(r, KIND_PE, "efi-application",
		        "systemd's stub for UEFI, without a kernel",
		        "make a unified kernel image of it: ukify build --stub=THIS --linux=");
	}
}

static bool
has_note(const struct report *r, const char *owner, const char *type)
{
	const struct table *t = r->table_first;

	while (t && strcmp(t->name, "notes") != 0)
		t = t->next;
	for (const struct row *row = t ? t->first : NULL; row; row = row->next)
		if (strcmp(row->cell[0].text, owner) == 0 &&
		        (!type || strcmp(row->cell[1].text, type) == 0))
			return true;
	return false;
}

/* Does Xen start it in its PV mode: by notes, or by the section that was before them? */
static bool
is_for_xen_pv(const struct report *r)
{
	uint64_t size = r->bytes.size < XEN_LOOK ? r->bytes.size : XEN_LOOK;

	if (has_note(r, "Xen", "PHYS32_ENTRY"))
		return false; /* meant for PVH, but it does not count */
	return has_note(r, "Xen", "ENTRY") || has_note(r, "Xen", "XEN_VERSION") ||
	       memmem(r->bytes.base, (size_t)size, XEN_BEFORE_NOTES,
	               sizeof(XEN_BEFORE_NOTES) - 1);
}

void
identify_by_notes(struct report *r)
{
	const struct elf_facts *elf = &r->facts.elf;
	const char *bits = r->facts.format == KERNEL_ELF64 ? "64" : "32";

	if (elf->pvh || elf->evidence != LINUX_NO || elf->program ||
	        identify_multiboot(r->bytes))
		return;
	if (is_for_xen_pv(r))
		identify_as(r, KIND_ELF, "elf",
		        report_format(r,
		                "an ELF%s kernel for Xen's PV mode, without a PVH entry", bits),
		        "Xen starts it: type = \"pv\" and kernel = in the domain's configuration");
	else if (has_note(r, "GNU", "ABI_TAG") || has_note(r, "Go", NULL))
		identify_as(r, KIND_ELF, "elf",
		        report_format(r,
		                "an ELF%s, no kernel: a program that is linked statically",
		                bits),
		        IDENTIFY_PROGRAM);
}
