/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a BIOS to the boot entry: the code in the disk's first sector, GRUB's core behind it,
 * GRUB's menu.
 *
 * GRUB 2.12 grub-core/boot/i386/pc/boot.S and grub-core/boot/i386/pc/diskboot.S: boot.img
 * reads one sector, by the number at 0x5c; that is diskboot.img, which has from its end down a
 * list of the sectors that core.img goes on in. What core.img does is not known to us; it has
 * GRUB's menu read from where it was told to.
 */
#include <string.h>

#include "stub/base/text.h"
#include "tools/check/disk.h"
#include "tools/check/verdicts.h"

#define SECTOR       512u /* a BIOS' */
#define CODE_LEN     440u
#define GRUB_ADDRESS 0x5a /* 16 bits: where it loads that sector */
#define GRUB_SECTOR  0x5c
#define GRUB_HYBRID  0x1b0 /* the same in boot_hybrid.img; 0 in the other */
#define GRUB_LOADS   0x8000u
#define BLOCK_LEN    12u /* of the list: first sector, number of sectors, segment */
#define BLOCKS       32u

struct disk_way
disk_yes(const char *rule, const char *text)
{
	return (struct disk_way){true, true, rule, text};
}

struct disk_way
disk_no(const char *rule, const char *text)
{
	return (struct disk_way){true, false, rule, text};
}

struct disk_way
disk_unknown(const char *text)
{
	return (struct disk_way){.text = text};
}

static bool
contains(struct span s, const char *text, uint64_t len)
{
	for (uint64_t i = 0; i + len <= s.size; i++)
		if (span_is(s, i, text, len))
			return true;
	return false;
}

static bool
is_zero(struct span s)
{
	for (uint64_t i = 0; i < s.size; i++)
		if (s.base[i])
			return false;
	return true;
}

/* The sector of that number; false if it is not on the disk. */
static bool
sector_at(struct span disk, uint64_t number, struct span *ret)
{
	return number <= disk.size / SECTOR && span_sub(disk, number * SECTOR, SECTOR, ret);
}

/* Is all of core.img where diskboot.img, in sector `first`, looks for it? NULL: yes. */
static const char *
judge_core(struct report *r, uint64_t first)
{
	struct span boot, part;

	if (!sector_at(r->bytes, first, &boot))
		return report_format(r,
		        "GRUB's core.img should start in sector %llu, which is not on the disk",
		        (unsigned long long)first);
	if (!contains(boot, "Geom\0Read\0", 10))
		return report_format(r,
		        "GRUB's core.img should start in sector %llu, and something else is there",
		        (unsigned long long)first);
	for (uint32_t i = 1; i <= BLOCKS; i++) {
		uint64_t at = SECTOR - i * BLOCK_LEN, start = span_le64(boot, at);
		uint64_t count = span_le16(boot, at + 8);

		if (!count)
			return NULL;
		if (!sector_at(r->bytes, start, &part) ||
		        !sector_at(r->bytes, start + count - 1, &part))
			return report_format(r,
			        "GRUB's core.img should go on in sector %llu, which is not on the disk",
			        (unsigned long long)(start + count - 1));
		if (sector_at(r->bytes, start, &part) && is_zero(part))
			return report_format(r,
			        "GRUB's core.img should go on in sector %llu, where there are zeros only",
			        (unsigned long long)start);
	}
	return "GRUB's core.img is in more pieces than can be";
}

