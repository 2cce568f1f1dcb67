/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps texts one after the other in a buffer of fixed size; none is given back.
 */
#include "efi/kept_text.h"

static char kept[TEXT_KEEP_ROOM];
static size_t used;

char *
text_keep(struct span a, const char *between, struct span b)
{
	struct span middle = text_span(between);
	char *out = kept + used;

	if (a.size + middle.size + b.size >= text_keep_room())
		return NULL;
	memcpy(out, a.base, a.size);
	memcpy(out + a.size, middle.base, middle.size);
	memcpy(out + a.size + middle.size, b.base, b.size);
	used += a.size + middle.size + b.size;
	kept[used++] = 0;
	return out;
}

size_t
text_keep_room(void)
{
	return sizeof(kept) - used;
}
