/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2, ext3 and ext4 on a disk: superblock, group descriptors, inodes, extents, directories.
 *
 * Source: Linux 6.12, Documentation/filesystems/ext4/. What is not named here is not used.
 * Surprise: numbers of blocks, of inodes and sizes are split in halves that lie far from each
 * other; the upper ones count only where a feature or the inode's length says so.
 */
#ifndef KSHIM_WIRE_EXT_H
#define KSHIM_WIRE_EXT_H

#include "wire.h"

#define EXT_SUPER_AT 1024 /* byte of the volume */
#define EXT_MAGIC    0xef53
#define EXT_ROOT     2 /* the root directory's inode */

/* s_feature_compat */
#define EXT_COMPAT_HAS_JOURNAL   0x4u
#define EXT_COMPAT_SPARSE_SUPER2 0x200u

/* s_feature_ro_compat */
#define EXT_RO_SPARSE_SUPER  0x1u
#define EXT_RO_EXT3          0x7u /* what ext3 knows: this, large files, a tree of names */
#define EXT_RO_METADATA_CSUM 0x400u

/* s_feature_incompat: a reader that does not know one must stay away. */
#define EXT_IN_COMPRESSION 0x1u
#define EXT_IN_FILETYPE    0x2u
#define EXT_IN_RECOVER     0x4u
#define EXT_IN_JOURNAL_DEV 0x8u
#define EXT_IN_META_BG     0x10u
#define EXT_IN_EXTENTS     0x40u
#define EXT_IN_64BIT       0x80u
#define EXT_IN_MMP         0x100u
#define EXT_IN_FLEX_BG     0x200u
#define EXT_IN_EA_INODE    0x400u
#define EXT_IN_DIRDATA     0x1000u
#define EXT_IN_CSUM_SEED   0x2000u
#define EXT_IN_LARGEDIR    0x4000u
#define EXT_IN_INLINE_DATA 0x8000u
#define EXT_IN_ENCRYPT     0x10000u
#define EXT_IN_CASEFOLD    0x20000u

/* i_mode's type */
#define EXT_MODE_TYPE      0xf000
#define EXT_MODE_DIRECTORY 0x4000
#define EXT_MODE_FILE      0x8000
#define EXT_MODE_LINK      0xa000

/* i_flags */
#define EXT_FLAG_ENCRYPT 0x800u
#define EXT_FLAG_INDEX   0x1000u
#define EXT_FLAG_EXTENTS 0x80000u
#define EXT_FLAG_INLINE  0x10000000u

struct ext_super {
	uint32_t inodes_count;
	uint32_t blocks_count_lo;
	uint8_t _pad0[12];
	uint32_t first_data_block; /* 1 with blocks of 1 KiB (0 with clusters), else 0 */
	uint32_t log_block_size;   /* of 1 KiB */
	uint8_t _pad1[4];
	uint32_t blocks_per_group;
	uint8_t _pad2[4];
	uint32_t inodes_per_group;
	uint8_t _pad3[12];
	uint16_t magic;
	uint8_t _pad4[18];
	uint32_t rev_level; /* 0: no features, inodes of 128 bytes */
	uint8_t _pad5[8];
	uint16_t inode_size;
	uint16_t block_group_nr;
	uint32_t feature_compat, feature_incompat, feature_ro_compat;
	uint8_t uuid[16];
	char volume_name[16]; /* NUL-padded */
	uint8_t _pad6[118];
	uint16_t desc_size; /* with EXT_IN_64BIT; 32 without */
	uint8_t _pad7[4];
	uint32_t first_meta_bg; /* the first block of descriptors that lies in its own group */
	uint8_t _pad8[72];
	uint32_t blocks_count_hi;
	uint8_t _pad9[33];
	uint8_t checksum_type; /* 1: CRC-32C */
	uint8_t _pad10[214];
	uint32_t backup_bgs[2]; /* with EXT_COMPAT_SPARSE_SUPER2 */
	uint8_t _pad11[28];
	uint32_t checksum_seed; /* with EXT_IN_CSUM_SEED, else the sum of the UUID */
	uint8_t _pad12[396];
} WIRE;

struct ext_group {
	uint8_t _pad0[8];
	uint32_t inode_table_lo;
	uint8_t _pad1[28];
	uint32_t inode_table_hi; /* in descriptors of 64 bytes */
	uint8_t _pad2[20];
} WIRE;

#define EXT_INODE_OLD 128 /* bytes of an inode that every file system has */

struct ext_disk_inode {
	uint16_t mode;
	uint8_t _pad0[2];
	uint32_t size_lo;
	uint8_t _pad1[24];
	uint32_t flags;
	uint8_t _pad2[4];
	uint8_t block[60]; /* block numbers, an extent tree's root, a link's text, data */
	uint32_t generation;
	uint8_t _pad3[4];
	uint32_t size_hi;
	uint8_t _pad4[12];
	uint16_t checksum_lo;
	uint8_t _pad5[2];
	uint16_t extra_isize; /* bytes behind the first 128 that are fields */
	uint16_t checksum_hi; /* if they reach so far */
} WIRE;

