/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a disk, whose sectors have 512 or 4096 bytes: each partition lies inside of it,
 * is numbered once, and the walk ends.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/ram_disk.h"

#include "stub/disk/partitions.h"

#define STEPS 20000u /* more than a table can have */

static void
check_partition(const struct partitions *table, const struct partition *p)
{
	uint64_t size = table->disk->sectors * table->disk->sector_size;

	REQUIRE(p->volume.disk == table->disk);
	REQUIRE(bounds_ok(size, p->volume.start, p->volume.size));
	REQUIRE(p->volume.start % table->disk->sector_size == 0);
	REQUIRE((p->number == 0) == (table->table == PARTITION_TABLE_NONE));
	REQUIRE(memchr(p->name, 0, sizeof(p->name)) && memchr(p->uuid, 0, sizeof(p->uuid)));
	REQUIRE(memchr(p->type, 0, sizeof(p->type)));
	partition_type_name(p);
}

static void
walk(struct ram_disk *ram)
{
	struct partition_cursor cursor = {0};
	struct partitions table;
	struct partition p;
	struct refusal why;
	uint32_t steps = 0;
	bool found = true;

	if (partitions_open(&ram->disk, &table, &why)) {
		REQUIRE(why.code == REFUSAL_DISK_DAMAGED && why.detail);
		return;
	}
	while (found) {
		REQUIRE(steps++ < STEPS);
		if (partitions_next(&table, &cursor, &found, &p, &why)) {
			REQUIRE(why.code == REFUSAL_DISK_DAMAGED && why.detail);
			found = true;
		} else if (found) {
			check_partition(&table, &p);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t sizes[] = {512, 4096};
	static struct ram_disk ram;

	for (unsigned i = 0; i < 2; i++) {
		ram_disk_open(&ram, data, size, sizes[i]);
		walk(&ram);
	}
	return 0;
}
