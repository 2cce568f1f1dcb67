/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renames a file of FAT (fat.h) by its long name; its short one, its clusters and both tables
 * stay.
 *
 * Slots are the 32 bytes of which a folder is made: the parts of a long name, last part first,
 * then the file's own. Sectors are written whole, so that where one changes, the old name is
 * there or the new one.
 */
#include "fat_chain.h"

#define MOST_SLOTS (FAT_LONG_PARTS + 1)
#define MOST_UNITS 255u

/* Slots that follow each other in the folder. */
struct slots {
	uint32_t count;
	uint64_t at[MOST_SLOTS]; /* bytes of the volume */
};

struct renaming {
	struct fat *fs;
	const struct fs_node *folder;
	struct fat_long name;
	struct slots old, new;
	uint32_t leaving; /* of the old ones, from the first on: they are not written over */
	uint8_t slot[MOST_SLOTS][FAT_ENTRY]; /* what the new ones are to hold */
	struct volume_change change[2 * MOST_SLOTS];
	uint32_t changes;
};

/* The file with that name, and where its slots are. */
static const char *
find(struct renaming *r, struct span wanted)
{
	struct fs_cursor cursor = {0};
	struct fat_slot slot;
	struct refusal ignored;
	char name[FS_NAME];
	uint32_t len;
	bool found;

	do {
		if (fat_next_name(
		            r->fs, r->folder, &cursor, &found, &r->name, &slot, &ignored) ||
		        !found)
			return "its folder cannot be read";
		len = fat_name(&r->name, slot.bytes, name);
	} while (!span_same((struct span){(uint8_t *)name, len}, wanted));
	if (!fat_long_is_of(&r->name, slot.bytes))
		return "it has no long name";
	memcpy(r->old.at, r->name.at, sizeof(r->name.at));
	r->old.at[r->name.parts] = slot.at;
	r->old.count = r->name.parts + 1;
	memcpy(r->slot[MOST_SLOTS - 1], slot.bytes.base, FAT_ENTRY);
	return NULL;
}

static uint32_t
units_of(const struct fat_long *name)
{
	uint32_t n = 0;

	while (n < name->parts * FAT_LONG_UNITS && name->unit[n])
		n++;
	return n;
}

/* Behind a name that does not fill its last part are a 0 and then 0xffff. */
static bool
change_name(struct fat_long *name, uint32_t cut, struct span tail)
{
	uint32_t units = units_of(name);
	uint64_t len;

	if (cut > units || tail.size > MOST_UNITS - (units - cut))
		return false;
	units -= cut;
	for (uint64_t i = 0; i < tail.size; i++)
		name->unit[units++] = tail.base[i];
	len = units;
	name->parts = (units + FAT_LONG_UNITS - 1) / FAT_LONG_UNITS;
	for (; units < name->parts * FAT_LONG_UNITS; units++)
		name->unit[units] = units == len ? 0 : 0xffff;
	return true;
}

/* Nothing of the folder can be behind the cluster that ends at `limit`. */
static bool
ends_with_cluster(const struct fat *fs, uint64_t limit)
{
	uint64_t cluster = (limit - fs->data_at) / fs->cluster_size + 1;
	struct refusal ignored;
	uint32_t next;

	return !fat_follow(fs, cluster, &next, &ignored) && !next;
}

/*
 * Behind the folder's last entry, from byte `at` on: slots of its cluster that were never in
 * use. Where they fill it, the folder must end with it, because no slot is left that could say
 * so.
 */
static bool
extend(struct renaming *r, uint64_t at, uint32_t count)
{
	const struct fat *fs = r->fs;
	bool fixed = fat_is_fixed_root(fs, r->folder);
	uint64_t limit = fixed ? fs->root_at + fs->root_len
	                       : at - (at - fs->data_at) % fs->cluster_size + fs->cluster_size;
	struct span first;
	struct refusal ignored;

	for (; at < limit && r->new.count <= count; at += FAT_ENTRY) {
		if (volume_bytes(&fs->volume, at, 1, "directory", &first, &ignored) ||
		        span_u8(first, 0))
			return false;
		if (r->new.count == count)
			return true; /* the folder ends here from now on */
		r->new.at[r->new.count++] = at;
	}
	return r->new.count == count && (fixed || ends_with_cluster(fs, limit));
}

/* Other slots of the folder for the new name: the first free ones side by side. */
static bool
find_free(struct renaming *r, uint32_t count)
{
	struct fs_cursor cursor = {0};
	struct fat_slot slot = {0};
	struct refusal ignored;
	bool there = true;

	r->new.count = 0;
	while (r->new.count < count) {
		if (fat_slot(r->fs, r->folder, &cursor, &there, &slot, &ignored))
			return false;
		if (!there)
			return slot.at && extend(r, slot.at, count);
		if (fat_in_use(slot.bytes))
			r->new.count = 0;
		else
			r->new.at[r->new.count++] = slot.at;
	}
	return true;
}

/* Does one request write these slots? */
static bool
is_one_request(const uint64_t *at, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		if (at[i] != at[i - 1] + FAT_ENTRY)
			return false;
	}
	return at[0] / DISK_BLOCK == at[count - 1] / DISK_BLOCK;
}

/* Where the new name's slots are: the last of the old ones if that can be, or others. */
static bool
choose_slots(struct renaming *r)
{
	uint32_t count = r->name.parts + 1;
	const uint64_t *own = count <= r->old.count ? r->old.at + (r->old.count - count) : NULL;

	r->leaving = r->old.count;
	if ((!own || !is_one_request(own, count)) && find_free(r, count))
		return true;
	if (!own)
		return false;
	r->leaving -= count;
	r->new.count = count;
	memcpy(r->new.at, own, count * sizeof(r->new.at[0]));
	return true;
}

static void
add_change(struct renaming *r, uint64_t at, const uint8_t *bytes, uint32_t len)
{
	r->change[r->changes++] = (struct volume_change){at, len, bytes};
}

/*
 * The new slots are written, then those of the old ones become free that are not among them:
 * the file's own first, because its short name would be seen without the long one.
 */
static bool
write_slots(struct renaming *r)
{
	static const uint8_t free_mark = FAT_FREE;
	uint32_t last = r->new.count - 1;

	for (uint32_t i = 0; i < last; i++) {
		fat_long_put(&r->name, i, r->slot[i]);
		add_change(r, r->new.at[i], r->slot[i], FAT_ENTRY);
	}
	add_change(r, r->new.at[last], r->slot[MOST_SLOTS - 1], FAT_ENTRY);
	for (uint32_t i = r->leaving; i-- > 0;)
		add_change(r, r->old.at[i], &free_mark, 1);
	return volume_write(&r->fs->volume, r->change, r->changes);
}

const char *
fat_rename(struct fat *fs, const struct fs_node *folder, struct span name, uint32_t cut,
        struct span tail, bool *ret_no_room)
{
	struct renaming r = {.fs = fs, .folder = folder};
	const char *why = find(&r, name);

	*ret_no_room = false;
	if (why)
		return why;
	*ret_no_room = true;
	if (!change_name(&r.name, cut, tail))
		return "its new name would be too long";
	if (!choose_slots(&r))
		return "its folder has no room for a longer name";
	*ret_no_room = false;
	return write_slots(&r) ? NULL : "the disk cannot be written";
}
