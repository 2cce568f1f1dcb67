/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the files that name what a file is.
 */
#ifndef CHECK_IDENTIFY_H
#define CHECK_IDENTIFY_H

#include "tools/check/report.h"

#define IDENTIFY_PROGRAM                                                                       \
	"an operating system starts it; a kernel is /boot/vmlinuz-* or a build's vmlinux"

void identify_as(
        struct report *r, enum kind kind, const char *name, const char *what, const char *next);

/* "Multiboot", "Multiboot2", or NULL; and how such a kernel is started. */
const char *identify_multiboot(struct span file);
const char *identify_how_by_multiboot(const char *multiboot);

/* Plain code that the core does not know. */
void identify_code(struct report *r);
/* Programs for UEFI that have the sections of a unified kernel image, and no kernel. */
void identify_programs(struct report *r);

#endif
