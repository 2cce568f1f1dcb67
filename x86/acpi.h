/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI tables, as far as a boot loader must know them: where they lie.
 */
#ifndef KSHIM_X86_ACPI_H
#define KSHIM_X86_ACPI_H

#include "stub/memmap.h"

/* The RSDP's address, found where BIOSes put it (ACPI 6.4, 5.2.5.1); 0 if there is none. */
uint64_t acpi_find_rsdp(void);

/*
 * Collect the tables that lie in RAM, where the plan must not touch them, as ranges into
 * fixed[0..max), neighbours joined. Returns how many; a table that cannot be read is left out.
 */
uint32_t acpi_fixed(
        uint64_t rsdp, const struct memmap *map, struct named_range *fixed, uint32_t max);

#endif
