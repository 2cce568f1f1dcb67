/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From UEFI to the boot entry: \EFI\BOOT\BOOTX64.EFI of a FAT file system, and what that is.
 *
 * UEFI 2.10, 3.5.1.1 ("Removable Media Boot Behavior"), which is also what a firmware without
 * variables of this disk does, such as a new machine's. Known by their sections: systemd-boot
 * (.sdmagic), shim and GRUB (.sbat, rhboot's SBAT.md; GRUB also by its modules, "mods"). What a
 * file with another name would be started by, a boot entry in the firmware, is no part of the
 * image.
 */

#include "stub/base/text.h"
#include "tools/check/disk.h"
#include "tools/sbat.h"

#define SHIMS_NEXT "/EFI/BOOT/grubx64.efi"
#define FALLBACK   "/EFI/BOOT/fbx64.efi"

static bool
is_named(const struct report *k, const char *component)
{
	return sbat_names(pe_content(&k->pe, ".sbat", k->bytes, false), component);
}

static bool
is_there(struct boot_volume *v, const char *path)
{
	struct fs_node node;
	struct refusal ignored;

	return !fs_find_file(&v->fs, text_span(path), &node, &ignored);
}

/* The volume that UEFI can read: FAT. */
static struct boot_volume *
find_volume(struct disk_view *view)
{
	struct boot_list *list = &view->list;

	for (uint32_t i = 0; i < list->volumes; i++)
		if (list->volume[i].fs.kind == FS_FAT &&
		        is_there(&list->volume[i], BOOT_FALLBACK))
			return &list->volume[i];
	return NULL;
}

static struct disk_way
without_program(const struct disk_view *view)
{
	for (uint32_t i = 0; i < view->list.volumes; i++)
		if (view->list.volume[i].fs.kind == FS_FAT)
			return disk_no("uefi.boot-program",
			        "UEFI finds nothing to start: there is no \\EFI\\BOOT\\BOOTX64.EFI on the FAT file system");
	return disk_no("uefi.file-system",
	        "UEFI finds nothing to start: there is no FAT file system that could be read");
}

/* Systemd-boot has the entries of the Boot Loader Specification, and images. */
static struct disk_way
by_systemd_boot(struct disk_view *view)
{
	struct report *r = view->report;
	const struct disk_entry *d = view->chosen;
	const struct launch *l;

	if (!d || d->entry->kind == BOOT_GRUB || d->entry->kind == BOOT_GUESS)
		return disk_no("uefi.entries",
		        "BOOTX64.EFI is systemd-boot, and there is no entry in \\loader\\entries or \\EFI\\Linux");
	l = d->kernel ? report_find_launch(d->kernel, "systemd-boot") : NULL;
	if (d->broken || !l || !l->boots)
		return disk_no(d->broken || !l ? d->rule : l->rule,
		        report_format(r, "systemd-boot boots the entry \"%s\": %s", d->title,
		                d->broken || !l ? d->why : l->text));
	return disk_yes("uefi.systemd-boot",
	        report_format(r, "systemd-boot boots the entry \"%s\"", d->title));
}

static struct disk_way
by_shim(struct disk_view *view, struct boot_volume *v)
{
	if (is_there(v, SHIMS_NEXT))
		return disk_by_grub(view, "shim starts GRUB, which boots ");
	if (is_there(v, FALLBACK))
		return disk_by_grub(view,
		        "shim starts fbx64.efi, which starts what BOOTX64.CSV names; if that is GRUB, it boots ");
	return disk_no("uefi.shim",
	        "BOOTX64.EFI is shim, and beside it is neither grubx64.efi nor fbx64.efi for it to start");
}

/* It is a kernel itself. */
static struct disk_way
by_kernel(struct disk_view *view, const struct report *k)
{
	const struct launch *l = report_find_launch(k, "qemu.q35.ovmf");
	const char *text = report_format(view->report, "BOOTX64.EFI is %s", k->what);

	if (report_damaged(k))
		return disk_no("payload.unpacks", report_format(view->report, "%s: %s", text,
		                                          report_damaged(k)->damaged));
	if (!l || !l->boots)
		return disk_no(l ? l->rule : "uefi.pe",
		        report_format(view->report, "%s: %s", text, l ? l->text : k->refused));
	return disk_yes(k->kind == KIND_UKI ? "uefi.uki" : "uefi.pe", text);
}

static struct disk_way
by_program(struct disk_view *view, struct boot_volume *v, const struct report *k)
{
	struct report *r = view->report;

	if (!k->has_pe)
		return disk_no(
		        "uefi.pe", report_format(r, "BOOTX64.EFI is no PE file: %s", k->what));
	if (k->pe.machine != PE_MACHINE_X86_64)
		return disk_no("uefi.machine",
		        report_format(r, "BOOTX64.EFI is for another machine: %s", k->what));
	if (k->kind == KIND_UKI || k->kind == KIND_BZIMAGE)
		return by_kernel(view, k);
	if (pe_find(&k->pe, ".sdmagic"))
		return by_systemd_boot(view);
	if (is_named(k, "shim"))
		return by_shim(view, v);
	if (pe_find(&k->pe, "mods") || is_named(k, "grub"))
		return disk_by_grub(view, "BOOTX64.EFI is GRUB, which boots ");
	return disk_unknown("UEFI starts BOOTX64.EFI, a program that is not known here");
}

void
disk_uefi(struct disk_view *view)
{
	static const char path[] = BOOT_FALLBACK;
	struct boot_volume *v = find_volume(view);
	struct boot_entry program = {.kind = BOOT_IMAGE, .path = text_span(path)};
	struct file file = {.path = NULL};
	const char *rule, *why;

	if (!v) {
		view->uefi = without_program(view);
		return;
	}
	program.partition = v->part.number;
	why = disk_entry_read(view, &program, 0, &file, &rule);
	if (why) {
		file_free(&file);
		view->uefi = disk_no(rule, why);
		return;
	}
	view->uefi = by_program(view, v, disk_kernel(view, "kernel", &file));
}
