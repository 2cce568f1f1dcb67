/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both CRC-32s, four bits at a time: a table of 16 words is enough for the few KiB of a
 * partition table or directory.
 */
#include "crc32.h"

/* The remainder of `crc` and `bytes` behind it; the table has those of the numbers 0 to 15. */
static uint32_t
divided(const uint32_t nibble[16], uint32_t crc, struct span bytes)
{
	for (uint64_t i = 0; i < bytes.size; i++) {
		crc ^= bytes.base[i];
		crc = nibble[crc & 15] ^ crc >> 4;
		crc = nibble[crc & 15] ^ crc >> 4;
	}
	return crc;
}

uint32_t
crc32_add(uint32_t crc, struct span bytes)
{
	static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	        0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344,
	        0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	return ~divided(nibble, ~crc, bytes);
}

uint32_t
crc32c_add(uint32_t crc, struct span bytes)
{
	static const uint32_t nibble[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	        0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17,
	        0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};

	return divided(nibble, crc, bytes);
}
