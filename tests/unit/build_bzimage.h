/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A valid bzImage for tests, of which a test then damages one field.
 *
 * The setup header's layout comes from Linux' own <asm/bootparam.h>, so that the probe's
 * offsets are held against it.
 */
#ifndef TESTS_BUILD_BZIMAGE_H
#define TESTS_BUILD_BZIMAGE_H

#include <asm/bootparam.h>
#include <stddef.h>
#include <stdint.h>

#define BZ_SETUP_SECTS 3
#define BZ_CODE_OFF    ((BZ_SETUP_SECTS + 1) * 512)
#define BZ_CODE_LEN    0x4000
#define BZ_INFO        0x3000 /* kernel_info, from the start of the code */
#define BZ_PAYLOAD     0x400
#define BZ_PAYLOAD_LEN 0x2000
#define BZ_VERSION     "6.1.0-test"
#define BZ_HEADER_OFF  0x1f1

struct bz_build {
	uint8_t bytes[32 * 1024];
	size_t size;
};

/*
 * Protocol 2.15, 64-bit entry, relocatable, aligned to 2 MiB (64 KiB at the least), preferred
 * at 16 MiB, init_size 32 MiB, with kernel_info, payload and version string.
 */
void bz_valid(struct bz_build *b);

/* Write the lowest `bytes` of `value` at `off`. */
void bz_poke(struct bz_build *b, size_t off, unsigned bytes, uint64_t value);

/* File offset and setting of a field of struct setup_header. */
#define BZ_OFF(field) (BZ_HEADER_OFF + offsetof(struct setup_header, field))
#define BZ_SET(b, field, value)                                                                \
	bz_poke(b, BZ_OFF(field), sizeof(((struct setup_header *)0)->field), value)

#endif
