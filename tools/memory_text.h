/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that is printed into memory. Unlike open_memstream(3), in glibc, it tells when there was
 * no memory for a part.
 */
#ifndef KSHIM_MEMORY_TEXT_H
#define KSHIM_MEMORY_TEXT_H

#include <stdbool.h>
#include <stdio.h>

struct memory_text {
	FILE *out;
	char *text; /* complete once it is closed; the caller frees it */
	size_t len, room;
};

/* False, and errno, if there is no memory. It stays where it is until it is closed. */
bool memory_text_open(struct memory_text *t);
/* False if a part is missing; then there is nothing to free. */
bool memory_text_close(struct memory_text *t);

/* How many lines a closed one has. */
unsigned memory_text_lines(const struct memory_text *t);

#endif
