/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The superblock of ext2, ext3 and ext4, and where a group's descriptor and inodes lie.
 *
 * Surprise: block numbers count from the start of the volume, yet the superblock is at byte
 * 1024 whatever a block's size is, so that descriptors start at block 1 or 2; with meta_bg only
 * the first ones do, the others lie at the start of the groups that they describe, behind a
 * copy of the superblock where the group has one.
 */
#include "ext_parts.h"

#include "stub/base/crc32.h"
#include "stub/base/range.h"

#define KNOWN                                                                                  \
	(EXT_IN_FILETYPE | EXT_IN_RECOVER | EXT_IN_META_BG | EXT_IN_EXTENTS | EXT_IN_64BIT |   \
	        EXT_IN_MMP | EXT_IN_FLEX_BG | EXT_IN_EA_INODE | EXT_IN_CSUM_SEED |             \
	        EXT_IN_LARGEDIR | EXT_IN_INLINE_DATA | EXT_IN_ENCRYPT | EXT_IN_CASEFOLD)

#define SUPER(super, field)   EXT_GET(super, 0, ext_super, field)
#define SUPER_AT(field)       (EXT_SUPER_AT + offsetof(struct ext_super, field))
#define BLOCK_MOST_LOG        2u /* 4 KiB */
#define BLOCK_FORMAT_MOST_LOG 6u /* 64 KiB, what the format allows */
#define GROUP_SIZE_OLD        32u
#define CHECKSUM_CRC32C       1u

enum refusal_code
ext_damaged(const struct ext_fs *fs, const char *what, uint64_t at, uint64_t found,
        uint64_t wanted, struct refusal *ret_why)
{
	return disk_damaged(ret_why, fs->volume.start + at, found, wanted, what);
}

enum refusal_code
ext_unsupported(const struct volume *v, const char *what, uint64_t at, uint64_t found,
        struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_EXT_UNSUPPORTED, v->start + at, found, 0);
	ret_why->detail = what;
	return REFUSAL_EXT_UNSUPPORTED;
}

/* Features that change how files are found, by name. */
static enum refusal_code
check_features(const struct volume *v, uint32_t incompat, struct refusal *ret_why)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} named[] = {
	        {EXT_IN_COMPRESSION, "the feature compression"},
	        {EXT_IN_JOURNAL_DEV, "the journal of another file system"},
	        {EXT_IN_DIRDATA, "the feature dirdata"},
	};
	const char *name = "a feature that is new";

	if (!(incompat & ~KNOWN))
		return REFUSAL_NONE;
	for (unsigned i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (incompat & named[i].bit)
			name = named[i].name;
	}
	return ext_unsupported(v, name, SUPER_AT(feature_incompat), incompat & ~KNOWN, ret_why);
}

static void
read_label(struct ext_fs *fs, struct span super)
{
	memcpy(fs->label, super.base + offsetof(struct ext_super, volume_name), EXT_LABEL - 1);
	fs->label[EXT_LABEL - 1] = 0;
	memcpy(fs->uuid, super.base + offsetof(struct ext_super, uuid), sizeof(fs->uuid));
}

/* ext4 is what has a feature that Linux's ext3 did not know, ext3 what has a journal. */
static const char *
name_of(uint64_t compat, uint32_t incompat, uint64_t ro)
{
	const uint32_t old = EXT_IN_FILETYPE | EXT_IN_RECOVER | EXT_IN_META_BG;

	if (incompat & ~old || ro & ~EXT_RO_EXT3)
		return "ext4";
	return compat & EXT_COMPAT_HAS_JOURNAL ? "ext3" : "ext2";
}

static void
read_features(struct ext_fs *fs, struct span super, uint32_t incompat)
{
	uint64_t compat = SUPER(super, feature_compat), ro = SUPER(super, feature_ro_compat);

	fs->name = name_of(compat, incompat, ro);
	fs->needs_recovery = incompat & EXT_IN_RECOVER;
	fs->has_types = incompat & EXT_IN_FILETYPE;
	fs->is_meta_bg = incompat & EXT_IN_META_BG;
	fs->is_sparse = ro & EXT_RO_SPARSE_SUPER;
	fs->is_sparse2 = compat & EXT_COMPAT_SPARSE_SUPER2;
	fs->has_sums = ro & EXT_RO_METADATA_CSUM;
	fs->seed = incompat & EXT_IN_CSUM_SEED
	                   ? (uint32_t)SUPER(super, checksum_seed)
	                   : crc32c_add(UINT32_MAX, (struct span){fs->uuid, sizeof(fs->uuid)});
}

