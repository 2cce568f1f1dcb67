/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request (5.2.6): a header of 16 bytes to read, data either way, a byte of status at the
 * end of what is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/run/table.h"
#include "tools/run/virtio/blk.h"

#define HEADER 16
#define RANGE  16 /* bytes of a range of sectors */
#define UNMAP  1u /* flag of a range of zeroes */

enum blk_type {
	TYPE_READ = 0,
	TYPE_WRITE = 1,
	TYPE_FLUSH = 4,
	TYPE_ID = 8,
	TYPE_DISCARD = 11,
	TYPE_ZEROES = 13,
};

static bool
in_disk(const struct disk_file *f, uint64_t sector, uint64_t sectors)
{
	return sector <= f->sectors && sectors <= f->sectors - sector;
}

static enum blk_status
status_of(bool good)
{
	return good ? BLK_OK : BLK_ERROR;
}

/* Take `len` bytes off the front of these buffers. */
static void
skip(struct iovec **buffer, uint32_t *count, size_t len)
{
	while (len && *count) {
		size_t part = (*buffer)->iov_len < len ? (*buffer)->iov_len : len;

		(*buffer)->iov_base = (uint8_t *)(*buffer)->iov_base + part;
		(*buffer)->iov_len -= part;
		len -= part;
		if (!(*buffer)->iov_len) {
			(*buffer)++;
			(*count)--;
		}
	}
}

/* All of them, from or to byte `off` of the file. A file that has become shorter is an error.
 */
static bool
transfer(int fd, struct iovec *buffer, uint32_t count, uint64_t off, bool writes)
{
	while (count) {
		ssize_t n = writes ? pwritev(fd, buffer, (int)count, (off_t)off)
		                   : preadv(fd, buffer, (int)count, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		off += (uint64_t)n;
		skip(&buffer, &count, (size_t)n);
	}
	return true;
}

/* The buffers of `c` hold nothing but the data; `len` bytes of it. */
static enum blk_status
read_or_write(const struct disk_file *f, bool write_back, struct chain *c, uint64_t sector,
        bool writes)
{
	struct iovec *buffer = writes ? c->buffer : c->buffer + c->out;
	uint32_t count = writes ? c->out : c->in;
	uint64_t len = writes ? c->out_len - HEADER : c->in_len - 1;

	if ((writes && f->read_only) || len % DISK_SECTOR ||
	        !in_disk(f, sector, len / DISK_SECTOR))
		return BLK_ERROR;
	if (writes)
		skip(&buffer, &count, HEADER);
	if (!transfer(f->fd, buffer, count, sector * DISK_SECTOR, writes))
		return BLK_ERROR;
	return status_of(!writes || write_back || fdatasync(f->fd) == 0);
}

static enum blk_status
identify(const struct disk_file *f, struct chain *c)
{
	char id[DISK_ID] = {0};

	if (c->in_len - 1 < sizeof(id))
		return BLK_ERROR;
	memcpy(id, f->id, strlen(f->id));
	chain_write(c, 0, id, sizeof(id));
	return BLK_OK;
}

/* Where the file system knows no zeroes of its own. */
static bool
write_zeroes(int fd, uint64_t off, uint64_t len)
{
	static const uint8_t zeroes[65536];

	while (len) {
		ssize_t n = pwrite(
		        fd, zeroes, len < sizeof(zeroes) ? len : sizeof(zeroes), (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		off += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return true;
}

/* A discard is a wish; zeroes are not. */
static bool
clear(int fd, uint64_t off, uint64_t len, bool zeroes, bool unmap)
{
	int how = zeroes && !unmap ? FALLOC_FL_ZERO_RANGE : FALLOC_FL_PUNCH_HOLE;

	if (!len || fallocate(fd, how | FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len) == 0)
		return true;
	if (errno != EOPNOTSUPP && errno != ENODEV)
		return false;
	return !zeroes || write_zeroes(fd, off, len);
}

static enum blk_status
clear_one(const struct disk_file *f, const uint8_t *range, bool zeroes)
{
	uint64_t sector = table_get(range, 8);
	uint32_t sectors = (uint32_t)table_get(range + 8, 4);
	uint32_t flags = (uint32_t)table_get(range + 12, 4);

	if (flags & ~(zeroes ? UNMAP : 0u))
		return BLK_UNSUPPORTED;
	if (sectors > BLK_RANGE_SECTORS || !in_disk(f, sector, sectors))
		return BLK_ERROR;
	return status_of(clear(f->fd, sector * DISK_SECTOR, (uint64_t)sectors * DISK_SECTOR,
	        zeroes, flags & UNMAP));
}

static enum blk_status
clear_ranges(const struct disk_file *f, bool write_back, const struct chain *c, bool zeroes)
{
	uint64_t len = c->out_len - HEADER;
	enum blk_status status = BLK_OK;
	uint8_t range[RANGE];

	if (f->read_only || !len || len % RANGE || len / RANGE > BLK_RANGES)
		return BLK_ERROR;
	for (uint64_t at = 0; at < len && status == BLK_OK; at += RANGE) {
		chain_read(c, HEADER + at, range, RANGE);
		status = clear_one(f, range, zeroes);
	}
	if (status == BLK_OK && !write_back)
		return status_of(fdatasync(f->fd) == 0);
	return status;
}

static enum blk_status
carry_out(const struct disk_file *f, bool write_back, struct chain *c, const uint8_t *header)
{
	uint64_t sector = table_get(header + 8, 8);

	switch (table_get(header, 4)) {
	case TYPE_READ:
		return read_or_write(f, write_back, c, sector, false);
	case TYPE_WRITE:
		return read_or_write(f, write_back, c, sector, true);
	case TYPE_FLUSH:
		return status_of(f->read_only || fdatasync(f->fd) == 0);
	case TYPE_ID:
		return identify(f, c);
	case TYPE_DISCARD:
		return clear_ranges(f, write_back, c, false);
	case TYPE_ZEROES:
		return clear_ranges(f, write_back, c, true);
	default:
		return BLK_UNSUPPORTED;
	}
}

/* Take the status's byte off the buffers, whose last it is. */
static uint8_t *
cut_status(struct chain *c)
{
	struct iovec *last = &c->buffer[c->out + c->in - 1];

	last->iov_len--;
	if (!last->iov_len)
		c->in--;
	return (uint8_t *)last->iov_base + last->iov_len;
}

bool
blk_request(const struct disk_file *file, bool write_back, struct chain *c, uint32_t *ret_len)
{
	uint8_t header[HEADER], *status;
	enum blk_status result;

	if (c->out_len < HEADER || !c->in_len)
		return false;
	chain_read(c, 0, header, HEADER);
	status = cut_status(c);
	result = carry_out(file, write_back, c, header);
	*status = (uint8_t)result;
	*ret_len = result == BLK_OK ? (uint32_t)c->in_len : 1;
	return true;
}
