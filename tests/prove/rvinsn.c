/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder of a guest's loads and stores: what it accepts can be carried out as it stands.
 *
 * Inputs: every 32-bit instruction, every 64-bit htinst and value.
 *
 * parts: stub/riscv/rvinsn.c
 * unwind: 2
 */
#include "stub/riscv/rvinsn.h"
#include "prove.h"

static bool
is_sound(const struct rv_access *a)
{
	bool size = a->bytes == 1 || a->bytes == 2 || a->bytes == 4 || a->bytes == 8;

	return size && a->reg < 32 && (a->length == 2 || a->length == 4) &&
	       !(a->store && a->sign);
}

int
main(void)
{
	struct rv_access a, b;
	uint32_t insn;
	uint64_t htinst, value, low;

	if (rv_decode(insn, &a)) {
		PROVE(is_sound(&a),
		        "an access that is decoded has a size, a register, a length");
		PROVE((a.length == 4) == ((insn & 3) == 3), "the lowest bits tell the length");
		PROVE((insn & 0x7f) != 0x03 || !a.store, "a load is no store");
		PROVE((insn & 0x7f) != 0x23 || a.store, "a store is one");
	}
	if (rv_decode_htinst(htinst, &b)) {
		PROVE(is_sound(&b), "an access in htinst has a size, a register, a length");
		PROVE(htinst & 1, "a pseudo-instruction is no access");
		low = b.bytes == 8 ? UINT64_MAX : (1ull << 8 * b.bytes) - 1;
		PROVE((rv_extend(&b, value) & low) == (value & low),
		        "the bytes that were read stay");
		PROVE(b.sign || (rv_extend(&b, value) & ~low) == 0, "the rest is zero");
		PROVE(!b.sign || (rv_extend(&b, value) & ~low) ==
		                         (value & (low ^ low >> 1) ? ~low : 0),
		        "or a copy of the sign");
	}
}
