/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checksums of 32 bits, in pieces: the CRC-32 of Ethernet, zlib and GPT (IEEE 802.3; reflected
 * polynomial 0xedb88320), and the CRC-32C of ext4 (RFC 3720; 0x82f63b78).
 */
#ifndef KSHIM_CRC32_H
#define KSHIM_CRC32_H

#include "bytes.h"

/* The checksum of what `crc` is the checksum of and `bytes` behind it; `crc` is 0 at first. */
uint32_t crc32_add(uint32_t crc, struct span bytes);

/* The same for CRC-32C, as ext4 has it: UINT32_MAX at first, and not inverted in the end. */
uint32_t crc32c_add(uint32_t crc, struct span bytes);

#endif
