/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A volume's bytes, from the sectors of its disk.
 *
 * The cache keeps blocks of DISK_BLOCK bytes, counted from the start of the volume that asked,
 * so that a structure that is aligned in its file system lies in one block wherever the
 * partition starts. Blocks of two volumes can overlap on the disk; nothing here writes, so they
 * agree.
 */
#include "disk.h"

#include "stub/base/range.h"

void
disk_reset(struct disk *disk)
{
	disk->requests = 0;
	disk->next = 0;
	for (uint32_t i = 0; i < DISK_CACHE_BLOCKS; i++)
		disk->cache[i].len = 0;
}

struct volume
disk_volume(struct disk *disk)
{
	return (struct volume){disk, 0, disk->sectors * disk->sector_size};
}

bool
volume_part(const struct volume *v, uint64_t first, uint64_t count, struct volume *ret_part)
{
	uint64_t size = v->disk->sector_size;

	if (!bounds_ok(v->size / size, first, count))
		return false;
	*ret_part = (struct volume){v->disk, v->start + first * size, count * size};
	return true;
}

enum refusal_code
disk_damaged(struct refusal *ret_why, uint64_t where, uint64_t found, uint64_t wanted,
        const char *what)
{
	refuse(ret_why, REFUSAL_DISK_DAMAGED, where, found, wanted);
	ret_why->detail = what;
	return REFUSAL_DISK_DAMAGED;
}

/* Are [off, off + len) bytes of the volume? */
static enum refusal_code
volume_has(const struct volume *v, uint64_t off, uint64_t len, const char *what,
        struct refusal *ret_why)
{
	if (bounds_ok(v->size, off, len))
		return REFUSAL_NONE;
	return disk_damaged(ret_why, v->start, range_fits(off, len) ? off + len : UINT64_MAX,
	        v->size, what);
}

/* Sectors from the disk's byte `at` on, which is the first of one, in requests of at most
 * `most`. */
static enum refusal_code
read_sectors(struct disk *disk, uint64_t at, uint64_t len, uint8_t *to, struct refusal *ret_why)
{
	uint64_t sector = at / disk->sector_size, left = len / disk->sector_size;
	uint32_t most = disk->most ? disk->most : UINT32_MAX / disk->sector_size;

	while (left) {
		uint32_t count = left < most ? (uint32_t)left : most;

		disk->requests++;
		if (!disk->read(disk->context, sector, count, to))
			return refuse(ret_why, REFUSAL_DISK_READ, sector * disk->sector_size,
			        count, 0);
		sector += count;
		left -= count;
		to += (uint64_t)count * disk->sector_size;
	}
	return REFUSAL_NONE;
}

/* The block of the cache that holds the disk's bytes from `at` on; NULL if none does. */
static struct disk_block *
cached(struct disk *disk, uint64_t at)
{
	for (uint32_t i = 0; i < DISK_CACHE_BLOCKS; i++) {
		if (disk->cache[i].len && disk->cache[i].at == at)
			return &disk->cache[i];
	}
	return NULL;
}

/* The volume's block that starts at its byte `off`, from the cache or the disk. */
static enum refusal_code
volume_block(const struct volume *v, uint64_t off, struct disk_block **ret_block,
        struct refusal *ret_why)
{
	uint64_t left = v->size - off, at = v->start + off;
	struct disk_block *b = cached(v->disk, at);
	enum refusal_code code;

	if (!b) {
		uint32_t len = left < DISK_BLOCK ? (uint32_t)left : DISK_BLOCK;

		b = &v->disk->cache[v->disk->next];
		b->len = 0; /* what was here is gone, even if the read fails */
		if ((code = read_sectors(v->disk, at, len, b->bytes, ret_why)))
			return code;
		b->at = at;
		b->len = len;
		v->disk->next = (v->disk->next + 1) % DISK_CACHE_BLOCKS;
	}
	*ret_block = b;
	return REFUSAL_NONE;
}

enum refusal_code
volume_bytes(const struct volume *v, uint64_t off, uint64_t len, const char *what,
        struct span *ret_bytes, struct refusal *ret_why)
{
	uint64_t start = align_down(off, DISK_BLOCK);
	struct disk_block *block;
	enum refusal_code code;

	if ((code = volume_has(v, off, len, what, ret_why)) ||
	        (code = volume_block(v, start, &block, ret_why)))
		return code;
	if (!span_sub((struct span){block->bytes, block->len}, off - start, len, ret_bytes))
		return disk_damaged(
		        ret_why, v->start + off, off - start + len, DISK_BLOCK, what);
	return REFUSAL_NONE;
}

/* As many of the bytes [off, off + len) as the block at `off` has, through the cache. */
static enum refusal_code
read_cached(const struct volume *v, uint64_t off, uint64_t len, const char *what, uint8_t *to,
        uint64_t *ret_len, struct refusal *ret_why)
{
	uint64_t there = DISK_BLOCK - off % DISK_BLOCK;
	struct span bytes;
	enum refusal_code code;

	*ret_len = len < there ? len : there;
	if ((code = volume_bytes(v, off, *ret_len, what, &bytes, ret_why)))
		return code;
	memcpy(to, bytes.base, (size_t)bytes.size);
	return REFUSAL_NONE;
}

enum refusal_code
volume_read(const struct volume *v, uint64_t off, uint64_t len, const char *what, void *to,
        struct refusal *ret_why)
{
	uint64_t size = v->disk->sector_size, whole, done = 0, n;
	enum refusal_code code;

	if ((code = volume_has(v, off, len, what, ret_why)))
		return code;
	if (off % size &&
	        (code = read_cached(v, off, len < size - off % size ? len : size - off % size,
	                 what, to, &done, ret_why)))
		return code;
	whole = align_down(len - done, size);
	if ((code = read_sectors(
	             v->disk, v->start + off + done, whole, (uint8_t *)to + done, ret_why)))
		return code;
	done += whole;
	while (done < len) {
		if ((code = read_cached(v, off + done, len - done, what, (uint8_t *)to + done,
		             &n, ret_why)))
			return code;
		done += n;
	}
	return REFUSAL_NONE;
}
