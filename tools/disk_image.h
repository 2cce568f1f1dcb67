/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A raw disk image in memory, for stub/disk/, and the files inside of images that users name
 * as IMAGE:/PATH or IMAGE:NUMBER:/PATH.
 */
#ifndef KSHIM_DISK_IMAGE_H
#define KSHIM_DISK_IMAGE_H

#include "stub/disk/file_system.h"
#include "tools/file.h"

struct disk_image {
	struct disk disk;
	struct span bytes;
};

/*
 * The bytes as a disk, which must outlive *ret_image; neither may be moved. Sectors have 512
 * bytes, or 4096 if a GPT header is where it is on such a disk.
 */
void disk_image_open(struct span bytes, struct disk_image *ret_image);

/*
 * Read all of a file that was found into *f, whose path is set. Returns an exit status; what is
 * wrong is said.
 */
int disk_image_read(struct file_system *fs, const struct fs_node *node, struct file *f);

/* Does `name`, which is no file's name, begin with that of a file, as IMAGE:/PATH does? */
bool disk_path_is(const char *name);

/*
 * The image that such a name begins with, which the caller frees, the partition's number, and
 * the path inside, which is a part of `name`. NULL if it is no such name.
 */
#define DISK_PATH_ANY UINT32_MAX /* partition */
char *disk_path_split(const char *name, uint32_t *ret_number, const char **ret_path);

/* Is there such a file inside of an image? Says nothing. */
bool disk_path_exists(const char *name);

/*
 * Read a file inside of an image: from the partition of that number, or from the first one
 * that has it. Returns STATUS_OK, _REFUSED or _HOST; says why.
 */
int disk_path_read(const char *name, struct file *ret_file);

#endif
