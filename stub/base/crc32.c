/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRC-32, four bits at a time: a table of 16 words is enough for the few KiB of a partition
 * table.
 */
#include "crc32.h"

uint32_t
crc32_add(uint32_t crc, struct span bytes)
{
	static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	        0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344,
	        0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

	crc = ~crc;
	for (uint64_t i = 0; i < bytes.size; i++) {
		crc ^= bytes.base[i];
		crc = nibble[crc & 15] ^ crc >> 4;
		crc = nibble[crc & 15] ^ crc >> 4;
	}
	return ~crc;
}
