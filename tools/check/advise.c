/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to do with a file, where its kind alone does not say it: how to boot it, or where to
 * read on.
 */
#include <string.h>

#include "tools/check/check.h"

static bool
boots(const struct report *r, const char *launcher)
{
	const struct launch *l = report_find_launch(r, launcher);

	return l && l->boots;
}

static const char *
how_to_boot(struct report *r)
{
	if (r->disk)
		return "qemu-system-x86_64 -M q35 -m 1G -bios kshim.rom -drive file=THIS,format=raw,if=virtio boots it; kshim check --boot tries it";
	if (boots(r, "kshim.direct"))
		return "kshim run [-i INITRD] [-a COMMAND-LINE] THIS boots it; kshim check --boot tries every way";
	if (boots(r, "kshim.efi"))
		return "give it to kshim.efi: man kshim.efi says how; kshim check --boot tries it";
	if (boots(r, "kshim.riscv"))
		return "qemu-system-riscv64 -M virt -kernel kshim-riscv64.bin -initrd THIS; kshim check --boot tries it";
	return report_format(r, "boot it by %s; kshim check --boot tries it", r->bootable);
}

/* Not by kshim: by the first that can, else by a better file. */
static const char *
what_instead(struct report *r)
{
	const char *name;

	for (const struct launch *l = r->launch_first; l; l = l->next)
		if (l->boots)
			return report_format(r, "boot it by %s", l->title);
	if (report_damaged(r) && report_damaged(r)->limited)
		return "if the file is to be trusted, kshim check --limit SIZE unpacks more of it";
	if (report_damaged(r))
		return "get the file anew: compare its size and checksum with the original";
	report_why_not(r, &name);
	if (r->disk && name && strcmp(name, refusal_name(REFUSAL_DISK_NO_KERNEL)) == 0)
		return "if a kernel is on it, name that: kshim check THIS:/PATH; kshim explain disk.no-kernel says where kernels are looked for";
	return name ? report_format(
	                      r, "kshim explain %s says what it means and what to do", name)
	            : NULL;
}

void
advise(struct report *r)
{
	if (!r->next)
		r->next = r->bootable ? how_to_boot(r) : what_instead(r);
}
