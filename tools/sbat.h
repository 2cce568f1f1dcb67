/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The section .sbat, by which programs of a UEFI boot tell what they are and which generation
 * (shim, SBAT.md, "Version formats and SBAT sections").
 */
#ifndef KSHIM_SBAT_H
#define KSHIM_SBAT_H

#include <stdbool.h>

#include "stub/base/bytes.h"

#define SBAT_FIELDS 6 /* component, generation, vendor, package, version, URL */

struct sbat_line {
	uint32_t fields; /* that it has */
	struct span field[SBAT_FIELDS];
	bool has_generation; /* it is a number */
};

/* The next line, which *left is moved behind; false behind the last. */
bool sbat_next(struct span *left, struct sbat_line *ret_line);

/* Has it all that shim wants of a line? */
bool sbat_line_good(const struct sbat_line *line);

/* Is there a line of that component, as "grub"? */
bool sbat_names(struct span sbat, const char *component);

#endif