static void
read_sizes(struct ext_fs *fs, struct span super, uint32_t incompat)
{
	fs->blocks = SUPER(super, blocks_count_lo);
	if (incompat & EXT_IN_64BIT)
		fs->blocks |= SUPER(super, blocks_count_hi) << 32;
	fs->group_size =
	        incompat & EXT_IN_64BIT ? (uint32_t)SUPER(super, desc_size) : GROUP_SIZE_OLD;
	fs->inode_size =
	        SUPER(super, rev_level) ? (uint32_t)SUPER(super, inode_size) : EXT_INODE_OLD;
	fs->first_block = (uint32_t)SUPER(super, first_data_block);
	fs->group_blocks = (uint32_t)SUPER(super, blocks_per_group);
	fs->inodes = (uint32_t)SUPER(super, inodes_count);
	fs->group_inodes = (uint32_t)SUPER(super, inodes_per_group);
	fs->first_meta_bg = (uint32_t)SUPER(super, first_meta_bg);
	for (unsigned i = 0; i < 2; i++)
		fs->backup[i] = (uint32_t)span_le(
		        super, offsetof(struct ext_super, backup_bgs) + 4 * i, 4);
}

/* Sizes of structures: powers of two, of which a block holds whole ones. */
static enum refusal_code
check_units(const struct ext_fs *fs, bool wide, struct refusal *ret_why)
{
	uint32_t least = wide ? (uint32_t)sizeof(struct ext_group) : GROUP_SIZE_OLD;

	if (!is_power_of_two(fs->inode_size) || fs->inode_size < EXT_INODE_OLD ||
	        fs->inode_size > fs->block_size)
		return ext_damaged(fs, "size of inodes", SUPER_AT(inode_size), fs->inode_size,
		        EXT_INODE_OLD, ret_why);
	if (!is_power_of_two(fs->group_size) || fs->group_size < least ||
	        fs->group_size > fs->block_size)
		return ext_damaged(fs, "size of group descriptors", SUPER_AT(desc_size),
		        fs->group_size, least, ret_why);
	return REFUSAL_NONE;
}

static enum refusal_code
check_counts(const struct ext_fs *fs, struct refusal *ret_why)
{
	if (fs->blocks > fs->volume.size / fs->block_size)
		return ext_damaged(fs, "number of blocks in an ext superblock",
		        SUPER_AT(blocks_count_lo), fs->blocks, fs->volume.size / fs->block_size,
		        ret_why);
	if (fs->first_block >= fs->blocks)
		return ext_damaged(fs, "first block in an ext superblock",
		        SUPER_AT(first_data_block), fs->first_block, 1, ret_why);
	if (!fs->group_blocks)
		return ext_damaged(fs, "number of blocks in a group",
		        SUPER_AT(blocks_per_group), 0, 8 * fs->block_size, ret_why);
	if (!fs->group_inodes)
		return ext_damaged(fs, "number of inodes in a group",
		        SUPER_AT(inodes_per_group), 0, 8 * fs->block_size, ret_why);
	return REFUSAL_NONE;
}

/* The shape of the file system whose superblock this is. */
static enum refusal_code
read_super(struct ext_fs *fs, struct span super, struct refusal *ret_why)
{
	uint64_t log = SUPER(super, log_block_size), type = SUPER(super, checksum_type);
	uint32_t incompat =
	        SUPER(super, rev_level) ? (uint32_t)SUPER(super, feature_incompat) : 0;
	enum refusal_code code;

	if (log > BLOCK_FORMAT_MOST_LOG)
		return ext_damaged(fs, "size of blocks", SUPER_AT(log_block_size), log,
		        BLOCK_FORMAT_MOST_LOG, ret_why);
	if (log > BLOCK_MOST_LOG)
		return ext_unsupported(&fs->volume, "blocks of more than 4 KiB",
		        SUPER_AT(log_block_size), KIB << log, ret_why);
	if ((code = check_features(&fs->volume, incompat, ret_why)))
		return code;
	fs->block_size = (uint32_t)KIB << log;
	read_label(fs, super);
	read_features(fs, super, incompat);
	read_sizes(fs, super, incompat);
	if (fs->has_sums && type != CHECKSUM_CRC32C)
		return ext_unsupported(&fs->volume, "checksums of another kind",
		        SUPER_AT(checksum_type), type, ret_why);
	if ((code = check_units(fs, incompat & EXT_IN_64BIT, ret_why)))
		return code;
	return check_counts(fs, ret_why);
}

