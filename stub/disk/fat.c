/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FAT: the boot sector becomes a shape, a file's chain of clusters becomes runs of bytes.
 *
 * A chain that loops is no danger for a file, because its size ends the walk, and a size that
 * needs more clusters than there are is refused.
 */
#include "fat_chain.h"
#include "fat_names.h"

#define BOOT_LEN 90u /* bytes that are looked at */

/* A boot sector's fields that all FATs have. */
struct boot_sector {
	uint32_t sector, cluster; /* bytes; sectors */
	uint32_t reserved, fats, roots;
	uint64_t fat_sectors, sectors;
	bool is_32;
	uint8_t media;
};

static struct boot_sector
boot_sector_of(struct span bytes)
{
	struct boot_sector b = {.sector = span_le16(bytes, 11),
	        .cluster = span_u8(bytes, 13),
	        .reserved = span_le16(bytes, 14),
	        .fats = span_u8(bytes, 16),
	        .roots = span_le16(bytes, 17),
	        .sectors = span_le16(bytes, 19),
	        .media = span_u8(bytes, 21),
	        .fat_sectors = span_le16(bytes, 22)};

	b.is_32 = !b.fat_sectors;
	if (b.is_32)
		b.fat_sectors = span_le32(bytes, 36);
	if (!b.sectors)
		b.sectors = span_le32(bytes, 32);
	return b;
}

