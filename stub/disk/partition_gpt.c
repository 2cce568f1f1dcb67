/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GUID partition tables (UEFI 2.10, 5.3): a header in sector 1 and a copy in the last one, each
 * with an array of entries, all with checksums.
 *
 * A copy counts only if header and array are whole. Entries may be longer than the 128 bytes
 * that are defined; a partition's number is its place in the array.
 */
#include "partition_tables.h"

#include "stub/base/crc32.h"
#include "stub/input/utf.h"

#define HEADER     92u /* bytes that are defined */
#define CRC_AT     16u
#define ENTRY      128u
#define ARRAY_MOST MIB /* 16 KiB is what tools write */

/* Is a field of the header at byte `at` of the disk what it must be? */
static enum refusal_code
field_is(uint64_t at, unsigned off, uint64_t found, uint64_t wanted, const char *what,
        struct refusal *ret_why)
{
	if (found == wanted)
		return REFUSAL_NONE;
	return disk_damaged(ret_why, at + off, found, wanted, what);
}

/* The header's checksum, which is made with 0 in its own place. */
static uint32_t
header_crc(struct span header)
{
	static const uint8_t none[4];
	uint32_t crc = crc32_add(0, (struct span){header.base, CRC_AT});

	crc = crc32_add(crc, (struct span){none, 4});
	return crc32_add(
	        crc, (struct span){header.base + CRC_AT + 4, header.size - CRC_AT - 4});
}

/* Are signature, length, checksum and place of the header in this sector right? */
static enum refusal_code
header_check(struct span sector, uint64_t number, struct refusal *ret_why)
{
	uint64_t at = number * sector.size;
	uint32_t len = span_le32(sector, 12), crc = span_le32(sector, CRC_AT);
	enum refusal_code code;

	if ((code = field_is(at, 0, span_le64(sector, 0), 0x5452415020494645,
	             "GPT header's signature", ret_why)))
		return code;
	if (len < HEADER || len > sector.size)
		return disk_damaged(ret_why, at + 12, len, HEADER, "GPT header's length");
	if ((code = field_is(at, CRC_AT, crc, header_crc((struct span){sector.base, len}),
	             "GPT header's checksum", ret_why)))
		return code;
	return field_is(at, 24, span_le64(sector, 24), number, "GPT header's place", ret_why);
}

/* Are the array's measures ones that a walk can take? */
static enum refusal_code
array_measure(struct partitions *table, struct span sector, uint64_t at, struct refusal *why)
{
	uint64_t first = span_le64(sector, 72);
	uint32_t count = span_le32(sector, 80), size = span_le32(sector, 84);

	if (size < ENTRY || size > DISK_BLOCK || !is_power_of_two(size))
		return disk_damaged(why, at + 84, size, ENTRY, "GPT entries' size");
	if (count > ARRAY_MOST / size)
		return disk_damaged(
		        why, at + 80, count, ARRAY_MOST / size, "GPT entries' count");
	if (first >= table->disk->sectors)
		return disk_damaged(
		        why, at + 72, first, table->disk->sectors, "GPT entries' place");
	table->entries_at = first * table->disk->sector_size;
	table->entries = count;
	table->entry_size = size;
	return REFUSAL_NONE;
}

static enum refusal_code
array_crc(const struct partitions *table, uint32_t *ret_crc, struct refusal *ret_why)
{
	uint64_t at = table->entries_at, left = (uint64_t)table->entries * table->entry_size;
	struct volume whole = disk_volume(table->disk);
	uint32_t crc = 0;
	struct span bytes;
	enum refusal_code code;

	while (left) {
		uint64_t len = DISK_BLOCK - at % DISK_BLOCK;

		if (len > left)
			len = left;
		if ((code = volume_bytes(&whole, at, len, "GPT entries", &bytes, ret_why)))
			return code;
		crc = crc32_add(crc, bytes);
		at += len;
		left -= len;
	}
	*ret_crc = crc;
	return REFUSAL_NONE;
}

/* The copy whose header is in that sector; *ret_other is where it says that the other one is.
 */
static enum refusal_code
copy_read(
        struct partitions *table, uint64_t number, uint64_t *ret_other, struct refusal *ret_why)
{
	struct volume whole = disk_volume(table->disk);
	uint64_t size = table->disk->sector_size, at = number * size;
	uint32_t wanted, crc = 0;
	struct span sector;
	enum refusal_code code;

	if ((code = volume_bytes(&whole, at, size, "GPT header", &sector, ret_why)) ||
	        (code = header_check(sector, number, ret_why)))
		return code;
	*ret_other = span_le64(sector, 32);
	guid_text(sector.base + 56, table->id);
	wanted = span_le32(sector, 88);
	if ((code = array_measure(table, sector, at, ret_why)) ||
	        (code = array_crc(table, &crc, ret_why)))
		return code;
	return field_is(table->entries_at, 0, crc, wanted, "GPT entries' checksum", ret_why);
}

enum refusal_code
gpt_open(struct partitions *table, struct refusal *ret_why)
{
	uint64_t last = table->disk->sectors - 1, other = last, unused;
	struct refusal why;
	enum refusal_code code = copy_read(table, 1, &other, &table->primary);

	if (!code)
		return REFUSAL_NONE;
	/* A disk that has grown has its second copy where the first says, not at the end. */
	if ((other < last && !copy_read(table, other, &unused, &why)) ||
	        !copy_read(table, last, &unused, &why)) {
		table->backup = true;
		return REFUSAL_NONE;
	}
	*ret_why = table->primary;
	return code;
}

/* The partition of an entry that is in use. */
static enum refusal_code
take(const struct partitions *table, struct span entry, uint64_t at, uint32_t number,
        struct partition *ret_partition, struct refusal *ret_why)
{
	struct volume whole = disk_volume(table->disk);
	struct partition p = {.number = number, .attributes = span_le64(entry, 48)};
	uint64_t first = span_le64(entry, 32), last = span_le64(entry, 40);

	if (last < first || last >= table->disk->sectors ||
	        !volume_part(&whole, first, last - first + 1, &p.volume))
		return disk_damaged(ret_why, at + 40, last, table->disk->sectors - 1,
		        "partition's last sector");
	guid_text(entry.base, p.type);
	guid_text(entry.base + 16, p.uuid);
	utf8_from_16((struct span){entry.base + 56, 72}, p.name, sizeof(p.name));
	*ret_partition = p;
	return REFUSAL_NONE;
}

enum refusal_code
gpt_next(const struct partitions *table, struct partition_cursor *cursor, bool *ret_found,
        struct partition *ret_partition, struct refusal *ret_why)
{
	static const uint8_t unused[GUID_LEN];
	struct volume whole = disk_volume(table->disk);
	struct span entry;
	enum refusal_code code;

	*ret_found = false;
	while (cursor->index < table->entries) {
		uint64_t at = table->entries_at + (uint64_t)cursor->index * table->entry_size;

		cursor->index++;
		if ((code = volume_bytes(&whole, at, ENTRY, "GPT entry", &entry, ret_why)))
			return code;
		if (memcmp(entry.base, unused, GUID_LEN) == 0)
			continue;
		code = take(table, entry, at, cursor->index, ret_partition, ret_why);
		*ret_found = !code;
		return code;
	}
	return REFUSAL_NONE;
}
