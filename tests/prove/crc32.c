/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of crc32.c are those of the two polynomials: one byte at a time is eight divisions
 * by one bit, and a text in two parts has the sum of the whole.
 *
 * Inputs: every sum so far, every text of up to 2 bytes.
 *
 * parts: stub/base/crc32.c
 * unwind: 9
 */
#include "stub/base/crc32.h"
#include "prove.h"

/* The remainder after one byte more, bit by bit. */
static uint32_t
divide(uint32_t polynomial, uint32_t crc, uint8_t byte)
{
	crc ^= byte;
	for (unsigned bit = 0; bit < 8; bit++)
		crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
	return crc;
}

int
main(void)
{
	uint8_t byte[2];
	struct span none = {byte, 0}, first = {byte, 1}, second = {byte + 1, 1},
	            both = {byte, 2};
	uint32_t crc;

	PROVE(crc32_add(crc, none) == crc && crc32c_add(crc, none) == crc,
	        "no byte leaves a sum as it is");
	PROVE(crc32c_add(crc, first) == divide(0x82f63b78, crc, byte[0]),
	        "CRC-32C divides by its polynomial");
	PROVE(crc32_add(crc, first) == ~divide(0xedb88320, ~crc, byte[0]),
	        "CRC-32 divides by its polynomial, both ends inverted");
	PROVE(crc32c_add(crc32c_add(crc, first), second) == crc32c_add(crc, both),
	        "CRC-32C of two parts is that of the whole");
	PROVE(crc32_add(crc32_add(crc, first), second) == crc32_add(crc, both),
	        "CRC-32 of two parts is that of the whole");
}
