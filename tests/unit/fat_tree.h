/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A FAT12 volume with files at paths, made in memory: clusters of 4 KiB, long names.
 */
#ifndef TESTS_FAT_TREE_H
#define TESTS_FAT_TREE_H

#include <stdint.h>

#define FAT_TREE_SIZE (1u << 20) /* bytes of the image; files together have 230 clusters */

struct fat_file {
	const char *path; /* "loader/entries/a.conf" */
	const void *bytes;
	uint32_t len;
};

/* Write the volume to image[0..FAT_TREE_SIZE). */
void fat_tree(uint8_t *image, const struct fat_file *file, unsigned files);

#endif
