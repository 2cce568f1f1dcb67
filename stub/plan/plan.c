/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the plan: kernel, handoff structures, initrd, moves, trampoline, page tables, in this
 * order, because the kernel has the least choice and the tables must map all the rest.
 *
 * Rules: boot.rst, start_info.h. What can be refused is refused here. Small structures never
 * lie where a source or the executor is, so that they can be written first. Surprise: kernels
 * before protocol 2.02 look for the command line behind 0x90000, and those before 2.05 unpack
 * themselves through the low memory below the zero page: hence the order of tries.
 */
#include "lengths.h"
#include "planner.h"
#include "stub/wire/bootparam.h"

#define ENTRY_PAGE      PAGE /* GDT at the start, entry stack at the end */
#define ELF_CMDLINE_MAX 2047 /* COMMAND_LINE_SIZE - 1 on x86 */

/* Zero page at 0x90000 and the command line right behind it (protocol 2.00 and 2.01). */
static enum refusal_code
place_old_zero_page(struct planner *p)
{
	uint64_t len;
	struct space_query q = {
	        .align = PAGE, .min = OLD_ZERO_PAGE, .last = BELOW_640K, .avoid = AVOID_BOTH};
	uint64_t addr = 0;
	struct range all;

	if (!align_up(p->req->cmdline.len + 1, PAGE, &len))
		len = PAGE;
	all = (struct range){OLD_ZERO_PAGE, PAGE + len};
	q.len = all.len;
	if (!space_find(p, &q, &addr) || addr != OLD_ZERO_PAGE) {
		refuse(p->why, REFUSAL_PLAN_OLD_CMDLINE, 0, 0, 0);
		p->why->subject = "memory";
		p->why->a = (struct named_range){"zero page and command line", all};
		p->why->b = (struct named_range){"that memory is in use or no RAM", {0, 0}};
		return p->why->code;
	}
	if (!plan_add(p, PLACE_ZERO_PAGE, "zero page", (struct range){OLD_ZERO_PAGE, PAGE}) ||
	        !plan_add(p, PLACE_CMDLINE, "command line",
	                (struct range){OLD_ZERO_PAGE + PAGE, len}))
		return p->why->code;
	return REFUSAL_NONE;
}

static enum refusal_code
place_cmdline(struct planner *p)
{
	const struct facts *k = p->req->kernel;
	uint64_t last = BELOW_4G;

	if (p->plan->protocol == PROTOCOL_PVH)
		last = BELOW_1G;
	else if (k->format == KERNEL_BZIMAGE &&
	         (k->bz.xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G))
		last = UINT64_MAX;
	return plan_add_small(p, PLACE_CMDLINE, "command line", p->req->cmdline.len + 1, last);
}

static enum refusal_code
place_zero_page(struct planner *p)
{
	uint64_t len = setup_data_nodes(p->req, p->plan->map_entries).len;
	enum refusal_code code;

	if (!boot_protocol_has(p->req, 0x202)) {
		code = place_old_zero_page(p);
	} else {
		code = plan_add_small(p, PLACE_ZERO_PAGE, "zero page", PAGE, BELOW_4G);
		if (!code)
			code = place_cmdline(p);
	}
	if (!code && len)
		code = plan_add_small(p, PLACE_SETUP_DATA, "setup data", len, BELOW_4G);
	if (!code && p->req->efi.systab && !p->req->efi.map)
		code = plan_add_small(
		        p, PLACE_EFI_MAP, "UEFI memory map", p->req->efi.map_room, BELOW_4G);
	return code;
}

static enum refusal_code
place_handoff(struct planner *p)
{
	uint32_t modules = p->req->blobs - 1;
	enum refusal_code code;

	plan_find_pool(p);
	if (p->plan->protocol != PROTOCOL_PVH) {
		code = place_zero_page(p);
	} else {
		code = plan_add_small(p, PLACE_START_INFO, "start_info",
		        start_info_len(modules, p->plan->map_entries), BELOW_1G);
		if (!code)
			code = place_cmdline(p);
	}
	if (!code)
		code = plan_add_small(
		        p, PLACE_GDT, "GDT and entry stack", ENTRY_PAGE, BELOW_4G);
	return code;
}

/* How many map entries the kernel takes, and that the map can be brought down to them. */
static enum refusal_code
check_map(struct planner *p)
{
	uint32_t limit = UINT32_MAX;

	if (p->plan->protocol == PROTOCOL_PVH && p->req->kernel->elf.evidence != LINUX_NO)
		limit = PVH_LINUX_MAP;
	else if (!boot_protocol_has(p->req, 0x204)) /* their tables have 32 places */
		limit = 32;
	else if (!boot_protocol_has(
	                 p->req, 0x209)) /* no setup_data for what the zero page cannot hold */
		limit = 128;
	p->plan->map_entries = p->req->map->count + p->req->map_spare;
	if (p->plan->map_entries > limit)
		p->plan->map_entries = limit;
	return plan_map_fits(p, limit);
}

uint64_t
plan_line_most(const struct facts *kernel)
{
	return kernel->format == KERNEL_BZIMAGE ? kernel->bz.cmdline_max : ELF_CMDLINE_MAX;
}

static enum refusal_code
check_cmdline(struct planner *p)
{
	const struct facts *k = p->req->kernel;
	uint64_t max = UINT64_MAX, len = p->req->cmdline.len;

	if (k->format == KERNEL_BZIMAGE || k->elf.evidence != LINUX_NO ||
	        p->plan->protocol == PROTOCOL_LINUX64)
		max = plan_line_most(k);
	if (len <= max)
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_CMDLINE_LONG, max, len, max);
	p->why->subject = "command line";
	return p->why->code;
}

bool
plan_asks_for_linux(const struct plan_request *req)
{
	return req->blobs > 2 || (req->blobs == 2 && !req->blob[1].size) ||
	       req->cmdline.len > ELF_CMDLINE_MAX ||
	       req->map->count + req->map_spare > PVH_LINUX_MAP;
}

static enum refusal_code
place_page_tables(struct planner *p)
{
	struct plan *plan = p->plan;
	bool any_late = plan->moves && plan->move[plan->moves - 1].late;

	if (plan->protocol != PROTOCOL_LINUX64 &&
	        (!p->req->trampoline_len || (p->req->own_tables && !any_late)))
		return REFUSAL_NONE;
	if (plan_pages(p))
		return p->why->code;
	return plan_add_small(p, PLACE_PAGE_TABLES, "page tables",
	        paging_len(plan->map, plan->mapped, p->req->gb_pages), BELOW_4G);
}

static enum refusal_code
place_trampoline(struct planner *p)
{
	if (!p->req->trampoline_len)
		return REFUSAL_NONE;
	return plan_add_small(
	        p, PLACE_TRAMPOLINE, "trampoline", p->req->trampoline_len, BELOW_4G);
}

enum refusal_code
plan_x86_make(const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why)
{
	struct planner p;

	if (plan_begin(&p, req, ret_plan, ret_why) || plan_kernel(&p) || check_cmdline(&p) ||
	        check_map(&p) || place_handoff(&p) || plan_initrds(&p) || plan_moves(&p) ||
	        place_trampoline(&p) || place_page_tables(&p))
		return ret_why->code;
	return REFUSAL_NONE;
}
