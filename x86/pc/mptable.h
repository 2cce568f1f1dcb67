/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MultiProcessor table (Intel MultiProcessor Specification 1.4), for a machine without
 * ACPI: how a kernel finds the other CPUs and the I/O APIC there.
 */
#ifndef KSHIM_X86_MPTABLE_H
#define KSHIM_X86_MPTABLE_H

#include "stub/base/bytes.h"
#include "stub/base/range.h"

#define MP_SLOTS 32

struct mp_machine {
	uint32_t cpus;                /* with APIC numbers from 0 on */
	uint32_t signature, features; /* CPUID 1, EAX and EDX */
	bool pci;
	uint32_t slots;           /* bit N: slot N of PCI bus 0 has something in it */
	uint8_t irq[MP_SLOTS][4]; /* of INTA to INTD there */
};

/*
 * Write the table to `high`, and the floating pointer to it into `fseg`, where kernels look for
 * it; the room is taken from them. Nothing is written where there is too little, or for 255
 * CPUs.
 */
void mp_table_write(struct range *fseg, struct range *high, const struct mp_machine *m);

#endif
