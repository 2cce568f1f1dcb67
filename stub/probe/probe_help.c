/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all readers of kernel formats use: the file's head, and refusals that name a part of it.
 */
#include "probe.h"

#define HEAD 4096 /* bytes */

enum refusal_code
refuse_detail(struct refusal *why, enum refusal_code code, const char *detail, uint64_t where,
        uint64_t found, uint64_t wanted)
{
	refuse(why, code, where, found, wanted);
	why->detail = detail;
	return code;
}

enum refusal_code
image_get_detail(const struct image *im, uint64_t off, uint64_t len, enum refusal_code code,
        const char *detail, struct span *ret_bytes, struct refusal *ret_why)
{
	enum refusal_code got = image_get(im, off, len, code, ret_bytes, ret_why);

	if (got == code)
		ret_why->detail = detail;
	return got;
}

enum refusal_code
probe_head(const struct image *im, struct span *ret_head, struct refusal *ret_why)
{
	uint64_t len = im->size < HEAD ? im->size : HEAD;

	if (im->size == 0)
		return refuse(ret_why, REFUSAL_KERNEL_EMPTY, 0, 0, 0);
	return image_get(im, 0, len, REFUSAL_NEED, ret_head, ret_why);
}
