/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lengths of the handoff's structures, from the specifications of their formats.
 *
 * setup_data: boot.rst, "setup_data" and "kernel_info"; start_info: Xen
 * public/arch-x86/hvm/start_info.h; page tables: Intel SDM vol. 3A, 4.5 (4-level paging).
 */
#include "lengths.h"
#include "stub/wire/bootparam.h"
#include "stub/wire/start_info.h"

#define NODE_ALIGN 8
#define TABLE      PAGE
#define PDPT_SPAN  (512 * GIB)

bool
boot_protocol_has(const struct plan_request *req, uint16_t version)
{
	return req->kernel->format != KERNEL_BZIMAGE || req->kernel->bz.version >= version;
}

bool
setup_data_allows(const struct plan_request *req, uint32_t type)
{
	const struct bzimage_facts *bz = &req->kernel->bz;

	if (req->kernel->format != KERNEL_BZIMAGE)
		return true;
	if (bz->has_kernel_info)
		return type <= bz->setup_type_max;
	return type == ZP_SETUP_E820_EXT && bz->version >= 0x209;
}

/* Bytes of a node with that much data, rounded so that the next one is aligned. */
static uint64_t
node_len(uint64_t data_len)
{
	uint64_t len = sizeof(struct zp_setup_data) + data_len;

	return (len + NODE_ALIGN - 1) & ~(uint64_t)(NODE_ALIGN - 1);
}

struct setup_data_nodes
setup_data_nodes(const struct plan_request *req, uint32_t map_entries)
{
	struct setup_data_nodes l = {0};

	if (map_entries > ZP_E820_MAX && setup_data_allows(req, ZP_SETUP_E820_EXT)) {
		l.ext_entries = map_entries - ZP_E820_MAX;
		l.len = node_len(l.ext_entries * (uint64_t)sizeof(struct zp_e820_entry));
	}
	if (req->rng_seed_len && setup_data_allows(req, ZP_SETUP_RNG_SEED)) {
		l.seed = true;
		l.seed_off = l.len;
		l.len += node_len(req->rng_seed_len);
	}
	return l;
}

uint64_t
start_info_len(uint32_t modules, uint32_t map_entries)
{
	return sizeof(struct pvh_start_info) +
	       (uint64_t)modules * sizeof(struct pvh_modlist_entry) +
	       (uint64_t)map_entries * sizeof(struct pvh_memmap_entry);
}

static uint64_t
gibs(const struct range *ranges, uint32_t count)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		n += (ranges[i].len + GIB - 1) / GIB;
	return n;
}

uint64_t
paging_pdpts(const struct range *ranges, uint32_t count)
{
	uint64_t n = 0, next = 0; /* first slot of the PML4 that is not counted yet */

	for (uint32_t i = 0; i < count; i++) {
		uint64_t first = ranges[i].addr / PDPT_SPAN;
		uint64_t end = (range_end(ranges[i]) + PDPT_SPAN - 1) / PDPT_SPAN;

		if (!ranges[i].len)
			continue;
		first = first > next ? first : next;
		n += end - first;
		next = end;
	}
	return n;
}

uint64_t
paging_len(const struct range *ranges, uint32_t count, bool gb_pages)
{
	uint64_t directories = gb_pages ? 0 : gibs(ranges, count);

	return TABLE * (1 + paging_pdpts(ranges, count) + directories);
}
