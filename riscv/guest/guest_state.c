/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions about the guest as a whole.
 */
#include "riscv/guest/guest_state.h"

struct vcpu *
guest_vcpu(struct guest *guest, uint64_t hart)
{
	for (uint32_t i = 0; i < guest->harts; i++) {
		if (guest->vcpu[i].hart == hart)
			return &guest->vcpu[i];
	}
	return NULL;
}

bool
guest_owns(const struct guest *guest, uint64_t addr, uint64_t len)
{
	return range_fits(addr, len) && memmap_is_ram(guest->map, (struct range){addr, len});
}
