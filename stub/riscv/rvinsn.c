/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decodes RISC-V loads and stores, 32 bits long and compressed.
 *
 * RISC-V unprivileged specification 20191213, chapters 2.6, 5.3, 16.3. Surprise: in htinst a
 * compressed instruction stands expanded, with bit 1 cleared to tell its length.
 */
#include "rvinsn.h"

#define OP_LOAD  0x03
#define OP_STORE 0x23

static unsigned
bits(uint64_t v, unsigned low, unsigned count)
{
	return (unsigned)(v >> low & ((1ull << count) - 1));
}

static bool
decode_long(uint32_t insn, struct rv_access *a)
{
	unsigned op = bits(insn, 0, 7), width = bits(insn, 12, 3);

	a->length = 4;
	a->store = op == OP_STORE;
	a->sign = op == OP_LOAD && width < 4;
	a->bytes = 1u << (width & 3);
	a->reg = bits(insn, op == OP_LOAD ? 7 : 20, 5);
	if (op == OP_LOAD)
		return width != 7;
	return op == OP_STORE && width < 4;
}

/* Quadrant 0: c.lw c.ld c.sw c.sd, registers x8 to x15. Quadrant 2: the same by the stack
 * pointer, any register. */
static bool
decode_compressed(uint32_t insn, struct rv_access *a)
{
	unsigned quadrant = bits(insn, 0, 2), funct = bits(insn, 13, 3);

	if (quadrant != 0 && quadrant != 2)
		return false;
	a->length = 2;
	a->store = funct == 6 || funct == 7;
	a->sign = !a->store;
	a->bytes = funct & 1 ? 8 : 4;
	if (quadrant == 0)
		a->reg = 8 + bits(insn, 2, 3);
	else
		a->reg = a->store ? bits(insn, 2, 5) : bits(insn, 7, 5);
	if (funct == 2 || funct == 3)
		return quadrant == 0 || a->reg;
	return a->store;
}

bool
rv_decode(uint32_t insn, struct rv_access *ret_access)
{
	return (insn & 3) == 3 ? decode_long(insn, ret_access)
	                       : decode_compressed(insn & 0xffff, ret_access);
}

bool
rv_decode_htinst(uint64_t htinst, struct rv_access *ret_access)
{
	bool compressed = !(htinst & 2);

	if (!(htinst & 1)) /* 0 or a pseudo-instruction */
		return false;
	if (!decode_long((uint32_t)htinst | 2, ret_access))
		return false;
	if (compressed)
		ret_access->length = 2;
	return true;
}

uint64_t
rv_extend(const struct rv_access *access, uint64_t value)
{
	unsigned shift = 64 - 8 * access->bytes;

	value = value << shift >> shift;
	if (access->sign && shift && value >> (63 - shift))
		value |= ~0ull << (64 - shift);
	return value;
}
