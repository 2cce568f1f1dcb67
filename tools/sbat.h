/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The section .sbat, by which programs of a UEFI boot tell what they are (shim, SBAT.md).
 */
#ifndef KSHIM_SBAT_H
#define KSHIM_SBAT_H

#include <stdbool.h>

#include "stub/base/bytes.h"

/* Is there a line of that component, as "grub"? */
bool sbat_names(struct span sbat, const char *component);

#endif