/* What code is it, if it is not GRUB's? */
static const char *
other_code(struct span code)
{
	static const char *const names[] = {"SYSLINUX", "EXTLINUX", "ISOLINUX", "LILO", "NTLDR",
	        "BOOTMGR", "Missing operating system"};
	static const char *const means[] = {"syslinux'", "extlinux'", "isolinux'", "LILO's",
	        "Windows'", "Windows'", "that of an MBR which starts the active partition"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (contains(code, names[i], strlen(names[i])))
			return means[i];
	return "of no kind that is known here";
}

/* The menu that was read last has the entries of the Boot Loader Specification in it. */
static bool
has_blscfg(const struct grub_cfg *cfg)
{
	for (uint32_t i = 0; i < cfg->items; i++)
		if (cfg->item[i].kind == GRUB_BLSCFG)
			return true;
	return false;
}

/* The first entry that is a text: systemd's loader orders them as GRUB does. */
static const struct disk_entry *
text_entry(const struct disk_view *view)
{
	if (view->chosen && view->chosen->entry->kind == BOOT_TEXT_ENTRY)
		return view->chosen;
	for (uint32_t i = 0; i < view->entries; i++)
		if (view->entry[i].entry->kind == BOOT_TEXT_ENTRY)
			return &view->entry[i];
	return NULL;
}

/* The default of the first grub.cfg, on whichever file system; it is no entry of the list. */
static const struct disk_entry *
read_menu(struct disk_view *view, struct refusal *why)
{
	struct boot_list *list = &view->list;

	for (uint32_t i = 0; i < list->volumes; i++) {
		list->grub.cfg.items = 0;
		boot_entries_start(&view->grub, "x64");
		if (boot_list_grub(list, &list->volume[i], &view->grub, why))
			return NULL;
		if (has_blscfg(&list->grub.cfg) && text_entry(view))
			return text_entry(view);
		if (view->grub.count) {
			disk_entry_judge(view, &view->grub.entry[0], &view->by_grub);
			return &view->by_grub;
		}
	}
	return NULL;
}

const struct disk_entry *
disk_grub_entry(struct disk_view *view, const char **ret_why)
{
	struct refusal why = {.code = REFUSAL_NONE};
	const struct disk_entry *d;

	if (view->by_grub.entry)
		return &view->by_grub;
	for (uint32_t i = 0; i < view->entries; i++)
		if (view->entry[i].entry->kind == BOOT_GRUB)
			return &view->entry[i];
	d = read_menu(view, &why);
	*ret_why = why.code ? report_sentence(view->report, &why) : NULL;
	return d;
}

/* Does GRUB boot that entry? Its own word counts for the kernel. */
static struct disk_way
by_grub_entry(struct disk_view *view, const struct disk_entry *d, const char *before)
{
	const struct launch *grub = d->kernel ? report_find_launch(d->kernel, "grub") : NULL;
	const char *name = report_format(view->report, "%sthe entry \"%s\"", before, d->title);

	if (d->broken)
		return disk_no(d->rule, report_format(view->report, "%s: %s", name, d->broken));
	if (!grub)
		return disk_unknown(report_format(view->report, "%s: %s", name, d->why));
	if (!grub->boots)
		return disk_no(
		        grub->rule, report_format(view->report, "%s: %s", name, grub->text));
	return disk_yes("grub.cfg", name);
}

struct disk_way
disk_by_grub(struct disk_view *view, const char *before)
{
	struct report *r = view->report;
	const char *why;
	const struct disk_entry *d = disk_grub_entry(view, &why);

	if (d)
		return by_grub_entry(view, d, before);
	if (view->foreign)
		return disk_unknown(report_format(r,
		        "%sgrub.cfg may be on the file system that is not read here (%s)",
		        before, view->foreign_name));
	if (why)
		return disk_no("grub.cfg", report_format(r, "%s%s", before, why));
	return disk_no("grub.cfg",
	        report_format(r,
	                "%sthere is no grub.cfg in /boot/grub, /boot/grub2, /grub or /grub2",
	                before));
}

void
disk_bios(struct disk_view *view)
{
	struct report *r = view->report;
	struct span code;
	const char *why;
	uint64_t first;

	if (!sector_at(r->bytes, 0, &code))
		return;
	if (!span_is(code, 510, "\x55\xaa", 2)) {
		view->bios = disk_no("boot-sector",
		        "a BIOS starts nothing from it: its first sector does not end with 55 aa");
		return;
	}
	(void)span_sub(code, 0, CODE_LEN, &code);
	if (is_zero(code)) {
		view->bios = disk_no("boot-code",
		        "a BIOS starts nothing from it: there is no boot code in its first sector");
		return;
	}
	if (!contains(code, "Geom\0Hard Disk\0", 15) ||
	        span_le16(code, GRUB_ADDRESS) != GRUB_LOADS) {
		view->bios = disk_unknown(report_format(r,
		        "the boot code in its first sector is %s: what a BIOS boots by it is not known here",
		        other_code(code)));
		return;
	}
	first = span_le64(code, GRUB_HYBRID);
	why = judge_core(r, first ? first : span_le64(code, GRUB_SECTOR));
	view->bios = why ? disk_no("boot-code", why) : disk_by_grub(view, "GRUB boots ");
}
