/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the bytes of any placement that comes from no blob, by its kind.
 *
 * The command line is here; the other structures have files of their own. Surprise: the map
 * that the kernel is told may be longer than the kernel's tables (under UEFI it grows after
 * the plan was made); then a copy of it is squeezed, which costs 12 KiB of stack.
 */
#include "entry.h"
#include "handoff_parts.h"
#include "paging.h"
#include "stub/wire/bootparam.h"

static enum refusal_code
write_cmdline(const struct plan_request *req, const struct placement *p, uint8_t *out,
        struct refusal *ret_why)
{
	size_t len = req->cmdline.len;

	if (len >= p->range.len)
		return refuse(ret_why, REFUSAL_CMDLINE_BUFFER, 0, len + 1, p->range.len);
	memcpy(out, req->cmdline.text, len);
	return REFUSAL_NONE;
}

/* Most map entries that this kernel can be told of within this plan. */
static uint32_t
map_limit(const struct plan_request *req, const struct plan *plan)
{
	bool zero_page_only =
	        plan->protocol != PROTOCOL_PVH && !setup_data_allows(req, ZP_SETUP_E820_EXT);

	if (zero_page_only && plan->map_entries > ZP_E820_MAX)
		return ZP_E820_MAX;
	return plan->map_entries;
}

static void
write_structure(const struct handoff *h, const struct placement *p, uint8_t *out)
{
	switch (p->kind) {
	case PLACE_ZERO_PAGE:
		handoff_zero_page(h, out);
		break;
	case PLACE_SETUP_DATA:
		handoff_setup_data(h, p->range.addr, out);
		break;
	case PLACE_START_INFO:
		handoff_start_info(h, p->range.addr, out);
		break;
	default:
		break;
	}
}

static enum refusal_code
write_squeezed(
        struct handoff h, const struct placement *p, uint8_t *out, struct refusal *ret_why)
{
	struct memmap copy = *h.map;
	enum refusal_code code = memmap_squeeze(&copy, map_limit(h.req, h.plan), ret_why);

	if (code)
		return code;
	h.map = &copy;
	write_structure(&h, p, out);
	return REFUSAL_NONE;
}

bool
handoff_writes(const struct placement *p)
{
	switch (p->kind) {
	case PLACE_CMDLINE:
	case PLACE_ZERO_PAGE:
	case PLACE_SETUP_DATA:
	case PLACE_START_INFO:
	case PLACE_GDT:
	case PLACE_PAGE_TABLES:
		return true;
	case PLACE_KERNEL:
	case PLACE_INITRD:
	case PLACE_TRAMPOLINE:
	case PLACE_EFI_MAP:
	case PLACE_STAGE:
	case PLACE_FDT:
		break;
	}
	return false;
}

enum refusal_code
handoff_write(const struct plan_request *req, const struct plan *plan, const struct memmap *map,
        const struct placement *p, uint8_t *out, struct refusal *ret_why)
{
	memset(out, 0, (size_t)p->range.len);
	return handoff_write_to_zeros(req, plan, map, p, out, ret_why);
}

enum refusal_code
handoff_write_to_zeros(const struct plan_request *req, const struct plan *plan,
        const struct memmap *map, const struct placement *p, uint8_t *out,
        struct refusal *ret_why)
{
	struct handoff h = {req, plan, map};

	switch (p->kind) {
	case PLACE_CMDLINE:
		return write_cmdline(req, p, out, ret_why);
	case PLACE_GDT:
		entry_gdt(plan, out);
		break;
	case PLACE_PAGE_TABLES:
		paging_write(plan->map, plan->mapped, req->gb_pages, p->range.addr, out);
		break;
	case PLACE_ZERO_PAGE:
	case PLACE_SETUP_DATA:
	case PLACE_START_INFO:
		if (map->count > map_limit(req, plan))
			return write_squeezed(h, p, out, ret_why);
		write_structure(&h, p, out);
		break;
	default: /* filled from a blob, or by the executor */
		break;
	}
	return REFUSAL_NONE;
}
