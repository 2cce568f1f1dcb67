/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot CPU's local APIC as kernels expect it: MultiProcessor Specification 1.4, 3.6.2.2
 * ("Virtual Wire Mode") and appendix A.3, register fields by the Intel SDM vol. 3, 11.5.1 and
 * 11.9. After a reset the APIC is disabled and LINT0 is masked, so no interrupt of the PIC
 * arrives. The other CPUs stay as after a reset: the PIC's interrupts are for one CPU.
 */
#include "x86/pc/local_apic.h"

#define ENABLED  0x100u
#define SPURIOUS 0x0ffu /* the vector of spurious interrupts */
#define NMI      0x400u
#define EXTINT   0x700u
#define LEVEL    0x8000u

void
local_apic_virtual_wire(void)
{
	local_apic_write(LOCAL_APIC_SPURIOUS, ENABLED | SPURIOUS);
	local_apic_write(LOCAL_APIC_LINT0, LEVEL | EXTINT);
	local_apic_write(LOCAL_APIC_LINT1, LEVEL | NMI);
}
