/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot counting (UAPI Group Specifications, "Boot Loader Specification"): an entry
 * NAME+LEFT-DONE that is booted is renamed before, so that it has one try less whatever becomes
 * of the boot.
 */
#include "boot_list.h"

#include "stub/base/text.h"

/* FOLDER/NAME: NAME alone, and what is before it without the slash. */
static void
split(struct span path, struct span *ret_folder, struct span *ret_name)
{
	uint64_t at = path.size;

	while (at && path.base[at - 1] != '/')
		at--;
	*ret_folder = (struct span){path.base, at ? at - 1 : 0};
	*ret_name = (struct span){path.base + at, path.size - at};
}

/* Is there no file yet at START TAIL, and can there be one? */
static bool
is_free(struct file_system *fs, struct span start, struct span tail)
{
	char path[FS_PATH];
	struct fs_node ignored;
	struct refusal why;

	if (start.size + tail.size > sizeof(path))
		return false;
	memcpy(path, start.base, (size_t)start.size);
	memcpy(path + start.size, tail.base, (size_t)tail.size);
	return fs_find(fs, (struct span){(uint8_t *)path, start.size + tail.size}, &ignored,
	               &why) == REFUSAL_DISK_NO_FILE;
}

bool
boot_entry_counts(const struct boot_entry *e)
{
	return (e->kind == BOOT_TEXT_ENTRY || e->kind == BOOT_IMAGE) && e->entry.counted &&
	       e->entry.left;
}

static const char *
rename_entry(struct file_system *fs, const struct boot_entry *e, bool no_longer,
        char ret_tail[BLS_TAIL])
{
	struct span folder, name, tail;
	struct fs_node node;
	struct refusal why;
	uint32_t cut;

	split(e->path, &folder, &name);
	bls_count_down(name, &e->entry, no_longer, ret_tail);
	tail = text_span(ret_tail);
	cut = (uint32_t)(name.size - e->entry.id.size);
	if (!is_free(fs, (struct span){e->path.base, e->path.size - cut}, tail))
		return "there is a file of its next name";
	if (fs_find(fs, folder, &node, &why))
		return "its folder cannot be read";
	return fat_rename(&fs->fat, &node, name, cut, tail);
}

/* Where there is no room for a longer name, it does not become longer. */
const char *
boot_list_count(struct boot_list *list, const struct boot_entry *e, char ret_tail[BLS_TAIL])
{
	struct boot_volume *v = boot_list_volume(list, e->partition);

	if (!v || v->fs.kind != FS_FAT)
		return "kshim writes to FAT only";
	return rename_entry(&v->fs, e, false, ret_tail)
	               ? rename_entry(&v->fs, e, true, ret_tail)
	               : NULL;
}
