/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of --disk: raw files and block devices, opened once for all lives of the
 * guest, and locked so that no two programs write to one.
 */
#ifndef RUN_DISK_FILES_H
#define RUN_DISK_FILES_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_FILES  16
#define DISK_ID     20 /* bytes of virtio-blk's identification */
#define DISK_SECTOR 512u

struct disk_file {
	const char *path;
	const char *id; /* "" if none was given */
	bool read_only;
	int fd;
	uint64_t sectors;
	uint32_t block, physical; /* bytes of a logical and of a physical block */
};

struct disk_files {
	uint32_t count;
	struct disk_file file[DISK_FILES];
};

/*
 * Add what --disk's argument says, which is changed: FILE[,ro][,id=TEXT]. STATUS_GO_ON, or a
 * sentence and a status.
 */
int disk_files_add(struct disk_files *d, char *argument);

/* Open and lock all; a sentence and a status if one cannot be used. */
int disk_files_open(struct disk_files *d);

/* The size of the largest that is written to, 0 if none is. */
uint64_t disk_files_largest(const struct disk_files *d);

#endif
