/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC's registers that a firmware writes (Intel SDM vol. 3, 11.4.1).
 */
#ifndef KSHIM_X86_LOCAL_APIC_H
#define KSHIM_X86_LOCAL_APIC_H

#include <stdint.h>

#define LOCAL_APIC          0xfee00000u
#define LOCAL_APIC_SPURIOUS 0x0f0u
#define LOCAL_APIC_COMMAND  0x300u
#define LOCAL_APIC_LINT0    0x350u
#define LOCAL_APIC_LINT1    0x360u

static inline void
local_apic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)(LOCAL_APIC + reg) = value;
}

/*
 * Virtual wire mode: the PIC's interrupts reach this CPU through its local APIC. A kernel that
 * does not use the APIC (`nolapic`, or built without) has no others.
 */
void local_apic_virtual_wire(void);

#endif
