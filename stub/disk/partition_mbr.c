/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MBR partition tables: four entries in the disk's first sector, and chains of extended
 * partitions, each with one logical partition and a link to the next.
 *
 * There is no standard. What Linux does (its reader of msdos tables) is followed here, because
 * the numbers must be Linux's: primary partitions have 1 to 4, logical ones 5 and more in the
 * order of the chains. A logical partition's start counts from its own table, a link's from the
 * outermost extended partition.
 */
#include "partition_tables.h"

#define ENTRIES  446u /* byte of the sector */
#define TABLES   100u /* of a disk's extended partitions at most, as in Linux */
#define TYPE_GPT 0xee

struct mbr_entry {
	uint8_t boot, type;
	uint32_t first, count; /* sectors */
};

static struct mbr_entry
entry_of(struct span sector, unsigned i)
{
	uint64_t at = ENTRIES + 16 * i;

	return (struct mbr_entry){.boot = span_u8(sector, at),
	        .type = span_u8(sector, at + 4),
	        .first = span_le32(sector, at + 8),
	        .count = span_le32(sector, at + 12)};
}

static bool
is_signed(struct span sector)
{
	return span_le16(sector, 510) == 0xaa55;
}

static bool
is_extended(struct mbr_entry e)
{
	return e.count && (e.type == 0x05 || e.type == 0x0f || e.type == 0x85);
}

static bool
is_partition(struct mbr_entry e)
{
	return e.count && e.type && !is_extended(e);
}

/*
 * A file system's first sector ends with the same signature, but has code where the entries
 * are, or zeroes.
 */
enum partition_table
mbr_kind(struct span sector)
{
	enum partition_table kind = PARTITION_TABLE_NONE;

	if (!is_signed(sector))
		return PARTITION_TABLE_NONE;
	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_of(sector, i);

		if (e.boot & 0x7f)
			return PARTITION_TABLE_NONE;
		if (e.type == TYPE_GPT)
			kind = PARTITION_TABLE_GPT;
		else if (e.type && e.count && !kind)
			kind = PARTITION_TABLE_MBR;
	}
	return kind;
}

static void
put_hex(char *out, uint32_t v, unsigned digits)
{
	for (unsigned i = digits; i; i--) {
		out[i - 1] = "0123456789abcdef"[v & 15];
		v >>= 4;
	}
	out[digits] = 0;
}

void
mbr_open(struct partitions *table, struct span sector)
{
	put_hex(table->id, span_le32(sector, 440), 8);
}

/* The partition of an entry that counts from sector `base`. */
static enum refusal_code
take(const struct partitions *table, struct mbr_entry e, uint64_t base, uint32_t number,
        bool *ret_found, struct partition *ret_partition, struct refusal *ret_why)
{
	struct volume whole = disk_volume(table->disk);
	struct partition p = {.number = number, .attributes = e.boot};

	if (!volume_part(&whole, base + e.first, e.count, &p.volume))
		return disk_damaged(ret_why, (base + e.first) * table->disk->sector_size,
		        base + e.first + e.count, table->disk->sectors,
		        "partition that ends behind the last sector");
	put_hex(p.type, e.type, 2);
	memcpy(p.uuid, table->id, 8);
	p.uuid[8] = '-';
	put_hex(p.uuid + 9, number, 2);
	*ret_partition = p;
	*ret_found = true;
	return REFUSAL_NONE;
}

/* The table in sector number `at`. */
static enum refusal_code
table_read(const struct partitions *table, uint64_t at, struct span *ret_sector,
        struct refusal *ret_why)
{
	struct volume whole = disk_volume(table->disk);

	return volume_bytes(&whole, at * table->disk->sector_size, 512, "partition table",
	        ret_sector, ret_why);
}

/* Begin the chain of a primary entry, if it has one. */
static void
chain_start(struct partition_cursor *c, struct mbr_entry e)
{
	c->chain = c->extended = is_extended(e) ? e.first : 0;
	c->slot = 0;
}

/* From the end of a chain's table to the next one, if there is one. */
static void
chain_follow(struct partition_cursor *c, struct span sector)
{
	c->chain = 0;
	c->slot = 0;
	for (unsigned i = 0; i < 4 && !c->chain; i++) {
		struct mbr_entry e = entry_of(sector, i);

		if (is_extended(e))
			c->chain = c->extended + e.first;
	}
}

/* The table that the chain has come to; its walk ends where it is damaged. */
static enum refusal_code
chain_table(const struct partitions *table, struct partition_cursor *c, struct span *ret_sector,
        struct refusal *ret_why)
{
	uint64_t at = c->chain;
	enum refusal_code code;

	c->chain = 0;
	if (c->slot == 0 && c->tables++ >= TABLES) /* all chains count together */
		return disk_damaged(ret_why, at * table->disk->sector_size, c->tables, TABLES,
		        "chain of extended partitions");
	if ((code = table_read(table, at, ret_sector, ret_why)))
		return code;
	if (!is_signed(*ret_sector))
		return disk_damaged(ret_why, at * table->disk->sector_size + 510,
		        span_le16(*ret_sector, 510), 0xaa55, "extended partition's signature");
	c->chain = at;
	return REFUSAL_NONE;
}

/* The next logical partition of the chain, if one is left in its present table. */
static enum refusal_code
chain_next(const struct partitions *table, struct partition_cursor *c, bool *ret_found,
        struct partition *ret_partition, struct refusal *ret_why)
{
	uint64_t base = c->chain;
	struct span sector = {NULL, 0};
	enum refusal_code code;

	if ((code = chain_table(table, c, &sector, ret_why)))
		return code;
	while (c->slot < 2) { /* the other two are not used, and may hold anything */
		struct mbr_entry e = entry_of(sector, c->slot++);

		if (is_partition(e))
			return take(table, e, base, 5 + c->logical++, ret_found, ret_partition,
			        ret_why);
	}
	chain_follow(c, sector);
	return REFUSAL_NONE;
}

/* One step of the walk, which may find nothing: all primary entries, then their chains. */
static enum refusal_code
step(const struct partitions *table, struct partition_cursor *c, bool *ret_found,
        struct partition *ret_partition, struct refusal *ret_why)
{
	struct mbr_entry e;
	struct span sector;
	enum refusal_code code;
	uint32_t index;

	if (c->chain)
		return chain_next(table, c, ret_found, ret_partition, ret_why);
	index = c->index++;
	if ((code = table_read(table, 0, &sector, ret_why)))
		return code;
	e = entry_of(sector, index % 4);
	if (index >= 4)
		chain_start(c, e);
	else if (is_partition(e))
		return take(table, e, 0, index + 1, ret_found, ret_partition, ret_why);
	return REFUSAL_NONE;
}

enum refusal_code
mbr_next(const struct partitions *table, struct partition_cursor *cursor, bool *ret_found,
        struct partition *ret_partition, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	*ret_found = false;
	while (!code && !*ret_found && (cursor->index < 8 || cursor->chain))
		code = step(table, cursor, ret_found, ret_partition, ret_why);
	return code;
}
