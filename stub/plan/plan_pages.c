/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which addresses the page tables of a 64-bit entry map, one to one: plan->map[].
 */
#include "lengths.h"
#include "planner.h"

/* Map the whole GiB around `r`, keeping the list ascending and disjoint. */
static bool
map_far(struct plan *plan, struct range r)
{
	uint64_t start = align_down(r.addr, GIB), end;
	uint32_t i = 0, n;

	if (!r.len || !align_up(range_end(r), GIB, &end))
		return !r.len;
	while (i < plan->mapped && range_end(plan->map[i]) < start)
		i++;
	for (n = i; n < plan->mapped && plan->map[n].addr <= end; n++) {
		if (plan->map[n].addr < start)
			start = plan->map[n].addr;
		if (range_end(plan->map[n]) > end)
			end = range_end(plan->map[n]);
	}
	if (n == i) { /* touches none: make a place for it */
		if (plan->mapped == PLAN_MAPPED)
			return false;
		memmove(&plan->map[i + 1], &plan->map[i],
		        (plan->mapped - i) * sizeof(plan->map[0]));
		plan->mapped++;
		n = i + 1;
	}
	plan->map[i] = (struct range){start, end - start};
	memmove(&plan->map[i + 1], &plan->map[n], (plan->mapped - n) * sizeof(plan->map[0]));
	plan->mapped -= n - i - 1;
	return true;
}

/*
 * The end of what is mapped from 0 on, at most 4 GiB. boot.rst wants no more than kernel, zero
 * page and command line. But a decompressor without a page-fault handler (before Linux 5.10)
 * also reads the BIOS area and ACPI tables (from 5.0 on), and before 4.8 KASLR unpacks to any
 * RAM below 1 GiB. So, as kexec does, all RAM and what holds tables: ACPI's own ranges, and
 * reserved ones that follow RAM without a gap. UEFI's tables may lie anywhere.
 */
static uint64_t
mapped_low(const struct plan_request *req)
{
	uint64_t end = PAGING_STEP;

	if (req->efi.systab)
		return 4 * GIB;
	for (uint32_t i = 0; i < req->map->count; i++) {
		const struct mem_range *e = &req->map->entry[i];
		bool tables = e->type == MEM_ACPI || e->type == MEM_NVS;

		if (e->range.addr >= 4 * GIB)
			break;
		if (e->type != MEM_RAM && !tables && e->range.addr > end)
			continue;
		if (range_end(e->range) > 4 * GIB)
			return 4 * GIB;
		if (range_end(e->range) > end)
			align_up(range_end(e->range), PAGING_STEP, &end);
	}
	return end;
}

static bool
is_mapped(const struct plan *plan, struct range r)
{
	return range_end(r) <= plan->map[0].len;
}

static enum refusal_code
too_far(struct planner *p, const char *name, struct range r)
{
	refuse(p->why, REFUSAL_SPACE_UNREACHABLE, 0, 0, 0);
	p->why->subject = "memory";
	p->why->a = (struct named_range){name, r};
	p->why->b =
	        (struct named_range){"what page tables of four levels map", {0, PAGING_END}};
	return p->why->code;
}

static enum refusal_code
map_one(struct planner *p, const char *name, struct range r)
{
	if (is_mapped(p->plan, r))
		return REFUSAL_NONE;
	if (r.addr >= PAGING_END || r.len > PAGING_END - r.addr)
		return too_far(p, name, r);
	if (map_far(p->plan, r))
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_MAPPED + 1, PLAN_MAPPED);
	p->why->detail = "separate ranges above 4 GiB";
	return p->why->code;
}

/* What lies low, every placement, and for an executor inside also what it copies from. */
enum refusal_code
plan_pages(struct planner *p)
{
	struct plan *plan = p->plan;
	enum refusal_code code = REFUSAL_NONE;

	plan->map[0] = (struct range){0, mapped_low(p->req)};
	plan->mapped = 1;
	for (uint32_t i = 0; !code && i < plan->placements; i++)
		code = map_one(p, plan->placement[i].name, plan->placement[i].range);
	for (uint32_t i = 0; !code && i < p->req->blobs && p->req->trampoline_len; i++) {
		const struct blob *b = &p->req->blob[i];

		if (b->where == BLOB_SPACE)
			code = map_one(p, b->name, (struct range){b->addr, b->size});
	}
	return code;
}
