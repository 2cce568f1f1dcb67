/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load and store instructions of RISC-V, decoded for a guest's access to an emulated device.
 *
 * RISC-V unprivileged specification, RV64I "Load and Store Instructions" and the C extension;
 * privileged specification 8.6.3 (transformed instructions in htinst). Floating-point and
 * atomic accesses are not decoded: no driver reaches a device by them.
 */
#ifndef KSHIM_RVINSN_H
#define KSHIM_RVINSN_H

#include <stdbool.h>
#include <stdint.h>

struct rv_access {
	bool store;
	bool sign;       /* load: extend the sign */
	unsigned bytes;  /* 1, 2, 4 or 8 */
	unsigned reg;    /* x register that is loaded or stored */
	unsigned length; /* of the instruction, bytes */
};

/* Decode an instruction as fetched (low 16 bits first); false if it is no plain access. */
bool rv_decode(uint32_t insn, struct rv_access *ret_access);

/*
 * Decode htinst: 0 and pseudo-instructions (an access by the page table walk) give false, and
 * the instruction must be fetched.
 */
bool rv_decode_htinst(uint64_t htinst, struct rv_access *ret_access);

/* What a load puts into its register. */
uint64_t rv_extend(const struct rv_access *access, uint64_t value);

#endif
