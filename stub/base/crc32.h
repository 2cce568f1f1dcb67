/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CRC-32 of Ethernet, zlib and GPT (IEEE 802.3; reflected polynomial 0xedb88320), in
 * pieces.
 */
#ifndef KSHIM_CRC32_H
#define KSHIM_CRC32_H

#include "bytes.h"

/* The checksum of what `crc` is the checksum of and `bytes` behind it; `crc` is 0 at first. */
uint32_t crc32_add(uint32_t crc, struct span bytes);

#endif