/* Linux tells a FAT by these fields, too; there is no magic number. */
static bool
is_fat(const struct boot_sector *b)
{
	return is_power_of_two(b->sector) && b->sector >= 512 && b->sector <= DISK_BLOCK &&
	       is_power_of_two(b->cluster) && b->reserved && b->fats && b->fat_sectors &&
	       (b->media == 0xf0 || b->media >= 0xf8);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How many clusters have all of a place in the volume and an entry in the table? */
static enum refusal_code
count_clusters(struct fat *fs, const struct boot_sector *b, struct refusal *ret_why)
{
	uint64_t start = fs->data_at / b->sector, count, entries;

	if (b->sectors <= start || fs->volume.size <= fs->data_at)
		return disk_damaged(ret_why, fs->volume.start + 19, b->sectors, start + 1,
		        "FAT's size in sectors");
	count = (b->sectors - start) / b->cluster;
	fs->bits = b->is_32 ? 32 : count > 4084 ? 16 : 12;
	entries = b->fat_sectors * b->sector * 8 / fs->bits;
	count = least(count, entries > 2 ? entries - 2 : 0);
	count = least(count, (fs->volume.size - fs->data_at) / fs->cluster_size);
	fs->clusters = (uint32_t)least(count, 0x0ffffff5);
	return REFUSAL_NONE;
}

static enum refusal_code
shape(struct fat *fs, const struct boot_sector *b, struct refusal *ret_why)
{
	uint64_t roots = (uint64_t)b->roots * FAT_ENTRY;

	fs->cluster_size = b->sector * b->cluster;
	fs->table_at = (uint64_t)b->reserved * b->sector;
	fs->root_at = fs->table_at + b->fats * b->fat_sectors * b->sector;
	fs->root_len = (uint32_t)roots;
	fs->data_at = fs->root_at + align_down(roots + b->sector - 1, b->sector);
	return count_clusters(fs, b, ret_why);
}

/* Serial number and label, if the extended boot signature says that they are there. */
static void
identity(struct fat *fs, struct span boot)
{
	uint64_t at = fs->bits == 32 ? 66 : 38;
	uint8_t signature = span_u8(boot, at);

	fs->has_serial = signature == 0x28 || signature == 0x29;
	if (fs->has_serial)
		fs->serial = span_le32(boot, at + 1);
	if (signature == 0x29)
		fat_label_text((struct span){boot.base + at + 5, 11}, fs->label);
}

enum refusal_code
fat_open(const struct volume *v, bool *ret_found, struct fat *ret_fs, struct refusal *ret_why)
{
	struct fat fs = {.volume = *v};
	struct boot_sector b;
	struct span boot;
	enum refusal_code code;

	if ((code = volume_bytes(v, 0, BOOT_LEN, "first sector", &boot, ret_why)))
		return code;
	b = boot_sector_of(boot);
	*ret_found = false;
	if (!is_fat(&b))
		return REFUSAL_NONE;
	if ((code = shape(&fs, &b, ret_why)))
		return code;
	if (b.is_32)
		fs.root_cluster = span_le32(boot, 44);
	identity(&fs, boot);
	*ret_found = true;
	*ret_fs = fs;
	return REFUSAL_NONE;
}

struct fs_node
fat_root(const struct fat *fs)
{
	return (struct fs_node){.type = FS_DIRECTORY, .id = fs->root_cluster};
}

bool
fat_has(const struct fat *fs, uint64_t cluster)
{
	return cluster >= 2 && cluster - 2 < fs->clusters;
}

uint64_t
fat_cluster_at(const struct fat *fs, uint64_t cluster)
{
	return fs->data_at + (cluster - 2) * fs->cluster_size;
}

enum refusal_code
fat_follow(const struct fat *fs, uint64_t cluster, uint32_t *ret_next, struct refusal *ret_why)
{
	uint64_t at = fs->table_at + cluster * fs->bits / 8;
	uint32_t v = 0, mask = fs->bits == 32 ? 0x0fffffff : (1u << fs->bits) - 1;
	enum refusal_code code;

	if ((code = volume_read(&fs->volume, at, fs->bits == 32 ? 4 : 2, "FAT", &v, ret_why)))
		return code;
	if (fs->bits == 12 && cluster % 2)
		v >>= 4;
	v &= mask;
	if (v >= mask - 7)
		v = 0;
	else if (!fat_has(fs, v))
		return disk_damaged(ret_why, fs->volume.start + at, v, fs->clusters + 1,
		        "number of a file's next cluster");
	*ret_next = v;
	return REFUSAL_NONE;
}

/* As fat_follow(), but the chain must not end: it has `index` clusters so far. */
static enum refusal_code
go_on(struct fat *fs, const struct fs_node *node, struct refusal *ret_why)
{
	uint32_t next = 0;
	enum refusal_code code;

	if ((code = fat_follow(fs, fs->chain_cluster, &next, ret_why)))
		return code;
	if (!next)
		return disk_damaged(ret_why,
		        fs->volume.start + fat_cluster_at(fs, fs->chain_cluster),
		        (fs->chain_index + 1ull) * fs->cluster_size, node->size,
		        "chain of clusters, which is shorter than its file,");
	fs->chain_cluster = next;
	fs->chain_index++;
	return REFUSAL_NONE;
}

/* Bring the chain's place to the cluster number `index` of the file. */
static enum refusal_code
seek(struct fat *fs, const struct fs_node *node, uint64_t index, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	if (!fat_has(fs, node->id) || node->size > (uint64_t)fs->clusters * fs->cluster_size)
		return disk_damaged(ret_why, fs->volume.start, node->size,
		        (uint64_t)fs->clusters * fs->cluster_size,
		        "size or first cluster of a file");
	if (fs->chain != node->id || fs->chain_index > index) {
		fs->chain = fs->chain_cluster = (uint32_t)node->id;
		fs->chain_index = 0;
	}
	while (!code && fs->chain_index < index)
		code = go_on(fs, node, ret_why);
	return code;
}

enum refusal_code
fat_extent(struct fat *fs, const struct fs_node *node, uint64_t off,
        struct fs_extent *ret_extent, struct refusal *ret_why)
{
	uint64_t in = off % fs->cluster_size, left = node->size - off, len, at;
	enum refusal_code code = seek(fs, node, off / fs->cluster_size, ret_why);

	if (code)
		return code;
	at = fat_cluster_at(fs, fs->chain_cluster) + in;
	len = fs->cluster_size - in;
	while (len < left) {
		uint32_t last = fs->chain_cluster;

		if ((code = go_on(fs, node, ret_why)))
			return code;
		if (fs->chain_cluster != last + 1)
			break;
		len += fs->cluster_size;
	}
	*ret_extent = (struct fs_extent){.at = at, .len = least(len, left)};
	return REFUSAL_NONE;
}
