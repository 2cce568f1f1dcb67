/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI tables, as far as a boot loader must know them: where they lie.
 */
#ifndef KSHIM_X86_ACPI_H
#define KSHIM_X86_ACPI_H

#include "stub/base/bytes.h"
#include "stub/input/keep.h"

/* The RSDP's address, found where BIOSes put it (ACPI 6.4, 5.2.5.1); 0 if there is none. */
uint64_t acpi_find_rsdp(void);

/*
 * Note the tables, which the plan must not touch: those in RAM if that is what `keep` is for. A
 * table that cannot be read is left out.
 */
void acpi_keep(uint64_t rsdp, struct keep *keep);

/* The DSDT; false if there is none that makes sense. */
bool acpi_dsdt(uint64_t rsdp, struct span *ret_dsdt);

#endif
