/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot loaders: systemd-boot, which leaves everything to UEFI, and GRUB's `linux`.
 */
#include <string.h>

#include "tools/check/launcher.h"

#define GRUB_LEAST 0x203

static void
systemd_boot(const struct candidate *c, struct launch *l)
{
	if (!c->r->has_pe)
		launch_no(l, "uefi.pe", "UEFI starts PE files, and it is none (no EFI stub)");
	else if (c->r->kind == KIND_UKI)
		launch_yes(l, "uefi.uki",
		        "a unified kernel image: in \\EFI\\Linux, or as `efi`", NULL);
	else if (!c->r->pe.image_major && c->r->kind == KIND_BZIMAGE)
		launch_yes(l, "uefi.pe", "a PE, as `linux`; initrds by the handover entry only",
		        NULL);
	else
		launch_yes(
		        l, "uefi.pe", "a PE, as `linux` of an entry; on its own machine", NULL);
}

static void
grub(const struct candidate *c, struct launch *l)
{
	if (c->hdrs && !c->r->known)
		launch_damaged(c, l);
	else if (c->r->kind == KIND_BZIMAGE && c->r->facts.bz.version >= GRUB_LEAST)
		launch_yes(l, "grub.linux", "a bzImage: `linux`", NULL);
	else if (c->r->kind == KIND_BZIMAGE)
		launch_yes(l, "grub.linux16",
		        "older than protocol 2.03: `linux16`, with a BIOS", NULL);
	else if (c->multiboot)
		launch_yes(l, "grub.multiboot", "a multiboot header: `multiboot`", NULL);
	else if ((c->r->kind == KIND_ARM64 || c->r->kind == KIND_RISCV) && c->r->has_pe)
		launch_yes(
		        l, "grub.linux", "an Image with an EFI stub: `linux`, by UEFI", NULL);
	else if (c->r->has_pe)
		launch_yes(l, "grub.chainloader", "a PE: `chainloader`, by UEFI", NULL);
	else
		launch_no(l, "grub.linux",
		        c->elf ? "`linux` takes bzImages; an ELF needs a multiboot header"
		               : "neither a bzImage, nor a PE, nor multiboot");
}

void
launch_loader(const struct candidate *c, struct launch *l)
{
	if (strcmp(l->name, "grub") == 0)
		grub(c, l);
	else
		systemd_boot(c, l);
}
