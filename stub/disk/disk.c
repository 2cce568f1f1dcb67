/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A volume's bytes, from the sectors of its disk.
 *
 * The cache keeps windows of DISK_WINDOW bytes, counted from the start of the volume that
 * asked, so that a structure that is aligned in its file system lies in one block wherever the
 * partition starts. Windows of two volumes can overlap on the disk; a write empties the cache,
 * so they agree. Where a window cannot be read as a whole, the block that is needed is read
 * alone: a bad sector beside it does no harm.
 */
#include "disk.h"

#include "stub/base/range.h"

/* Bytes of contents that are read through the cache, with what is around them. */
#define FEW (DISK_WINDOW / 4)

void
disk_forget(struct disk *disk)
{
	for (uint32_t i = 0; i < DISK_WINDOWS; i++) {
		disk->cache[i].len = 0;
		disk->cache[i].last = 0;
	}
}

void
disk_reset(struct disk *disk)
{
	uint64_t most = UINT64_MAX / disk->sector_size;

	disk->sectors = disk->sectors < most ? disk->sectors : most;
	disk->requests = 0;
	disk->bounded = false;
	disk->asked = 0;
	disk_forget(disk);
}

void
disk_bound(struct disk *disk)
{
	disk->bounded = true;
	disk->left = DISK_LOOKS;
}

bool
disk_unbound(struct disk *disk)
{
	bool enough = disk->left != 0;

	disk->bounded = false;
	return enough;
}

/* Take `looks` off what is left; nothing is left once that is not enough. */
static enum refusal_code
spend(struct disk *disk, uint32_t looks, struct refusal *ret_why)
{
	if (!disk->bounded)
		return REFUSAL_NONE;
	disk->left = disk->left > looks ? disk->left - looks : 0;
	return disk->left ? REFUSAL_NONE
	                  : refuse(ret_why, REFUSAL_DISK_BUDGET, 0, 0, DISK_LOOKS);
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

		if (spend(disk, DISK_REQUEST, ret_why))
			return REFUSAL_DISK_BUDGET;
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

/* The window of the cache that holds the disk's bytes [at, at + len); NULL if none does. */
static struct disk_window *
cached(struct disk *disk, uint64_t at, uint64_t len)
{
	for (uint32_t i = 0; i < DISK_WINDOWS; i++) {
		struct disk_window *w = &disk->cache[i];

		if (w->len && at >= w->at && bounds_ok(w->len, at - w->at, len))
			return w;
	}
	return NULL;
}

/* The window that was not asked for the longest. */
static struct disk_window *
oldest(struct disk *disk)
{
	struct disk_window *w = disk->cache;

	for (uint32_t i = 1; i < DISK_WINDOWS; i++) {
		if (disk->cache[i].last < w->last)
			w = &disk->cache[i];
	}
	return w;
}

/* Fill a window with `size` bytes of the volume from `off` on, or as many as there are. */
static enum refusal_code
fill(struct disk_window *w, const struct volume *v, uint64_t off, uint64_t size,
        struct refusal *ret_why)
{
	uint64_t left = v->size - off, len = left < size ? left : size;
	enum refusal_code code = read_sectors(v->disk, v->start + off, len, w->bytes, ret_why);

	w->at = v->start + off;
	w->len = code ? 0 : (uint32_t)len; /* what was here is gone in any case */
	return code;
}

/* The volume's block that starts at its byte `off`, from the cache or the disk. */
static enum refusal_code
volume_block(
        const struct volume *v, uint64_t off, struct span *ret_block, struct refusal *ret_why)
{
	uint64_t left = v->size - off, len = left < DISK_BLOCK ? left : DISK_BLOCK;
	uint64_t at = v->start + off;
	struct disk *disk = v->disk;
	struct disk_window *w = cached(disk, at, len);
	enum refusal_code code;

	if (!w) {
		w = oldest(disk);
		if (fill(w, v, align_down(off, DISK_WINDOW), DISK_WINDOW, ret_why) &&
		        (code = fill(w, v, off, DISK_BLOCK, ret_why)))
			return code;
	}
	w->last = ++disk->asked;
	*ret_block = (struct span){w->bytes + (at - w->at), len};
	return REFUSAL_NONE;
}

enum refusal_code
volume_bytes(const struct volume *v, uint64_t off, uint64_t len, const char *what,
        struct span *ret_bytes, struct refusal *ret_why)
{
	uint64_t start = align_down(off, DISK_BLOCK);
	struct span block;
	enum refusal_code code;

	if ((code = spend(v->disk, 1, ret_why)) ||
	        (code = volume_has(v, off, len, what, ret_why)) ||
	        (code = volume_block(v, start, &block, ret_why)))
		return code;
	if (!span_sub(block, off - start, len, ret_bytes))
		return disk_damaged(
		        ret_why, v->start + off, off - start + len, DISK_BLOCK, what);
	return REFUSAL_NONE;
}

/* [off, off + len) through the cache, block by block. */
static enum refusal_code
read_few(const struct volume *v, uint64_t off, uint64_t len, const char *what, uint8_t *to,
        struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;
	uint64_t n;

	for (; !code && len; off += n, len -= n, to += n) {
		uint64_t there = DISK_BLOCK - off % DISK_BLOCK;
		struct span bytes;

		n = len < there ? len : there;
		code = volume_bytes(v, off, n, what, &bytes, ret_why);
		if (!code)
			memcpy(to, bytes.base, (size_t)n);
	}
	return code;
}

enum refusal_code
volume_read(const struct volume *v, uint64_t off, uint64_t len, const char *what, void *to,
        struct refusal *ret_why)
{
	uint64_t size = v->disk->sector_size, before = (size - off % size) % size, whole;
	uint8_t *out = to;
	enum refusal_code code;

	if ((code = volume_has(v, off, len, what, ret_why)))
		return code;
	if (len <= FEW)
		return read_few(v, off, len, what, out, ret_why);
	whole = align_down(len - before, size);
	if ((code = read_few(v, off, before, what, out, ret_why)) ||
	        (code = read_sectors(
	                 v->disk, v->start + off + before, whole, out + before, ret_why)))
		return code;
	before += whole;
	return read_few(v, off + before, len - before, what, out + before, ret_why);
}
