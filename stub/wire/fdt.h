/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header and tokens of a flattened device tree; every field is big-endian.
 *
 * Source: Devicetree Specification 0.4, sections 5.2 (header), 5.3 (reservations), 5.4
 * (structure block).
 */
#ifndef KSHIM_WIRE_FDT_H
#define KSHIM_WIRE_FDT_H

#include "wire.h"

#define FDT_MAGIC       0xd00dfeedu
#define FDT_VERSION     17
#define FDT_LAST_COMP   16
#define FDT_BEGIN_NODE  1
#define FDT_END_NODE    2
#define FDT_PROP        3
#define FDT_NOP         4
#define FDT_END         9
#define FDT_RESERVE_LEN 16 /* bytes of one entry: address and size */

struct fdt_header {
	uint32_t magic;
	uint32_t totalsize;
	uint32_t off_dt_struct;
	uint32_t off_dt_strings;
	uint32_t off_mem_rsvmap;
	uint32_t version;
	uint32_t last_comp_version;
	uint32_t boot_cpuid_phys;
	uint32_t size_dt_strings;
	uint32_t size_dt_struct; /* version 17 */
} WIRE;

WIRE_AT(struct fdt_header, off_dt_struct, 8);
WIRE_AT(struct fdt_header, boot_cpuid_phys, 28);
WIRE_AT(struct fdt_header, size_dt_struct, 36);
WIRE_SIZE(struct fdt_header, 40);

#endif
