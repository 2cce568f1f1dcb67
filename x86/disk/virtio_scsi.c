/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and writes a SCSI disk behind a virtio SCSI host (Virtual I/O Device 1.2, 5.6; SBC-4,
 * SPC-5), by REPORT LUNS, INQUIRY, READ CAPACITY(16), READ(16) and WRITE(16).
 */
#include "x86/disk/disks.h"

#define REQUEST_QUEUE 2
#define MOST          (4 * MIB) /* of a request, bytes */
#define TRIES         3         /* a unit attention after the reset is no error */
#define CDB_SIZE      32        /* the device's defaults */
#define SENSE_SIZE    96
#define TYPE_DISK     0
#define TO_THE_MEDIUM 8 /* in byte 1 of WRITE(16): FUA, past all caches */

enum {
	INQUIRY = 0x12,
	READ_16 = 0x88,
	WRITE_16 = 0x8a,
	SERVICE_ACTION_IN = 0x9e,
	READ_CAPACITY_16 = 0x10,
	REPORT_LUNS = 0xa0
};

struct scsi_request {
	uint8_t lun[8];
	uint64_t id;
	uint8_t task_attr, prio, crn, cdb[CDB_SIZE];
} __attribute__((packed));

struct scsi_response {
	uint32_t sense_len, residual;
	uint16_t qualifier;
	uint8_t status, response;
	uint8_t sense[SENSE_SIZE];
} __attribute__((packed));

_Static_assert(sizeof(struct scsi_request) == 51, "5.6.6.1");
_Static_assert(sizeof(struct scsi_response) == 108, "5.6.6.1");

static void
put_be(uint8_t *p, unsigned bytes, uint64_t v)
{
	while (bytes--) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t
get_be(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

enum answer {
	DONE,
	NOT_DONE,  /* the unit said no */
	NOT_THERE, /* so no unit said anything */
};

static struct scsi_response response;

/* One request, with the response in it; a unit attention asks for it again. */
static enum answer
send(struct disk_driver *d, const struct virtio_buffer parts[3])
{
	for (unsigned n = 0; n < TRIES; n++) {
		response.response = response.status = 0xff;
		if (!virtio_request(&d->virtio, parts, 3) || response.response)
			return NOT_THERE;
		if (!response.status)
			return DONE;
	}
	return NOT_DONE;
}

/* A command whose answer is `len` bytes. */
static enum answer
ask(struct disk_driver *d, const struct scsi_request *request, void *to, uint32_t len)
{
	struct virtio_buffer parts[] = {{request, sizeof(*request), false},
	        {&response, sizeof(response), true}, {to, len, true}};

	return send(d, parts);
}

static bool
command(struct disk_driver *d, const struct scsi_request *request, void *to, uint32_t len)
{
	return ask(d, request, to, len) == DONE;
}

/* 5.6.6.1: the target and its logical unit, in the single-level format. */
static struct scsi_request
to_unit(const struct disk_driver *d, uint8_t code)
{
	return (struct scsi_request){
	        .lun = {1, (uint8_t)d->target, (uint8_t)(0x40 | d->lun >> 8), (uint8_t)d->lun},
	        .cdb = {code}};
}

/* READ(16), WRITE(16) */
static struct scsi_request
to_sectors(const struct disk_driver *d, uint8_t code, uint64_t sector, uint32_t count)
{
	struct scsi_request r = to_unit(d, code);

	put_be(&r.cdb[2], 8, sector);
	put_be(&r.cdb[10], 4, count);
	return r;
}

static bool
read_sectors(void *context, uint64_t sector, uint32_t count, void *to)
{
	struct disk_driver *d = context;
	struct scsi_request r = to_sectors(d, READ_16, sector, count);

	return command(d, &r, to, count * d->sector_size);
}

static bool
write_sectors(void *context, uint64_t sector, uint32_t count, const void *from)
{
	struct disk_driver *d = context;
	struct scsi_request r = to_sectors(d, WRITE_16, sector, count);
	struct virtio_buffer parts[] = {{&r, sizeof(r), false},
	        {from, count * d->sector_size, false}, {&response, sizeof(response), true}};

	r.cdb[1] = TO_THE_MEDIUM;
	return send(d, parts) == DONE;
}

bool
virtio_scsi_begin(struct disk_driver *d, const char **ret_what)
{
	return virtio_start(&d->virtio, REQUEST_QUEUE, 0, ret_what);
}

/* SPC-5, 6.33: a list of eight bytes each, behind its length. A unit of another address method
 * than the two with one number (SAM-5, 4.7.5, 4.7.6) is passed over. */
uint32_t
virtio_scsi_luns(struct disk_driver *d, uint32_t lun[SCSI_LUNS])
{
	uint8_t answer[8 + 8 * SCSI_LUNS] = {0};
	uint32_t listed, count = 0;
	struct scsi_request r;
	enum answer said;

	d->lun = 0;
	r = to_unit(d, REPORT_LUNS);
	put_be(&r.cdb[6], 4, sizeof(answer));
	said = ask(d, &r, answer, sizeof(answer));
	if (said != DONE) {
		lun[0] = 0; /* an old target may know no more than this one */
		return said == NOT_DONE;
	}
	listed = (uint32_t)get_be(answer, 4) / 8;
	for (uint32_t i = 0; i < listed && i < SCSI_LUNS; i++) {
		uint32_t n = (uint32_t)get_be(answer + 8 + 8 * (uint64_t)i, 2);

		if (n < 0x100 || (n >= 0x4000 && n < 0x8000))
			lun[count++] = n & 0x3fff;
	}
	return count;
}

bool
virtio_scsi_has(struct disk_driver *d)
{
	uint8_t answer[36];
	struct scsi_request r = to_unit(d, INQUIRY);

	r.cdb[4] = sizeof(answer);
	return command(d, &r, answer, sizeof(answer)) && answer[0] == TYPE_DISK;
}

bool
virtio_scsi_start(struct disk_driver *d, struct disk *ret_disk, const char **ret_what)
{
	uint8_t answer[32];
	struct scsi_request r = to_unit(d, SERVICE_ACTION_IN);

	if (!virtio_scsi_begin(d, ret_what))
		return false;
	r.cdb[1] = READ_CAPACITY_16;
	r.cdb[13] = sizeof(answer);
	*ret_what = "does not say its capacity";
	if (!command(d, &r, answer, sizeof(answer)))
		return false;
	d->sector_size = (uint32_t)get_be(answer + 8, 4);
	*ret_what = "has sectors of an odd size";
	if (!disk_sector_size_ok(d->sector_size))
		return false;
	ret_disk->sector_size = d->sector_size;
	ret_disk->sectors = get_be(answer, 8) + 1;
	ret_disk->read = read_sectors;
	ret_disk->write = write_sectors;
	ret_disk->most = (uint32_t)(MOST / d->sector_size);
	return true;
}