#define EXT_BLOCKS_DIRECT 12 /* of the numbers in `block`; 3 levels of tables follow */

/* A node of an extent tree: this, then entries. */
struct ext_extent_header {
	uint16_t magic;
	uint16_t entries;
	uint16_t max;
	uint16_t depth; /* 0: the entries are extents */
	uint32_t generation;
} WIRE;

#define EXT_EXTENT_MAGIC 0xf30a
#define EXT_EXTENT_DEPTH 5     /* at most */
#define EXT_EXTENT_LEN   32768 /* blocks at most; len beyond it: not written, reads as zeroes */

struct ext_leaf {       /* an extent */
	uint32_t block; /* of the file */
	uint16_t len;
	uint16_t start_hi;
	uint32_t start_lo;
} WIRE;

struct ext_index {
	uint32_t block;
	uint32_t leaf_lo;
	uint16_t leaf_hi;
	uint16_t unused;
} WIRE;

struct ext_dirent {
	uint32_t inode;   /* 0: no entry */
	uint16_t rec_len; /* to the next entry */
	uint8_t name_len;
	uint8_t file_type; /* with EXT_IN_FILETYPE */
} WIRE;

/* The end of a directory's block: an unused entry with a checksum. */
struct ext_dirent_tail {
	struct ext_dirent entry;
	uint32_t checksum;
} WIRE;

#define EXT_TYPE_FILE      1
#define EXT_TYPE_DIRECTORY 2
#define EXT_TYPE_LINK      7
#define EXT_TYPE_TAIL      0xde

#define EXT_XATTR_MAGIC  0xea020000u
#define EXT_XATTR_SYSTEM 7 /* the name "data" there: the rest of inline data */

struct ext_xattr {
	uint8_t name_len;
	uint8_t name_index;
	uint16_t value_off; /* from the first entry on */
	uint32_t value_inode;
	uint32_t value_size;
	uint32_t hash;
} WIRE;

/* A field of any of them, in a span that has the struct at `at`. */
#define EXT_GET(span, at, type, field)                                                         \
	span_le(span, (at) + offsetof(struct type, field), sizeof(((struct type *)0)->field))

WIRE_AT(struct ext_super, first_data_block, 0x14);
WIRE_AT(struct ext_super, log_block_size, 0x18);
WIRE_AT(struct ext_super, blocks_per_group, 0x20);
WIRE_AT(struct ext_super, inodes_per_group, 0x28);
WIRE_AT(struct ext_super, magic, 0x38);
WIRE_AT(struct ext_super, rev_level, 0x4c);
WIRE_AT(struct ext_super, inode_size, 0x58);
WIRE_AT(struct ext_super, feature_compat, 0x5c);
WIRE_AT(struct ext_super, feature_incompat, 0x60);
WIRE_AT(struct ext_super, feature_ro_compat, 0x64);
WIRE_AT(struct ext_super, uuid, 0x68);
WIRE_AT(struct ext_super, volume_name, 0x78);
WIRE_AT(struct ext_super, desc_size, 0xfe);
WIRE_AT(struct ext_super, first_meta_bg, 0x104);
WIRE_AT(struct ext_super, blocks_count_hi, 0x150);
WIRE_AT(struct ext_super, checksum_type, 0x175);
WIRE_AT(struct ext_super, backup_bgs, 0x24c);
WIRE_AT(struct ext_super, checksum_seed, 0x270);
WIRE_SIZE(struct ext_super, 1024);
WIRE_AT(struct ext_group, inode_table_lo, 0x8);
WIRE_AT(struct ext_group, inode_table_hi, 0x28);
WIRE_SIZE(struct ext_group, 64);
WIRE_AT(struct ext_disk_inode, size_lo, 0x4);
WIRE_AT(struct ext_disk_inode, flags, 0x20);
WIRE_AT(struct ext_disk_inode, block, 0x28);
WIRE_AT(struct ext_disk_inode, generation, 0x64);
WIRE_AT(struct ext_disk_inode, size_hi, 0x6c);
WIRE_AT(struct ext_disk_inode, checksum_lo, 0x7c);
WIRE_AT(struct ext_disk_inode, extra_isize, 0x80);
WIRE_AT(struct ext_disk_inode, checksum_hi, 0x82);
WIRE_SIZE(struct ext_extent_header, 12);
WIRE_SIZE(struct ext_leaf, 12);
WIRE_SIZE(struct ext_index, 12);
WIRE_SIZE(struct ext_dirent, 8);
WIRE_SIZE(struct ext_dirent_tail, 12);
WIRE_SIZE(struct ext_xattr, 16);

#endif
