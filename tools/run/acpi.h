/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI tables of the virtual machine: RSDP, XSDT, FADT, FACS, MADT, DSDT.
 *
 * Source: ACPI 6.4, chapter 5. They say which CPUs there are, that COM1 is there and that no
 * 8042 and no VGA is, how to power off and how to reset.
 */
#ifndef RUN_ACPI_H
#define RUN_ACPI_H

#include "tools/launch/layout.h"
#include "tools/run/memory.h"

/* Fixed hardware, served by devices.c. */
#define ACPI_PM1_EVENT   0x600 /* status and enable, two bytes each */
#define ACPI_PM1_CONTROL 0x604
#define ACPI_S5          5 /* SLP_TYP that powers off */
#define ACPI_RESET_PORT  0xcf9
#define ACPI_RESET_VALUE 0x06

/* Write the tables for `cpus` CPUs where the layout wants them; false if they do not fit. */
bool acpi_write(const struct memory *mem, const struct layout *layout, uint32_t cpus);

#endif
