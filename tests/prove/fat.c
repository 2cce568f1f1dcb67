/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FAT: what a boot sector says becomes a shape inside the volume, and a chain leads from
 * clusters that the volume has only to such clusters, or ends.
 *
 * Inputs: every boot sector with sectors of 512 bytes and clusters of 8 of them (numbers that
 * CBMC would have to divide by), every volume of up to 2^48 bytes, every cluster, any content
 * of the table.
 *
 * unwind: 3
 */
#include "stub/disk/fat.c"
#include "prove.h"

PROVE_REFUSE

static uint8_t boot[BOOT_LEN];
static uint64_t read_at, read_len; /* what was read last */

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
	if (!bounds_ok(v->size, off, len))
		return refuse(ret_why, REFUSAL_DISK_DAMAGED, off, 0, 0);
	*ret_bytes = (struct span){boot, len};
	return REFUSAL_NONE;
}

enum refusal_code
volume_read(const struct volume *v, uint64_t off, uint64_t len, const char *what,
        void *ret_bytes, struct refusal *ret_why)
{
	uint32_t any = (uint32_t)any_u64();

	if (!bounds_ok(v->size, off, len))
		return refuse(ret_why, REFUSAL_DISK_DAMAGED, off, 0, 0);
	read_at = off;
	read_len = len;
	if (len == 4)
		*(uint32_t *)ret_bytes = any;
	else
		*(uint32_t *)ret_bytes = any & 0xffff;
	return any_u64() & 1 ? REFUSAL_NONE : refuse(ret_why, REFUSAL_DISK_DAMAGED, off, 0, 0);
}

void
fat_label_text(struct span raw, char ret_label[FAT_LABEL])
{
	PROVE(raw.size <= BOOT_LEN && raw.base + raw.size <= boot + BOOT_LEN,
	        "a label lies in the boot sector");
}

static bool
has_place(const struct fat *fs, uint64_t cluster)
{
	return bounds_ok(fs->volume.size, fat_cluster_at(fs, cluster), fs->cluster_size);
}

int
main(void)
{
	struct volume v;
	struct fat fs;
	struct refusal why;
	bool found = false;
	uint64_t cluster;
	uint32_t next = 0;

	ASSUME(v.size <= 1ull << 48 && v.start <= 1ull << 60);
	__CPROVER_havoc_object(boot);
	boot[11] = 0;
	boot[12] = 2;
	boot[13] = 8;
	if (fat_open(&v, &found, &fs, &why) || !found)
		return 0;
	PROVE(fs.table_at <= fs.root_at && fs.root_at + fs.root_len <= fs.data_at,
	        "the table lies before the root, the root before the data");
	PROVE(fs.bits == 12 || fs.bits == 16 || fs.bits == 32,
	        "entries have 12, 16 or 32 bits");
	ASSUME(fat_has(&fs, cluster));
	PROVE(has_place(&fs, cluster), "a cluster that is there has its place in the volume");
	if (fat_follow(&fs, cluster, &next, &why))
		return 0;
	PROVE(read_at >= fs.table_at && read_at + read_len <= fs.root_at,
	        "its entry lies in the table");
	PROVE(!next || fat_has(&fs, next), "a chain leads to a cluster that is there, or ends");
	PROVE(!next || has_place(&fs, next), "which has its place, too");
}
