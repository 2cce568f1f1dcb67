/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One set of functions for every file system: which of them a volume has, and then a row for
 * each question.
 */
#include "file_system.h"

/* FAT's serial number as Linux and blkid(8) write it. */
static void
put_serial(char *out, uint32_t serial)
{
	for (unsigned i = 0; i < 8; i++) {
		if (i == 4)
			*out++ = '-';
		*out++ = "0123456789ABCDEF"[serial >> (28 - 4 * i) & 15];
	}
	*out = 0;
}

static enum refusal_code
open_fat(const struct volume *v, bool *ret_found, struct file_system *fs,
        struct refusal *ret_why)
{
	enum refusal_code code = fat_open(v, ret_found, &fs->fat, ret_why);

	if (code || !*ret_found)
		return code;
	fs->kind = FS_FAT;
	fs->name = fs->fat.bits == 12 ? "FAT12" : fs->fat.bits == 16 ? "FAT16" : "FAT32";
	if (fs->fat.has_serial)
		put_serial(fs->uuid, fs->fat.serial);
	return fat_label(&fs->fat, fs->label, ret_why);
}

static enum refusal_code
open_ext(const struct volume *v, bool *ret_found, struct file_system *fs,
        struct refusal *ret_why)
{
	enum refusal_code code = ext_open(v, ret_found, &fs->ext, ret_why);

	if (code || !*ret_found)
		return code;
	fs->kind = FS_EXT;
	fs->name = fs->ext.name;
	fs->needs_recovery = fs->ext.needs_recovery;
	uuid_text(fs->ext.uuid, fs->uuid);
	memcpy(fs->label, fs->ext.label, sizeof(fs->ext.label));
	return REFUSAL_NONE;
}

enum refusal_code
fs_open(const struct volume *v, struct file_system *ret_fs, struct refusal *ret_why)
{
	struct file_system fs = {0};
	const char *foreign = NULL;
	bool found = false;
	enum refusal_code code;

	if (v->size >= v->disk->sector_size && (code = open_fat(v, &found, &fs, ret_why)))
		return code;
	if (!found && (code = open_ext(v, &found, &fs, ret_why)))
		return code;
	if (!found && (code = fs_foreign(v, &foreign, ret_why)))
		return code;
	if (!found) {
		refuse(ret_why, REFUSAL_DISK_NO_FS, v->start, 0, 0);
		ret_why->detail = foreign ? foreign : "no file system that is known";
		return REFUSAL_DISK_NO_FS;
	}
	*ret_fs = fs;
	return REFUSAL_NONE;
}

struct fs_node
fs_root(const struct file_system *fs)
{
	return fs->kind == FS_EXT ? ext_root() : fat_root(&fs->fat);
}

enum refusal_code
fs_next(struct file_system *fs, const struct fs_node *folder, struct fs_cursor *cursor,
        bool *ret_found, struct fs_entry *ret_entry, struct refusal *ret_why)
{
	if (fs->kind == FS_EXT)
		return ext_next(&fs->ext, folder, cursor, ret_found, ret_entry, ret_why);
	return fat_next(&fs->fat, folder, cursor, ret_found, ret_entry, ret_why);
}

enum refusal_code
fs_stat(struct file_system *fs, struct fs_node *node, struct refusal *ret_why)
{
	if (fs->kind == FS_EXT)
		return ext_stat(&fs->ext, node->id, node, ret_why);
	return REFUSAL_NONE; /* FAT's folders say all */
}

/* One run as the file system has it, which may go on in the next one. */
static enum refusal_code
one_extent(struct file_system *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why)
{
	if (fs->kind == FS_EXT)
		return ext_extent(&fs->ext, node, off, ret_extent, ret_why);
	return fat_extent(&fs->fat, node, off, ret_extent, ret_why);
}

/* Does `b` go on where `a` ends? Holes are not joined, because a file may have any number. */
static bool
joins(const struct fs_extent *a, const struct fs_extent *b)
{
	return !a->hole && !b->hole && a->at + a->len == b->at;
}

enum refusal_code
fs_extent(struct file_system *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why)
{
	struct fs_extent all, more;
	enum refusal_code code = one_extent(fs, node, off, &all, ret_why);

	while (!code && all.len < node->size - off) {
		code = one_extent(fs, node, off + all.len, &more, ret_why);
		if (code || !joins(&all, &more))
			break;
		all.len += more.len;
	}
	if (!code)
		*ret_extent = all;
	return code;
}

static const struct volume *
volume_of(const struct file_system *fs)
{
	return fs->kind == FS_EXT ? &fs->ext.volume : &fs->fat.volume;
}

enum refusal_code
fs_read(struct file_system *fs, const struct fs_node *node, uint64_t off, uint64_t len,
        void *to, struct refusal *ret_why)
{
	const struct volume *v = volume_of(fs);
	uint8_t *out = to;
	enum refusal_code code = REFUSAL_NONE;

	if (!bounds_ok(node->size, off, len))
		return disk_damaged(ret_why, v->start, node->size,
		        range_fits(off, len) ? off + len : UINT64_MAX, "size of a file");
	while (!code && len) {
		struct fs_extent e;
		uint64_t n;

		if ((code = fs_extent(fs, node, off, &e, ret_why)))
			break;
		n = e.len < len ? e.len : len;
		if (e.hole)
			memset(out, 0, (size_t)n);
		else
			code = volume_read(v, e.at, n, "file's content", out, ret_why);
		off += n;
		len -= n;
		out += n;
	}
	return code;
}
