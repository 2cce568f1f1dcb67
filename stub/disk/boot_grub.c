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

/* "hd0,gpt2": digits at the end, behind a comma. */
static bool
read_number(struct span device, uint32_t *ret_number)
{
	uint32_t number = 0, unit = 1;
	uint64_t i = device.size;
	bool comma = false;

	while (i && device.base[i - 1] >= '0' && device.base[i - 1] <= '9' && unit <= 1000) {
		number += (device.base[--i] - '0') * unit;
		unit *= 10;
	}
	while (i && !comma)
		comma = device.base[--i] == ',';
	*ret_number = number;
	return comma && number;
}

static bool
read_device(struct span device, struct boot_device *ret_device)
{
	*ret_device = (struct boot_device){.kind = BOOT_BY_NUMBER, .text = device};
	if (span_take(&ret_device->text, "uuid:"))
		ret_device->kind = BOOT_BY_UUID;
	else if (span_take(&ret_device->text, "label:"))
		ret_device->kind = BOOT_BY_LABEL;
	else if (span_take(&ret_device->text, "file:"))
		ret_device->kind = BOOT_BY_FILE;
	else
		return read_number(device, &ret_device->number);
	return true;
}

/* Is that the UUID, in letters of either case? */
static bool
is_uuid(struct span text, const char *uuid)
{
	uint64_t i = 0;

	while (i < text.size && uuid[i] &&
	        text_lower(text.base[i]) == text_lower((uint8_t)uuid[i]))
		i++;
	return i && i == text.size && !uuid[i];
}

bool
boot_device_is(
        const struct boot_device *what, struct file_system *fs, const struct partition *part)
{
	struct fs_node node;
	struct refusal ignored;

	switch (what->kind) {
	case BOOT_BY_UUID:
		return is_uuid(what->text, fs->uuid);
	case BOOT_BY_LABEL:
		return span_equals(what->text, fs->label);
	case BOOT_BY_FILE:
		return !fs_find(fs, what->text, &node, &ignored);
	case BOOT_BY_NUMBER:
	default:
		return part->number == what->number;
	}
}

static void
refuse_entry(struct boot_entry *e, uint32_t line, const char *what)
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
			refuse_entry(e, item->line, "an initrd is on another file system");
	}
	e->entry.initrds = item->initrds;
}

/* The partition of the entry's files; an empty device is the one of grub.cfg. */
static void
place(struct boot_entry *e, struct span device, uint32_t line,
        const struct boot_devices *devices)
{
	struct boot_device what;

	if (device.size && (!read_device(device, &what) ||
	                           !devices->find(devices->context, &what, &e->partition)))
		refuse_entry(e, line, "its file system is not on this disk");
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
		refuse_entry(e, item->unknown, "what it says is not known before GRUB runs it");
	list->count++;
}

_Static_assert(GRUB_INITRDS <= BLS_INITRDS, "an entry's initrds fit");

/* A file's bytes; none if there is no such file. */
static enum refusal_code
read_file(struct file_system *fs, const char *path, struct span room, struct span *ret_bytes,
        struct refusal *ret_why)
{
	struct fs_node node;
	enum refusal_code code = fs_find_file(fs, text_span(path), &node, ret_why);

	*ret_bytes = (struct span){room.base, 0};
	if (code == REFUSAL_DISK_NO_FILE || code == REFUSAL_DISK_PATH)
		return REFUSAL_NONE;
	if (code)
		return code;
	if (node.size > room.size) {
		refuse(ret_why, REFUSAL_GRUB_CFG, room.size, 0, 0);
		ret_why->detail = "the file is longer than kshim has room for";
		return REFUSAL_GRUB_CFG;
	}
	ret_bytes->size = node.size;
	return fs_read(fs, &node, 0, node.size, (uint8_t *)room.base, ret_why);
}

struct grub_place {
	const char *script, *env, *prefix;
};

#define PLACE(folder)                                                                          \
	{                                                                                      \
		folder "/grub.cfg", folder "/grubenv", folder                                  \
	}

/* Read the script of one folder; *ret_found is false if there is none. */
static enum refusal_code
read_menu(struct boot_grub *room, struct file_system *fs, const struct grub_place *p,
        bool *ret_found, struct refusal *ret_why)
{
	struct span script, env;
	enum refusal_code code;

	if ((code = read_file(fs, p->script, (struct span){room->script, BOOT_GRUB_SCRIPT},
	             &script, ret_why)) ||
	        (code = read_file(
	                 fs, p->env, (struct span){room->env, BOOT_GRUB_ENV}, &env, ret_why)))
		return code;
	*ret_found = script.size != 0;
	if (!*ret_found)
		return REFUSAL_NONE;
	return grub_cfg_read(script, env, text_span(p->prefix), &room->cfg, ret_why);
}

enum refusal_code
boot_entries_grub(struct boot_entries *list, struct boot_grub *room, struct file_system *fs,
        const struct partition *part, const struct boot_devices *devices,
        struct refusal *ret_why)
{
	static const struct grub_place places[] = {
	        PLACE("/boot/grub"), PLACE("/boot/grub2"), PLACE("/grub"), PLACE("/grub2")};
	uint32_t chosen, i = 0;
	enum refusal_code code;
	bool found = false;

	for (; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
		if ((code = read_menu(room, fs, &places[i], &found, ret_why)))
			return code;
	}
	if (!found)
		return REFUSAL_NONE;
	chosen = grub_default(&room->cfg);
	if (chosen != GRUB_NONE)
		add(list, &room->cfg.item[chosen], text_span(places[i - 1].script), part,
		        devices);
	for (uint32_t n = 0; n < room->cfg.items; n++) {
		if (n != chosen)
			add(list, &room->cfg.item[n], text_span(places[i - 1].script), part,
			        devices);
	}
	return REFUSAL_NONE;
}
