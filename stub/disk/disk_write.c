/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes a few bytes of a volume, sector by sector: what is there is read, changed in a
 * buffer, and written back.
 *
 * A sector is what a disk writes whole, and most disks write the sectors of one request
 * together.
 */
#include "disk.h"

#include "stub/base/range.h"

/* A block of the volume, and which of its sectors are changed. */
struct block {
	uint64_t at, len;    /* byte of the volume, bytes */
	uint64_t start, end; /* bytes of the volume, of whole sectors; the same: none is */
	uint8_t bytes[DISK_BLOCK];
};

/* Take a change into the block; false if it belongs to another request. */
static bool
take(struct block *b, uint64_t sector_size, const struct volume_change *c)
{
	uint64_t start = align_down(c->at, sector_size), end = start + sector_size;
	uint8_t *to;

	if (c->at < b->at || !bounds_ok(b->len, c->at - b->at, c->len))
		return false;
	to = b->bytes + (c->at - b->at);
	if (!memcmp(to, c->bytes, c->len))
		return true;
	if (b->start == b->end) {
		b->start = start;
		b->end = end;
	} else if (end < b->start || start > b->end) {
		return false;
	}
	memcpy(to, c->bytes, c->len);
	b->start = start < b->start ? start : b->start;
	b->end = end > b->end ? end : b->end;
	return true;
}

static bool
write_back(const struct volume *v, const struct block *b)
{
	uint64_t size = v->disk->sector_size, sectors = (b->end - b->start) / size;

	if (!sectors)
		return true;
	v->disk->requests++;
	return v->disk->write(v->disk->context, (v->start + b->start) / size, (uint32_t)sectors,
	        b->bytes + (b->start - b->at));
}

/* One request; how many of the changes it made, 0 if it failed. */
static uint32_t
write_some(const struct volume *v, const struct volume_change *change, uint32_t count)
{
	struct block b = {.at = align_down(change->at, DISK_BLOCK)};
	struct refusal ignored;
	uint32_t n = 0;

	if (b.at >= v->size)
		return 0;
	b.len = v->size - b.at < DISK_BLOCK ? v->size - b.at : DISK_BLOCK;
	if (volume_read(v, b.at, b.len, "directory", b.bytes, &ignored))
		return 0;
	while (n < count && take(&b, v->disk->sector_size, &change[n]))
		n++;
	return write_back(v, &b) ? n : 0;
}

bool
volume_write(const struct volume *v, const struct volume_change *change, uint32_t count)
{
	uint32_t n = 1;

	for (; v->disk->write && count && n; change += n, count -= n) {
		n = write_some(v, change, count);
		disk_forget(v->disk);
	}
	return !count;
}
