/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of known size of which some parts are at hand.
 *
 * A file in memory has one window, the whole. A stream (a fw_cfg item) starts with none: a
 * reader that misses bytes answers REFUSAL_NEED with the range, its caller loads that range,
 * adds a window, and calls the reader again from the start. A caller whose windows are used up
 * loads the whole file and starts over with one window. Readers keep nothing between calls.
 */
#ifndef KSHIM_IMAGE_H
#define KSHIM_IMAGE_H

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

#define IMAGE_WINDOWS 16

struct image {
	uint64_t size; /* bytes in the file */
	uint64_t base; /* where this image starts in the windows' file (a bundle's member) */
	uint32_t windows;
	struct image_window {
		uint64_t off; /* of the first byte at hand, in the windows' file */
		struct span bytes;
	} window[IMAGE_WINDOWS];
};

/* An image that is wholly in memory. */
struct image image_of(struct span bytes);

/* An image of `size` bytes with nothing at hand yet. */
struct image image_stream(uint64_t size);

/*
 * Add bytes of the file that start at `off`; false if the table is full. A window that
 * holds all of the file replaces the others.
 */
bool image_add(struct image *im, uint64_t off, struct span bytes);

/* The member [off, off + size) of `im` as an image of its own; false if it is not inside. */
bool image_member(
        const struct image *im, uint64_t off, uint64_t size, struct image *ret_member);

/*
 * The bytes [off, off + len) of the image.
 * Errors: `code` with where = off, found = size, wanted = off + len if they are past the end
 * of the file; REFUSAL_NEED with where = off *in the windows' file* and wanted = len if the
 * file has them but no single window does.
 */
enum refusal_code image_get(const struct image *im, uint64_t off, uint64_t len,
        enum refusal_code code, struct span *ret_bytes, struct refusal *ret_why);

#endif
