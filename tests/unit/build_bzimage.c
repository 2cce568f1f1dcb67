/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bzImage builder: see build_bzimage.h.
 */
#include "tests/unit/build_bzimage.h"

#include <assert.h>
#include <string.h>

void
bz_poke(struct bz_build *b, size_t off, unsigned bytes, uint64_t value)
{
	assert(off + bytes <= sizeof(b->bytes));
	for (unsigned i = 0; i < bytes; i++)
		b->bytes[off + i] = (uint8_t)(value >> (8 * i));
}

void
bz_valid(struct bz_build *b)
{
	memset(b, 0, sizeof(*b));
	b->size = BZ_CODE_OFF + BZ_CODE_LEN;
	memset(b->bytes + BZ_CODE_OFF, 0x90, BZ_CODE_LEN);
	BZ_SET(b, setup_sects, BZ_SETUP_SECTS);
	BZ_SET(b, syssize, BZ_CODE_LEN / 16);
	BZ_SET(b, boot_flag, 0xaa55);
	BZ_SET(b, jump, 0xeb | (0x26c - 0x202) << 8);
	BZ_SET(b, header, 0x53726448);
	BZ_SET(b, version, 0x20f);
	BZ_SET(b, kernel_version, 0x100);
	BZ_SET(b, loadflags, 1);
	BZ_SET(b, code32_start, 0x100000);
	BZ_SET(b, initrd_addr_max, 0x7fffffff);
	BZ_SET(b, kernel_alignment, 0x200000);
	BZ_SET(b, relocatable_kernel, 1);
	BZ_SET(b, min_alignment, 16);
	BZ_SET(b, xloadflags, 0x7f);
	BZ_SET(b, cmdline_size, 2047);
	BZ_SET(b, payload_offset, BZ_PAYLOAD);
	BZ_SET(b, payload_length, BZ_PAYLOAD_LEN);
	BZ_SET(b, pref_address, 0x1000000);
	BZ_SET(b, init_size, 0x2000000);
	BZ_SET(b, kernel_info_offset, BZ_INFO);
	memcpy(b->bytes + 0x300, BZ_VERSION, sizeof(BZ_VERSION));
	memcpy(b->bytes + BZ_CODE_OFF + BZ_INFO, "LToP", 4);
	bz_poke(b, BZ_CODE_OFF + BZ_INFO + 4, 4, 16);
	bz_poke(b, BZ_CODE_OFF + BZ_INFO + 8, 4, 16);
	bz_poke(b, BZ_CODE_OFF + BZ_INFO + 12, 4, 0x80000009);
}
