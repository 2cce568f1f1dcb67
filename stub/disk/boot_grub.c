/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds grub.cfg, has it read, and makes boot entries of its menu.
 *
 * Surprise: an entry's files need not be on the file system of grub.cfg; where they are is a
 * search by UUID, label or file, or a device of GRUB's ("hd0,gpt2"), of which the disk's number
 * is GRUB's own, so that only the partition's is used.
 */
#include "boot_grub.h"

#include "stub/base/text.h"

#define EFI "/EFI"

void
boot_grub_refuse(struct boot_entry *e, uint32_t line, const char *what)
{
	refuse(&e->why, REFUSAL_GRUB_CFG, 0, line, 0);
	e->why.detail = what;
}

/* Paths without their device, which must be one for all. */
static void
read_files(const struct grub_item *item, struct boot_entry *e, struct span *ret_device)
{
	struct span device;

	grub_file(item->kernel, item->root, ret_device, &e->entry.kernel);
	for (uint32_t i = 0; i < item->initrds; i++) {
		grub_file(item->initrd[i], item->root, &device, &e->entry.initrd[i]);
		if (!span_same(device, *ret_device))
			boot_grub_refuse(e, item->line, "an initrd is on another file system");
	}
	e->entry.initrds = item->initrds;
}

/* The partition of the entry's files; an empty device is the one of grub.cfg. */
static void
place(struct boot_entry *e, struct span device, uint32_t line,
        const struct boot_devices *devices)
{
	struct boot_device what;

	if (device.size && (!boot_device_read(device, &what) ||
	                           !devices->find(devices->context, &what, &e->partition)))
		boot_grub_refuse(e, line, "its file system is not on this disk");
}

static void
add(struct boot_entries *list, const struct grub_item *item, struct span path,
        const struct partition *part, const struct boot_devices *devices)
{
	struct boot_entry *e = &list->entry[list->count];
	struct span device;

	if (item->kind != GRUB_ENTRY || !item->kernel.size)
		return;
	if (list->count == BOOT_ENTRIES) {
		list->left_out++;
		return;
	}
	*e = (struct boot_entry){.kind = BOOT_GRUB, .partition = part->number, .path = path};
	e->entry.id = item->id.size ? item->id : item->title;
	e->entry.title = item->title;
	e->entry.options = item->options.size ? 1 : 0;
	e->entry.option[0] = item->options;
	read_files(item, e, &device);
	if (!e->why.code)
		place(e, device, item->line, devices);
	if (item->unknown)
		boot_grub_refuse(e, item->unknown, BOOT_GRUB_UNKNOWN);
	list->count++;
}

_Static_assert(GRUB_INITRDS <= BLS_INITRDS, "an entry's initrds fit");

enum refusal_code
boot_grub_find(struct boot_grub_reader *r, bool *ret_found, struct refusal *ret_why)
{
	static const char *const folders[] = {"/boot/grub", "/boot/grub2", "/grub", "/grub2"};
	enum refusal_code code = REFUSAL_NONE;

	*ret_found = false;
	for (unsigned i = 0; i < sizeof(folders) / sizeof(folders[0]) && !*ret_found; i++) {
		if ((code = boot_grub_read(r, folders[i], ret_found, ret_why)))
			break;
	}
	return code;
}

/* The menu that was read, its default first. */
static void
add_menu(struct boot_entries *list, const struct boot_grub_reader *r,
        const struct partition *part)
{
	const struct grub_cfg *cfg = &r->room->cfg;
	uint32_t chosen = grub_default(cfg);

	if (chosen != GRUB_NONE)
		add(list, &cfg->item[chosen], text_span(r->room->path), part, r->devices);
	for (uint32_t n = 0; n < cfg->items; n++) {
		if (n != chosen)
			add(list, &cfg->item[n], text_span(r->room->path), part, r->devices);
	}
}

enum refusal_code
boot_entries_grub(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why)
{
	bool found = false;
	enum refusal_code code = boot_grub_find(r, &found, ret_why);

	if (!code && found)
		add_menu(list, r, part);
	return code;
}

/* Read the script in folder NAME of /EFI. */
static enum refusal_code
read_vendor(struct boot_grub_reader *r, const struct fs_entry *vendor, bool *ret_found,
        struct refusal *ret_why)
{
	char folder[BOOT_GRUB_PATH];
	struct text t = text_init(folder, sizeof(folder));

	text_str(&t, EFI "/");
	text_str(&t, vendor->name);
	if (vendor->node.type != FS_DIRECTORY || t.len >= t.size)
		return REFUSAL_NONE;
	return boot_grub_read(r, folder, ret_found, ret_why);
}

enum refusal_code
boot_entries_grub_esp(struct boot_entries *list, struct boot_grub_reader *r,
        const struct partition *part, struct refusal *ret_why)
{
	struct fs_cursor cursor = {0};
	struct fs_entry vendor;
	struct fs_node node;
	bool more = true, found = false;
	enum refusal_code code = fs_find(r->fs, text_span(EFI), &node, ret_why);

	if (code == REFUSAL_DISK_NO_FILE || (!code && node.type != FS_DIRECTORY))
		return REFUSAL_NONE;
	while (!code && more && !found) {
		code = fs_next(r->fs, &node, &cursor, &more, &vendor, ret_why);
		if (!code && more)
			code = read_vendor(r, &vendor, &found, ret_why);
	}
	if (!code && found)
		add_menu(list, r, part);
	return code;
}
