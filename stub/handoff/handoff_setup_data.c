/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The setup_data list: what has no room or no field in the zero page.
 *
 * boot.rst, "setup_data" (2.09) and "kernel_info" (2.15): physical addresses, singly linked,
 * types up to the kernel's setup_type_max. A kernel without kernel_info is given nothing but
 * SETUP_E820_EXT, which came with the list itself; an unknown type makes old ones complain.
 * Which nodes there are is in stub/plan/lengths.c, because the planner reserves by it.
 * A list that the kernel file's header starts is not handed on: see handoff_zero_page.c.
 */
#include "handoff_parts.h"
#include "stub/wire/bootparam.h"

static void
put_node(uint8_t *out, uint64_t next, uint32_t type, uint64_t len)
{
	struct zp_setup_data node = {.next = next, .type = type, .len = (uint32_t)len};

	memcpy(out, &node, sizeof(node));
}

void
handoff_setup_data(const struct handoff *h, uint64_t addr, uint8_t *out)
{
	struct setup_data_nodes l = setup_data_nodes(h->req, h->map->count);
	size_t head = sizeof(struct zp_setup_data);

	if (l.ext_entries) {
		put_node(out, l.seed ? addr + l.seed_off : 0, ZP_SETUP_E820_EXT,
		        l.ext_entries * (uint64_t)sizeof(struct zp_e820_entry));
		handoff_e820(h->map, ZP_E820_MAX, l.ext_entries, out + head);
	}
	if (l.seed) {
		out += l.seed_off;
		put_node(out, 0, ZP_SETUP_RNG_SEED, h->req->rng_seed_len);
		memcpy(out + head, h->req->rng_seed, h->req->rng_seed_len);
	}
}
