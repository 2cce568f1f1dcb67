/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot loaders: systemd-boot, which leaves everything to UEFI, and GRUB.
 *
 * systemd src/boot/boot.c (initrd_prepare: both words initrd= and LoadFile2); GRUB's
 * grub-core/loader/i386/linux.c (protocol 2.03, no zImage), i386/pc/linux.c (`linux16`),
 * multiboot_elfxx.c (ELF32 and ELF64 below 4 GiB), and NEWS for versions.
 */
#include "tools/check/facts.h"
#include "tools/check/launcher.h"

#define GRUB_LEAST 0x203

void
launch_systemd_boot(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	(void)self;
	if (!c->r->has_pe)
		launch_no(l, "uefi.pe", "UEFI starts PE files, and it is none (no EFI stub)");
	else if (c->is_addon)
		launch_no(l, "uefi.addon", ADDON_TEXT);
	else if (c->r->kind == KIND_UKI)
		launch_yes(l, "uefi.uki",
		        "a unified kernel image: in \\EFI\\Linux, or as `efi`", NULL);
	else if (!c->r->pe.image_major && c->r->kind == KIND_BZIMAGE)
		launch_yes(l, "uefi.pe",
		        "a PE, as `linux`; its stub takes initrds by the words initrd=, which systemd-boot adds",
		        NULL);
	else
		launch_yes(
		        l, "uefi.pe", "a PE, as `linux` of an entry; on its own machine", NULL);
}

/*
 * What `linux` refuses, or would enter where no code is, and `linux16` takes, which starts in
 * real mode as a BIOS's loader does: zImages, old protocols, no 32-bit entry.
 */
static bool
is_for_linux16(const struct candidate *c)
{
	if (!c->r->known)
		return c->hdrs && c->r->refusal == REFUSAL_BZ_ZIMAGE;
	return c->r->kind == KIND_BZIMAGE &&
	       (c->r->facts.bz.version < GRUB_LEAST || is_real_mode_only(c->r));
}

/* By the header's own addresses, which must be of memory, or by an ELF's. */
static bool
is_for_multiboot(const struct candidate *c)
{
	if (!c->multiboot.found)
		return false;
	return c->multiboot.has_addresses ? c->multiboot.load_addr < PC_LOW_END : c->elf;
}

void
launch_grub(const struct launcher *self, const struct candidate *c, struct launch *l)
{
	(void)self;
	if (is_for_linux16(c))
		launch_yes(l, "grub.linux16",
		        "no 32-bit entry that `linux` would use: `linux16`, with a BIOS", NULL);
	else if (c->hdrs && !c->r->known && c->r->kind != KIND_UKI && c->r->kind != KIND_PE)
		launch_damaged(c, l);
	else if (c->r->kind == KIND_BZIMAGE)
		launch_yes(l, "grub.linux", "a bzImage: `linux`", NULL);
	else if (is_for_multiboot(c))
		launch_yes(l, "grub.multiboot", "a multiboot header: `multiboot`", NULL);
	else if (c->multiboot2)
		launch_yes(l, "grub.multiboot2", "a Multiboot2 header: `multiboot2`", NULL);
	else if ((c->r->kind == KIND_ARM64 || c->r->kind == KIND_RISCV) && c->r->has_pe)
		launch_yes(l, "grub.linux", "an Image with an EFI stub: `linux`, by UEFI",
		        c->r->kind == KIND_RISCV ? "2.12" : NULL);
	else if (c->r->kind == KIND_ARM_ZIMAGE)
		launch_yes(l, "grub.linux", "a zImage: `linux`, on its own machine", NULL);
	else if (c->is_addon)
		launch_no(l, "uefi.addon", ADDON_TEXT);
	else if (c->r->has_pe)
		launch_yes(l, "grub.chainloader", "a PE: `chainloader`, by UEFI", NULL);
	else
		launch_no(l, "grub.linux",
		        c->elf ? "`linux` takes bzImages; an ELF needs a multiboot header"
		               : "neither a bzImage, nor a PE, nor one with a multiboot header that says where it goes");
}
