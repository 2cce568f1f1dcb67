/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that GRUB's script names, and the script itself: read into one room, where they
 * stay because the menu's texts point into them.
 */
#include "boot_grub.h"

#include "stub/base/text.h"

/* A file system as a script has it; an empty device is the one of grub.cfg. */
static struct file_system *
file_system_of(const struct boot_grub_reader *r, struct span device)
{
	struct boot_device what;
	uint32_t ignored;

	if (!device.size)
		return r->fs;
	return boot_device_read(device, &what)
	               ? r->devices->find(r->devices->context, &what, &ignored)
	               : NULL;
}

/* Append a file's bytes to the room; false if they do not fit, or cannot be read. */
static bool
read_file(struct boot_grub *room, struct file_system *fs, const struct fs_node *node,
        struct span *ret_bytes, struct refusal *ret_why)
{
	uint8_t *to = room->script + room->used;

	if (node->size > BOOT_GRUB_SCRIPT - room->used) {
		refuse(ret_why, REFUSAL_GRUB_CFG, BOOT_GRUB_SCRIPT, 0, 0);
		ret_why->detail = "the file is longer than kshim has room for";
		return false;
	}
	if (fs_read(fs, node, 0, node->size, to, ret_why))
		return false;
	room->used += (uint32_t)node->size;
	*ret_bytes = (struct span){to, node->size};
	return true;
}

static struct grub_found
look(void *context, struct span device, struct span path, struct span *ret_bytes)
{
	static const struct grub_found not_known = {GRUB_NOT_KNOWN, 0};
	struct boot_grub_reader *r = context;
	struct file_system *fs = file_system_of(r, device);
	struct fs_node node;
	struct refusal ignored;
	enum refusal_code code = fs ? fs_find(fs, path, &node, &ignored) : REFUSAL_DISK_READ;

	if (code == REFUSAL_DISK_NO_FILE || code == REFUSAL_DISK_PATH)
		return (struct grub_found){GRUB_NO_FILE, 0};
	if (code)
		return not_known;
	if (node.type == FS_DIRECTORY)
		return (struct grub_found){GRUB_FOLDER, 0};
	if (node.type != FS_FILE ||
	        (ret_bytes && !read_file(r->room, fs, &node, ret_bytes, &ignored)))
		return not_known;
	return (struct grub_found){GRUB_FILE, node.size};
}

/* The bytes of FOLDER/NAME, whose path goes to `path`; none if there is no such file. */
static enum refusal_code
read_beside(const struct boot_grub_reader *r, const char *folder, const char *name,
        char path[BOOT_GRUB_PATH], struct span *ret_bytes, struct refusal *ret_why)
{
	struct text t = text_init(path, BOOT_GRUB_PATH);
	struct fs_node node;
	enum refusal_code code;

	text_str(&t, folder);
	text_str(&t, name);
	*ret_bytes = text_span("");
	if (t.len >= t.size)
		return REFUSAL_NONE;
	code = fs_find_file(r->fs, text_span(path), &node, ret_why);
	if (code == REFUSAL_DISK_NO_FILE || code == REFUSAL_DISK_PATH)
		return REFUSAL_NONE;
	if (code || !read_file(r->room, r->fs, &node, ret_bytes, ret_why))
		return ret_why->code;
	return REFUSAL_NONE;
}

enum refusal_code
boot_grub_read(struct boot_grub_reader *r, const char *folder, bool *ret_found,
        struct refusal *ret_why)
{
	struct boot_grub *room = r->room;
	struct grub_files files = {look, r};
	struct text prefix = text_init(room->prefix, sizeof(room->prefix));
	struct span script, env;
	enum refusal_code code;

	room->used = 0;
	if ((code = read_beside(r, folder, "/grubenv", room->path, &env, ret_why)) ||
	        (code = read_beside(r, folder, "/grub.cfg", room->path, &script, ret_why)))
		return code;
	*ret_found = script.size != 0;
	if (!*ret_found)
		return REFUSAL_NONE;
	text_str(&prefix, "()");
	text_str(&prefix, folder);
	return grub_cfg_read(script, env, text_span(room->prefix), &files, &room->cfg, ret_why);
}
