/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image that tests/unit/ext-images made, as a disk: a private copy, whose bytes a test may
 * damage. image_put() finds what it damages by the reader itself.
 */
#ifndef TESTS_EXT_IMAGE_H
#define TESTS_EXT_IMAGE_H

#include "stub/disk/ext.h"
#include "tests/unit/ram_disk.h"

#define EXT_IMAGES "build/ext"

struct ext_image {
	uint8_t *bytes;
	size_t size;
	struct ram_disk ram;
	struct ext_fs fs;
};

/* The sentence of a refusal. */
const char *why_text(const struct refusal *why);

/* Open build/ext/NAME.img; its superblock's refusal, or REFUSAL_NONE. */
enum refusal_code image_try(
        struct ext_image *image, const char *name, uint32_t sector_size, struct refusal *why);

/* The same; fails the test if it is no ext file system. */
void image_open(struct ext_image *image, const char *name, uint32_t sector_size);

/* Forget what was read, and read the superblock again, after bytes were changed. */
enum refusal_code image_again(struct ext_image *image, struct refusal *why);

void image_close(struct ext_image *image);

/* The node of a path without links; fails the test if there is none. */
struct fs_node image_node(struct ext_image *image, const char *path);

/* Change `len` bytes of the image at `at` to `value`, and forget what was read. */
void image_put(struct ext_image *image, uint64_t at, uint64_t value, unsigned len);

#endif
