/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that no boot entry names, as distributions call them: vmlinuz-VERSION, beside which
 * initrd.img-VERSION (Debian), initramfs-VERSION.img (Fedora) or initrd-VERSION (SUSE) lies.
 *
 * The entry made of it is a guess: its id is the kernel's name, its version what follows
 * "vmlinuz-", its options root= and ro if the folder is a root file system's own /boot.
 */
#include "boot_entries.h"

#include "stub/base/text.h"

#define KERNEL "vmlinuz-"

/* Append the texts to those of the list, as one; false if there is no room. */
static bool
join(struct boot_entries *list, const char *a, struct span b, const char *c, struct span *ret)
{
	uint32_t start = list->used;

	if (!boot_keep(list, text_span(a)) || !boot_keep(list, b) ||
	        !boot_keep(list, text_span(c))) {
		list->used = start;
		return false;
	}
	*ret = boot_kept(list, start);
	return true;
}

/* The first initrd of that version that there is. */
static enum refusal_code
find_initrd(struct boot_entries *list, struct file_system *fs, const char *folder,
        struct bls_entry *e, struct refusal *ret_why)
{
	static const char *const names[][2] = {
	        {"initrd.img-", ""}, {"initramfs-", ".img"}, {"initrd-", ""}};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t used = list->used;
		struct fs_node node;
		struct span name, path;
		enum refusal_code code;

		if (!join(list, names[i][0], e->version, names[i][1], &name) ||
		        !join(list, folder, name, "", &path))
			return REFUSAL_NONE;
		code = fs_find_file(fs, path, &node, ret_why);
		if (!code) {
			e->initrd[e->initrds++] = path;
			return REFUSAL_NONE;
		}
		list->used = used;
		if (code != REFUSAL_DISK_NO_FILE && code != REFUSAL_DISK_PATH)
			return code;
	}
	return REFUSAL_NONE;
}

static void
add_root(struct boot_entries *list, const struct partition *part, struct bls_entry *e)
{
	if (part->uuid[0] && join(list, "root=PARTUUID=", text_span(part->uuid), " ro",
	                             &e->option[e->options]))
		e->options++;
}

/* Take one kernel into the list. */
static enum refusal_code
add(struct boot_entries *list, struct file_system *fs, const struct partition *part,
        const char *folder, struct span name, struct refusal *ret_why)
{
	struct boot_entry *b = &list->entry[list->count];
	struct bls_entry *e = &b->entry;
	uint64_t before = text_span(folder).size;
	struct span path;

	if (list->count == BOOT_ENTRIES || !join(list, folder, name, "", &path)) {
		list->left_out++;
		return REFUSAL_NONE;
	}
	*b = (struct boot_entry){.kind = BOOT_GUESS, .partition = part->number, .path = path};
	e->kernel = path;
	span_sub(b->path, before, b->path.size - before, &e->id);
	span_sub(e->id, sizeof(KERNEL) - 1, e->id.size - (sizeof(KERNEL) - 1), &e->version);
	if (before > 1) /* in /boot/ of a root file system */
		add_root(list, part, e);
	list->count++;
	return find_initrd(list, fs, folder, e, ret_why);
}

static enum refusal_code
guess_in(struct boot_entries *list, struct file_system *fs, const struct partition *part,
        const char *folder, struct refusal *ret_why)
{
	struct fs_cursor cursor = {0};
	struct fs_entry entry;
	struct fs_node node;
	bool found = true;
	enum refusal_code code = fs_find(fs, text_span(folder), &node, ret_why);

	if (code == REFUSAL_DISK_NO_FILE || code == REFUSAL_DISK_PATH ||
	        (!code && node.type != FS_DIRECTORY))
		return REFUSAL_NONE;
	while (!code && found) {
		struct span name;

		code = fs_next(fs, &node, &cursor, &found, &entry, ret_why);
		name = (struct span){(const uint8_t *)entry.name, entry.name_len};
		if (!code && found && name.size > sizeof(KERNEL) - 1 &&
		        span_is(name, 0, KERNEL, sizeof(KERNEL) - 1))
			code = add(list, fs, part, folder, name, ret_why);
	}
	return code;
}

enum refusal_code
boot_entries_guess(struct boot_entries *list, struct file_system *fs,
        const struct partition *part, struct refusal *ret_why)
{
	enum refusal_code code = guess_in(list, fs, part, "/boot/", ret_why);

	return code ? code : guess_in(list, fs, part, "/", ret_why);
}
