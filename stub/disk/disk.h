/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks as readers see them: volumes of bytes over something that is read by sectors.
 *
 * A driver fills a struct disk (a virtio queue on a bare machine, an image file on a host). The
 * readers of partition tables and file systems get a struct volume, a disk or a part of one,
 * and reach its bytes in two ways: volume_bytes() for the few bytes of a structure, through a
 * cache of whole blocks, and volume_read() for contents, straight to their place by large
 * requests. The cache reads a window of some blocks at once, because a request costs more than
 * its bytes, and what a file system keeps together is asked for together.
 *
 * What lies on a disk is hostile. A reader is bounded by what it counts itself (sectors,
 * entries, links), never by what the disk says; numbers are checked against the volume here, in
 * one place. What readers do together, disk after all its partitions, is bounded by
 * disk_bound(). All that is ever written is a file's name (fat_rename.c).
 */
#ifndef KSHIM_DISK_H
#define KSHIM_DISK_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define DISK_BLOCK   4096u /* bytes in which a structure lies; sectors are no larger */
#define DISK_WINDOW  (16 * DISK_BLOCK)
#define DISK_WINDOWS 8        /* in the cache */
#define DISK_LOOKS   4000000u /* that a bounded search may make */
#define DISK_REQUEST 256u     /* looks that a request counts for */

struct disk {
	uint64_t sectors;
	uint32_t sector_size; /* bytes: a power of two from 512 to DISK_BLOCK */
	/*
	 * Read `count` sectors from number `sector` on to `to`; false if the device fails. Both
	 * lie inside the disk. At most `most` sectors are asked for at once, unless it is 0.
	 */
	bool (*read)(void *context, uint64_t sector, uint32_t count, void *to);
	/* The same the other way, to last through a loss of power; NULL: it is not written. */
	bool (*write)(void *context, uint64_t sector, uint32_t count, const void *from);
	void *context;
	uint32_t most;
	uint64_t requests; /* made so far */
	bool bounded;      /* by disk_bound(): */
	uint64_t left;     /* looks that may still be made */
	uint64_t asked;    /* blocks that the cache was asked for so far */
	struct disk_window {
		uint64_t at;   /* byte on the disk */
		uint32_t len;  /* bytes; 0: nothing here */
		uint64_t last; /* when it was asked for, by `asked` */
		uint8_t bytes[DISK_WINDOW];
	} cache[DISK_WINDOWS];
};

/* A disk's bytes [start, start + size); both are multiples of the sector's size. */
struct volume {
	struct disk *disk;
	uint64_t start, size;
};

/* Is it a size of sectors that readers can work with? */
static inline bool
disk_sector_size_ok(uint32_t size)
{
	return size >= 512 && size <= DISK_BLOCK && !(size & (size - 1));
}

/*
 * Make *disk ready: nothing in its cache, no more sectors than a number of bytes can count. The
 * driver's members are the caller's.
 */
void disk_reset(struct disk *disk);

/* Nothing in the cache from here on. */
void disk_forget(struct disk *disk);

/*
 * From here on the disk may be looked at DISK_LOOKS times, then all is REFUSAL_DISK_BUDGET: a
 * structure in the cache is one look, a request DISK_REQUEST. disk_unbound() ends that; it is
 * false if there was not enough.
 */
void disk_bound(struct disk *disk);
bool disk_unbound(struct disk *disk);

/* The whole disk. */
struct volume disk_volume(struct disk *disk);

/* REFUSAL_DISK_DAMAGED: `what` at byte `where` of the disk is `found`, not `wanted`. */
enum refusal_code disk_damaged(struct refusal *ret_why, uint64_t where, uint64_t found,
        uint64_t wanted, const char *what);

/*
 * `count` sectors from number `first` on, of the volume; false if they are not all inside. The
 * usual sector is the disk's own.
 */
bool volume_part(
        const struct volume *v, uint64_t first, uint64_t count, struct volume *ret_part);

/*
 * The bytes [off, off + len) of the volume, which lie in one of its blocks of DISK_BLOCK bytes.
 * They stay where they are until DISK_WINDOWS - 1 further blocks were asked for.
 * Errors: REFUSAL_DISK_DAMAGED with `detail` = `what`, where = off on the disk, found = first
 * byte after what is asked for, wanted = size of the volume, if they are not inside;
 * REFUSAL_DISK_READ.
 */
enum refusal_code volume_bytes(const struct volume *v, uint64_t off, uint64_t len,
        const char *what, struct span *ret_bytes, struct refusal *ret_why);

/*
 * Read the bytes [off, off + len) of the volume to `to`; a few, and parts of a sector, go
 * through the cache. Errors: as volume_bytes().
 */
enum refusal_code volume_read(const struct volume *v, uint64_t off, uint64_t len,
        const char *what, void *to, struct refusal *ret_why);

/* `len` bytes of a volume, and what they are to be. */
struct volume_change {
	uint64_t at; /* they do not go over the end of a sector */
	uint32_t len;
	const void *bytes;
};

/*
 * Write what differs, in the order given. One request has what follows each other there and
 * lies on the disk in sectors side by side, within DISK_BLOCK bytes. The cache is empty behind
 * it. False if the disk cannot be written; what a request before has written stays.
 */
bool volume_write(const struct volume *v, const struct volume_change *change, uint32_t count);

#endif
