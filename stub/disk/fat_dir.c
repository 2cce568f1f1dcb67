/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FAT's directories: entries of 32 bytes in a chain of clusters, or in the fixed root of FAT12
 * and FAT16. Parts of a long name come before the entry that they are for.
 */
#include "fat_chain.h"
#include "fat_names.h"

#define ENTRIES    65536u /* of a directory at most */
#define NO_CLUSTER 1u     /* one that no volume has; 0 is the fixed root */
#define ENDED      UINT64_MAX
#define ATTRIBUTES 11
#define LABEL      0x08
#define DIRECTORY  0x10

bool
fat_is_fixed_root(const struct fat *fs, const struct fs_node *dir)
{
	return dir->id == 0 && fs->bits != 32;
}

/* The byte of the volume where the cursor's entry lies; *ret_there is false at the end. */
static enum refusal_code
entry_at(struct fat *fs, const struct fs_node *dir, struct fs_cursor *c, bool *ret_there,
        uint64_t *ret_at, struct refusal *ret_why)
{
	uint64_t in = c->off % fs->cluster_size;
	uint32_t next;
	enum refusal_code code;

	if (fat_is_fixed_root(fs, dir)) {
		*ret_there = c->off < fs->root_len;
		*ret_at = fs->root_at + c->off;
		return REFUSAL_NONE;
	}
	if (c->off && in == 0) {
		if ((code = fat_follow(fs, c->where, &next, ret_why)))
			return code;
		c->where = next;
	} else if (c->off == 0) {
		c->where = dir->id;
		if (!fat_has(fs, dir->id))
			return disk_damaged(ret_why, fs->volume.start, dir->id,
			        fs->clusters + 1, "first cluster of a directory");
	}
	*ret_there = c->where != 0;
	*ret_at = *ret_there ? fat_cluster_at(fs, c->where) + in : 0;
	return REFUSAL_NONE;
}

enum refusal_code
fat_slot(struct fat *fs, const struct fs_node *dir, struct fs_cursor *c, bool *ret_there,
        struct fat_slot *ret_slot, struct refusal *ret_why)
{
	enum refusal_code code;

	*ret_there = false;
	if (c->where == ENDED)
		return REFUSAL_NONE;
	if (c->steps++ > ENTRIES)
		return disk_damaged(ret_why, fs->volume.start, c->steps, ENTRIES,
		        "directory without an end");
	if ((code = entry_at(fs, dir, c, ret_there, &ret_slot->at, ret_why)))
		return code;
	if (*ret_there && (code = volume_bytes(&fs->volume, ret_slot->at, FAT_ENTRY,
	                           "directory", &ret_slot->bytes, ret_why)))
		return code;
	c->off += FAT_ENTRY;
	if (!*ret_there || span_u8(ret_slot->bytes, 0) == 0) {
		*ret_there = false;
		c->where = ENDED;
	}
	return REFUSAL_NONE;
}

/* Is it a name, other than of the directory itself and the one above? None begins blank. */
static bool
is_name(struct span entry)
{
	uint8_t first = span_u8(entry, 0);

	return !(span_u8(entry, ATTRIBUTES) & LABEL) && first != '.' && first != ' ';
}

static struct fs_node
node_of(const struct fat *fs, struct span entry)
{
	uint64_t high = fs->bits == 32 ? span_le16(entry, 20) : 0;
	struct fs_node node = {.type = FS_FILE,
	        .id = high << 16 | span_le16(entry, 26),
	        .size = span_le32(entry, 28)};

	if (span_u8(entry, ATTRIBUTES) & DIRECTORY) {
		node.type = FS_DIRECTORY;
		node.size = 0;
		if (!node.id)
			node.id = NO_CLUSTER;
	}
	return node;
}

bool
fat_in_use(struct span entry)
{
	return span_u8(entry, 0) != FAT_FREE;
}

static bool
is_long_part(struct span entry)
{
	return (span_u8(entry, ATTRIBUTES) & 0x3f) == FAT_LONG_PART;
}

enum refusal_code
fat_next_name(struct fat *fs, const struct fs_node *dir, struct fs_cursor *cursor,
        bool *ret_found, struct fat_long *ret_name, struct fat_slot *ret_slot,
        struct refusal *ret_why)
{
	struct span *entry = &ret_slot->bytes;
	enum refusal_code code;

	*ret_found = false;
	ret_name->parts = ret_name->left = 0;
	for (;;) {
		bool there;

		if ((code = fat_slot(fs, dir, cursor, &there, ret_slot, ret_why)) || !there)
			return code;
		if (fat_in_use(*entry) && is_long_part(*entry)) {
			fat_long_add(ret_name, *entry, ret_slot->at);
			continue;
		}
		if (fat_in_use(*entry) && is_name(*entry))
			break;
		ret_name->parts = ret_name->left = 0;
	}
	*ret_found = true;
	return REFUSAL_NONE;
}

enum refusal_code
fat_next(struct fat *fs, const struct fs_node *dir, struct fs_cursor *cursor, bool *ret_found,
        struct fs_entry *ret_entry, struct refusal *ret_why)
{
	struct fat_long name;
	struct fat_slot slot;
	enum refusal_code code =
	        fat_next_name(fs, dir, cursor, ret_found, &name, &slot, ret_why);

	if (code || !*ret_found)
		return code;
	ret_entry->node = node_of(fs, slot.bytes);
	ret_entry->name_len = fat_name(&name, slot.bytes, ret_entry->name);
	return REFUSAL_NONE;
}

enum refusal_code
fat_label(struct fat *fs, char ret_label[FAT_LABEL], struct refusal *ret_why)
{
	struct fs_node root = fat_root(fs);
	struct fs_cursor cursor = {0};
	struct fat_slot slot;
	bool there;
	enum refusal_code code;

	for (;;) {
		if ((code = fat_slot(fs, &root, &cursor, &there, &slot, ret_why)))
			return code;
		if (!there)
			break;
		if (fat_in_use(slot.bytes) && !is_long_part(slot.bytes) &&
		        span_u8(slot.bytes, ATTRIBUTES) & LABEL) {
			fat_label_text(slot.bytes, ret_label);
			return REFUSAL_NONE;
		}
	}
	memcpy(ret_label, fs->label, FAT_LABEL);
	return REFUSAL_NONE;
}
