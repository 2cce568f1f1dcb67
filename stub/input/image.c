/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows over a file: which bytes are at hand, and which must be asked for.
 *
 * image_get() is the only way from an offset in a file to bytes. It answers in three ways:
 * the bytes, "past the end" (the caller's code), or "the file has them, I don't" (NEED). It
 * never joins two windows, because that would take memory; the missing range is asked for
 * whole.
 */
#include "image.h"

struct image
image_of(struct span bytes)
{
	struct image im = image_stream(bytes.size);

	image_add(&im, 0, bytes);
	return im;
}

struct image
image_stream(uint64_t size)
{
	struct image im; /* windows that do not count are left as they are */

	im.size = size;
	im.base = 0;
	im.windows = 0;
	return im;
}

bool
image_add(struct image *im, uint64_t off, struct span bytes)
{
	if (off <= im->base && bounds_ok(bytes.size, im->base - off, im->size))
		im->windows = 0;
	if (im->windows == IMAGE_WINDOWS)
		return false;
	im->window[im->windows++] = (struct image_window){off, bytes};
	return true;
}

bool
image_member(const struct image *im, uint64_t off, uint64_t size, struct image *ret_member)
{
	if (!bounds_ok(im->size, off, size))
		return false;
	*ret_member = image_stream(size);
	ret_member->base = im->base + off;
	while (ret_member->windows < im->windows) {
		ret_member->window[ret_member->windows] = im->window[ret_member->windows];
		ret_member->windows++;
	}
	return true;
}

/* The first byte after [off, off + len), for a message: at most the largest number there is. */
static uint64_t
reach(uint64_t off, uint64_t len)
{
	return range_fits(off, len) ? off + len : UINT64_MAX;
}

enum refusal_code
image_get(const struct image *im, uint64_t off, uint64_t len, enum refusal_code code,
        struct span *ret_bytes, struct refusal *ret_why)
{
	uint64_t at;

	if (!bounds_ok(im->size, off, len))
		return refuse(ret_why, code, off, im->size, reach(off, len));
	at = im->base + off;
	if (len == 0) {
		*ret_bytes = (struct span){(const uint8_t *)"", 0};
		return REFUSAL_NONE;
	}
	for (const struct image_window *w = im->window; w < im->window + im->windows; w++) {
		if (at >= w->off && span_sub(w->bytes, at - w->off, len, ret_bytes))
			return REFUSAL_NONE;
	}
	return refuse(ret_why, REFUSAL_NEED, at, 0, len);
}
