/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sum of bytes that ACPI's and SMBIOS's checksums are made of (sum.asm).
 */
#ifndef KSHIM_X86_SUM_H
#define KSHIM_X86_SUM_H

#include <stddef.h>
#include <stdint.h>

/* All bytes added up, modulo 256. Wants CR4.OSFXSR; changes xmm0 and xmm1. */
uint8_t sum_bytes(const void *bytes, size_t len);

#endif
