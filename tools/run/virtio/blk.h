/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio-blk (Virtual I/O Device 1.2, 5.2) on a file or a block device of the host.
 */
#ifndef RUN_VIRTIO_BLK_H
#define RUN_VIRTIO_BLK_H

#include "tools/run/disk_files.h"
#include "tools/run/virtio/device.h"

/* NULL with errno if there is no memory. `file` is open, and stays. */
struct virtio_device *blk_make(const struct disk_file *file);

/* blk_request.c: status of a request (5.2.6). */
enum blk_status { BLK_OK = 0, BLK_ERROR = 1, BLK_UNSUPPORTED = 2 };

#define BLK_FLUSH         (1ull << 9)
#define BLK_RANGES        32        /* of one discard or write zeroes */
#define BLK_RANGE_SECTORS 0x3fffffu /* of each */

/*
 * Carry out the request in a chain, whose status byte is written. `write_back`: writes may stay
 * in the host's cache until a flush. False if the chain is no request; else *ret_len is what
 * was written to it.
 */
bool blk_request(
        const struct disk_file *file, bool write_back, struct chain *c, uint32_t *ret_len);

#endif
