/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts that stay until the boot: paths and lines that are joined from parts.
 */
#ifndef KSHIM_EFI_KEPT_TEXT_H
#define KSHIM_EFI_KEPT_TEXT_H

#include "stub/base/bytes.h"
#include "stub/base/text.h"

/* a, `between` and b joined, with a NUL; NULL if there is no room. */
char *text_keep(struct span a, const char *between, struct span b);

/* Bytes that can still be kept, and how many there are in all. */
size_t text_keep_room(void);
#define TEXT_KEEP_ROOM 262144

#endif
