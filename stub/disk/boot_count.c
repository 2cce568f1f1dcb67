/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot counting (UAPI Group Specifications, "Boot Loader Specification"): an entry
 * NAME+LEFT-DONE that is booted is renamed before, so that it has one try less whatever becomes
 * of the boot.
 */
#include "boot_list.h"

#include "stub/base/text.h"

/* Why there can be no new file at START TAIL, or NULL; *ret_again: another name may do. */
static const char *
why_not(struct file_system *fs, struct span start, struct span tail, bool *ret_again)
{
	char path[FS_PATH - 1];
	struct fs_node ignored;
	struct refusal why;
	enum refusal_code code;

	*ret_again = true;
	if (start.size + tail.size > sizeof(path))
		return "its new name would be too long";
	memcpy(path, start.base, (size_t)start.size);
	memcpy(path + start.size, tail.base, (size_t)tail.size);
	code = fs_find(
	        fs, (struct span){(uint8_t *)path, start.size + tail.size}, &ignored, &why);
	if (code == REFUSAL_DISK_NO_FILE)
		return NULL;
	*ret_again = code == REFUSAL_NONE;
	return code ? "its folder cannot be read" : "there is a file of its next name";
}

bool
boot_entry_counts(const struct boot_entry *e)
{
	return (e->kind == BOOT_TEXT_ENTRY || e->kind == BOOT_IMAGE) && e->entry.counted &&
	       e->entry.left;
}

/* *ret_again: nothing is written, and a shorter name may do. */
static const char *
rename_entry(struct file_system *fs, const struct boot_entry *e, bool no_longer,
        char ret_tail[BLS_TAIL], bool *ret_again)
{
	struct span folder, name, tail;
	struct fs_node node;
	struct refusal ignored;
	const char *why;
	uint32_t cut;

	fs_split(e->path, &folder, &name);
	bls_count_down(name, &e->entry, no_longer, ret_tail);
	tail = text_span(ret_tail);
	cut = (uint32_t)(name.size - e->entry.id.size);
	why = why_not(fs, (struct span){e->path.base, e->path.size - cut}, tail, ret_again);
	if (why)
		return why;
	*ret_again = false;
	if (fs_find(fs, folder, &node, &ignored))
		return "its folder cannot be read";
	return fat_rename(&fs->fat, &node, name, cut, tail, ret_again);
}

/* Where there is no room for a longer name, it does not become longer. */
const char *
boot_list_count(struct boot_list *list, const struct boot_entry *e, char ret_tail[BLS_TAIL])
{
	struct boot_volume *v = boot_list_volume(list, e->partition);
	const char *why;
	bool again;

	if (!v || v->fs.kind != FS_FAT)
		return "kshim writes to FAT only";
	why = rename_entry(&v->fs, e, false, ret_tail, &again);
	return why && again ? rename_entry(&v->fs, e, true, ret_tail, &again) : why;
}
