/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MBRs: a partition that is given lies on the disk, primary ones have the numbers 1 to 4 and
 * logical ones the others, and a chain of extended partitions is left after a number of tables.
 *
 * Inputs: every disk of up to 2^40 sectors of 512 bytes, sectors of any content, one step of a
 * walk at every place. volume_bytes() fails, or gives any bytes where it promises some.
 *
 * unwind: 10
 */
#include "prove.h"
#include "stub/disk/partition_mbr.c"

#define SECTOR 512u

PROVE_REFUSE

static struct disk disk = {.sector_size = SECTOR};
static uint8_t bytes[SECTOR];

struct volume
disk_volume(struct disk *of)
{
	return (struct volume){of, 0, of->sectors * SECTOR};
}

bool
volume_part(const struct volume *v, uint64_t first, uint64_t count, struct volume *ret_part)
{
	*ret_part = (struct volume){v->disk, first * SECTOR, count * SECTOR};
	return bounds_ok(v->size / SECTOR, first, count);
}

enum refusal_code
disk_damaged(struct refusal *ret_why, uint64_t where, uint64_t found, uint64_t wanted,
        const char *what)
{
	return refuse(ret_why, REFUSAL_DISK_DAMAGED, where, found, wanted);
}

enum refusal_code
volume_bytes(const struct volume *v, uint64_t off, uint64_t len, const char *what,
        struct span *ret_bytes, struct refusal *ret_why)
{
	if (!bounds_ok(v->size, off, len) || any_u64() & 1)
		return refuse(ret_why, REFUSAL_DISK_DAMAGED, off, 0, 0);
	*ret_bytes = (struct span){bytes, len};
	return REFUSAL_NONE;
}

/*
 * Can a walk have come here? A chain with too many tables is left, and counts one more; of each
 * table so far at most two logical partitions were given.
 */
static bool
is_sound(const struct partition_cursor *c)
{
	uint32_t left = c->index > 4 ? c->index - 4 - (c->chain != 0) : 0;

	return c->index <= 8 && (!c->chain || c->index > 4) && c->slot <= 2 &&
	       c->tables <= TABLES + left && c->chain <= 1ull << 33 &&
	       c->extended <= UINT32_MAX &&
	       (wide)c->logical + (c->slot ? 2 - c->slot : 0) <= 2 * c->tables;
}

/* How far a walk has come: primary entries, tables, entries of a table, the end of a table. */
static uint64_t
progress(const struct partition_cursor *c)
{
	return 1000ull * c->index + 4 * c->tables + (c->slot ? c->slot : 3);
}

int
main(void)
{
	struct partitions table = {.disk = &disk};
	struct partition_cursor c, before;
	struct partition p;
	struct refusal why;
	bool found;
	enum refusal_code code;

	disk.sectors = any_u64();
	ASSUME(disk.sectors > 0 && disk.sectors <= 1ull << 40);
	ASSUME(is_sound(&c) && (c.index < 8 || c.chain));
	__CPROVER_havoc_object(bytes);
	before = c;
	found = false;
	code = step(&table, &c, &found, &p, &why);
	PROVE(is_sound(&c), "a walk stays within its bounds");
	PROVE(!c.chain || progress(&c) > progress(&before), "a chain ends");
	PROVE(before.chain ? c.index == before.index : c.index == before.index + 1,
	        "each primary entry is looked at once, and once for its chain");
	PROVE(!code || !found, "what is refused is not given");
	if (code || !found)
		return 0;
	PROVE(p.volume.size > 0 &&
	                bounds_ok(disk.sectors * SECTOR, p.volume.start, p.volume.size),
	        "a partition lies on the disk");
	PROVE(before.chain ? p.number == 5 + before.logical && c.logical > before.logical
	                   : p.number == c.index && p.number <= 4,
	        "its number is that of its entry, or of its place in the chains");
	PROVE(p.type[2] == '\0' && p.uuid[11] == '\0', "type and number are texts");
}