enum refusal_code
ext_open(
        const struct volume *v, bool *ret_found, struct ext_fs *ret_fs, struct refusal *ret_why)
{
	struct ext_fs fs;
	struct span super;
	enum refusal_code code;

	*ret_found = false;
	if (!bounds_ok(v->size, EXT_SUPER_AT, sizeof(struct ext_super)))
		return REFUSAL_NONE;
	if ((code = volume_bytes(v, EXT_SUPER_AT, sizeof(struct ext_super), "ext superblock",
	             &super, ret_why)))
		return code;
	if (SUPER(super, magic) != EXT_MAGIC)
		return REFUSAL_NONE;
	memset(&fs, 0, sizeof(fs));
	fs.volume = *v;
	if ((code = read_super(&fs, super, ret_why)))
		return code;
	*ret_fs = fs;
	*ret_found = true;
	return REFUSAL_NONE;
}

struct fs_node
ext_root(void)
{
	return (struct fs_node){FS_DIRECTORY, EXT_ROOT, 0};
}

enum refusal_code
ext_has_blocks(const struct ext_fs *fs, uint64_t block, uint64_t count, const char *what,
        uint64_t from, struct refusal *ret_why)
{
	if (block <= fs->first_block || !bounds_ok(fs->blocks, block, count))
		return ext_damaged(fs, what, from, block, fs->blocks - 1, ret_why);
	return REFUSAL_NONE;
}

enum refusal_code
ext_block(const struct ext_fs *fs, uint64_t block, const char *what, uint64_t from,
        struct span *ret_bytes, struct refusal *ret_why)
{
	enum refusal_code code;

	if ((code = ext_has_blocks(fs, block, 1, what, from, ret_why)))
		return code;
	return volume_bytes(
	        &fs->volume, block * fs->block_size, fs->block_size, what, ret_bytes, ret_why);
}

static bool
is_power_of(uint64_t v, uint64_t base)
{
	while (v % base == 0)
		v /= base;
	return v == 1;
}

/* Does a group, which is not the first, have a copy of the superblock? */
static bool
has_super(const struct ext_fs *fs, uint64_t group)
{
	if (fs->is_sparse2)
		return group == fs->backup[0] || group == fs->backup[1];
	if (!fs->is_sparse || group == 1)
		return true;
	return is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7);
}

/* The block with descriptors number `nr`, counted in blocks of descriptors. */
static uint64_t
descriptors_block(const struct ext_fs *fs, uint64_t nr)
{
	uint64_t group = nr * (fs->block_size / fs->group_size);

	if (!fs->is_meta_bg || nr < fs->first_meta_bg || !nr)
		return EXT_SUPER_AT / fs->block_size + 1 + nr;
	return fs->first_block + group * fs->group_blocks + has_super(fs, group);
}

enum refusal_code
ext_inode_place(struct ext_fs *fs, uint64_t number, uint64_t *ret_at, struct refusal *ret_why)
{
	uint64_t group = (number - 1) / fs->group_inodes;
	uint64_t place = (number - 1) % fs->group_inodes * fs->inode_size;
	uint64_t in_block = fs->block_size / fs->group_size, block, at, table;
	struct span bytes;
	enum refusal_code code;

	if (group > (fs->blocks - fs->first_block - 1) / fs->group_blocks)
		return ext_damaged(fs, "number of inodes in an ext superblock",
		        SUPER_AT(inodes_count), fs->inodes, number - 1, ret_why);
	block = descriptors_block(fs, group / in_block);
	if ((code = ext_block(
	             fs, block, "group descriptors", SUPER_AT(first_meta_bg), &bytes, ret_why)))
		return code;
	at = group % in_block * fs->group_size;
	table = EXT_GET(bytes, at, ext_group, inode_table_lo);
	if (fs->group_size >= sizeof(struct ext_group))
		table |= EXT_GET(bytes, at, ext_group, inode_table_hi) << 32;
	at += block * fs->block_size + offsetof(struct ext_group, inode_table_lo);
	if ((code = ext_has_blocks(fs, table, place / fs->block_size + 1,
	             "place of a group's inodes", at, ret_why)))
		return code;
	*ret_at = table * fs->block_size + place;
	return REFUSAL_NONE;
}
