/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of a RISC-V Image: the first 64 bytes of the file.
 *
 * Source: Linux Documentation/arch/riscv/boot-image-header.rst, version 0.2 of the header. The
 * file is loaded `text_offset` bytes after a 2-MiB boundary and entered at its first byte; it
 * needs `image_size` bytes of RAM there. Surprise: with an EFI stub code0 is "MZ", which is
 * also an instruction, and res3 is the offset of the PE header.
 */
#ifndef KSHIM_WIRE_RISCV_IMAGE_H
#define KSHIM_WIRE_RISCV_IMAGE_H

#include "wire.h"

#define RISCV_IMAGE_MAGIC2     0x05435352u /* "RSC\5" */
#define RISCV_IMAGE_BIG_ENDIAN 1u          /* flags */
#define RISCV_IMAGE_MAJOR      0
#define RISCV_IMAGE_ALIGN      0x200000ull

struct riscv_image_header {
	uint32_t code0, code1;
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint32_t version; /* major << 16 | minor */
	uint32_t res1;
	uint64_t res2;
	uint64_t magic; /* deprecated: "RISCV" */
	uint32_t magic2;
	uint32_t res3;
} WIRE;

WIRE_AT(struct riscv_image_header, text_offset, 0x08);
WIRE_AT(struct riscv_image_header, image_size, 0x10);
WIRE_AT(struct riscv_image_header, flags, 0x18);
WIRE_AT(struct riscv_image_header, version, 0x20);
WIRE_AT(struct riscv_image_header, magic2, 0x38);
WIRE_SIZE(struct riscv_image_header, 64);

#endif
