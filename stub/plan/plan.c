/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the plan: kernel, handoff structures, initrd, moves, trampoline, page tables, in this
 * order, for the kernel has the least choice and the tables must map all the rest.
 *
 * Rules: boot.rst, start_info.h. What can be refused is refused here. Small
 * structures never lie where a source or the executor is, so that they can be written first.
 * Surprise: kernels before protocol 2.02 look for the command line behind 0x90000, and those
 * before 2.05 unpack themselves through the low memory below the zero page: hence the order of
 * tries.
 */
#include "lengths.h"
#include "planner.h"
#include "stub/wire/bootparam.h"

#define LOW_END         (640 * KIB - 1)
#define OLD_ZERO_PAGE   0x90000ull
#define BELOW_1G        (1 * GIB - 1)
#define ENTRY_PAGE      PAGE       /* GDT at the start, entry stack at the end */
#define POOL            (32 * KIB) /* the small structures of most boots together */
#define ELF_CMDLINE_MAX 2047       /* COMMAND_LINE_SIZE - 1 on x86 */

const struct placement *
plan_find(const struct plan *plan, enum placement_kind kind)
{
	const struct placement *p = plan->placement, *end = p + plan->placements;

	for (; p < end; p++) {
		if (p->kind == kind)
			return p;
	}
	return NULL;
}

/* Append a placement that is no longer in the pool. */
static inline struct placement *
append(struct planner *p, enum placement_kind kind, const char *name, struct range range)
{
	struct placement *pl = &p->plan->placement[p->plan->placements];

	if (p->plan->placements == PLAN_PLACEMENTS) {
		refuse(p->why, REFUSAL_PLAN_TOO_MANY, 0, PLAN_PLACEMENTS + 1, PLAN_PLACEMENTS);
		p->why->detail = "parts";
		return NULL;
	}
	p->plan->placements++;
	pl->kind = kind;
	pl->name = name;
	pl->range = range;
	pl->blob = PLAN_NO_BLOB;
	pl->off = pl->data_len = 0;
	pl->zero_rest = false;
	return pl;
}

struct placement *
plan_add(struct planner *p, enum placement_kind kind, const char *name, struct range range)
{
	if (range_overlaps(p->pool, range)) /* it is not reserved */
		p->pool.len = 0;
	return append(p, kind, name, range);
}

/* The highest place in low memory if there is room, else below `last`. */
static bool
find_small(struct planner *p, uint64_t len, uint64_t last, uint64_t *ret_addr)
{
	static const struct {
		uint64_t min, last;
	} tries[] = {{OLD_ZERO_PAGE, LOW_END}, {0, LOW_END}, {0, BELOW_1G}, {0, UINT64_MAX}};
	struct space_query q = {
	        .len = len, .align = PAGE, .top_down = true, .avoid = AVOID_BOTH};

	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		bool is_last = i + 1 == sizeof(tries) / sizeof(tries[0]);

		q.min = tries[i].min;
		q.last = is_last ? last : tries[i].last;
		if (q.last <= last && space_find(p, &q, ret_addr))
			return true;
	}
	return false;
}

static inline bool
pool_has(const struct planner *p, uint64_t len, uint64_t last)
{
	return p->pool.len >= len && range_end(p->pool) - 1 <= last;
}

static void
find_pool(struct planner *p)
{
	uint64_t addr;

	if (find_small(p, POOL, LOW_END, &addr))
		p->pool = (struct range){addr, POOL};
}

static enum refusal_code
place_in_pool(struct planner *p, enum placement_kind kind, const char *name, uint64_t len)
{
	p->pool.len -= len;
	return append(p, kind, name, (struct range){range_end(p->pool), len}) ? REFUSAL_NONE
	                                                                      : p->why->code;
}

/* In a new pool, or where there is room for this one alone. */
static enum refusal_code
place_apart(struct planner *p, enum placement_kind kind, const char *name, uint64_t len,
        uint64_t last)
{
	struct space_query all = {.last = last, .avoid = AVOID_BOTH};
	uint64_t addr;

	if (!p->pool.len)
		find_pool(p);
	if (pool_has(p, len, last))
		return place_in_pool(p, kind, name, len);
	if (find_small(p, len, last, &addr))
		return plan_add(p, kind, name, (struct range){addr, len}) ? REFUSAL_NONE
		                                                          : p->why->code;
	if (memmap_ram_end(p->req->map) - 1 < last)
		last = memmap_ram_end(p->req->map) - 1;
	refuse(p->why, REFUSAL_PLAN_HANDOFF_ROOM, last, space_largest(p, &all), len);
	p->why->detail = name;
	p->why->subject = "memory";
	return p->why->code;
}

/* Place a structure that handoff_write() or the executor writes. */
static enum refusal_code
place_small(struct planner *p, enum placement_kind kind, const char *name, uint64_t len,
        uint64_t last)
{
	if (!align_up(len, PAGE, &len))
		len = UINT64_MAX; /* and is refused */
	return pool_has(p, len, last) ? place_in_pool(p, kind, name, len)
	                              : place_apart(p, kind, name, len, last);
}

/* Zero page at 0x90000 and the command line right behind it (protocol 2.00 and 2.01). */
static enum refusal_code
place_old_zero_page(struct planner *p)
{
	uint64_t len;
	struct space_query q = {
	        .align = PAGE, .min = OLD_ZERO_PAGE, .last = LOW_END, .avoid = AVOID_BOTH};
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
	return place_small(p, PLACE_CMDLINE, "command line", p->req->cmdline.len + 1, last);
}

static enum refusal_code
place_zero_page(struct planner *p)
{
	uint64_t len = setup_data_nodes(p->req, p->plan->map_entries).len;
	enum refusal_code code;

	if (!boot_protocol_has(p->req, 0x202)) {
		code = place_old_zero_page(p);
	} else {
		code = place_small(p, PLACE_ZERO_PAGE, "zero page", PAGE, BELOW_4G);
		if (!code)
			code = place_cmdline(p);
	}
	if (!code && len)
		code = place_small(p, PLACE_SETUP_DATA, "setup data", len, BELOW_4G);
	if (!code && p->req->efi.systab && !p->req->efi.map)
		code = place_small(
		        p, PLACE_EFI_MAP, "UEFI memory map", p->req->efi.map_room, BELOW_4G);
	return code;
}

static enum refusal_code
place_handoff(struct planner *p)
{
	uint32_t modules = p->req->blobs - 1;
	enum refusal_code code;

	find_pool(p);
	if (p->plan->protocol != PROTOCOL_PVH) {
		code = place_zero_page(p);
	} else {
		code = place_small(p, PLACE_START_INFO, "start_info",
		        start_info_len(modules, p->plan->map_entries), BELOW_1G);
		if (!code)
			code = place_cmdline(p);
	}
	if (!code)
		code = place_small(p, PLACE_GDT, "GDT and entry stack", ENTRY_PAGE, BELOW_4G);
	return code;
}

enum refusal_code
plan_map_fits(struct planner *p, uint32_t limit)
{
	struct memmap copy;

	if (p->req->map->count <= limit)
		return REFUSAL_NONE;
	copy = *p->req->map;
	return memmap_squeeze(&copy, limit, p->why);
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

static enum refusal_code
check_cmdline(struct planner *p)
{
	const struct facts *k = p->req->kernel;
	uint64_t max = UINT64_MAX, len = p->req->cmdline.len;

	if (k->format == KERNEL_BZIMAGE)
		max = k->bz.cmdline_max;
	else if (k->elf.evidence != LINUX_NO || p->plan->protocol == PROTOCOL_LINUX64)
		max = ELF_CMDLINE_MAX;
	if (len <= max)
		return REFUSAL_NONE;
	refuse(p->why, REFUSAL_CMDLINE_LONG, max, len, max);
	p->why->subject = "command line";
	return p->why->code;
}

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
static enum refusal_code
map_all(struct planner *p)
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

static enum refusal_code
place_page_tables(struct planner *p)
{
	struct plan *plan = p->plan;
	bool any_late = plan->moves && plan->move[plan->moves - 1].late;

	if (plan->protocol != PROTOCOL_LINUX64 &&
	        (!p->req->trampoline_len || (p->req->own_tables && !any_late)))
		return REFUSAL_NONE;
	if (map_all(p))
		return p->why->code;
	return place_small(p, PLACE_PAGE_TABLES, "page tables",
	        paging_len(plan->map, plan->mapped, p->req->gb_pages), BELOW_4G);
}

static enum refusal_code
place_trampoline(struct planner *p)
{
	if (!p->req->trampoline_len)
		return REFUSAL_NONE;
	return place_small(p, PLACE_TRAMPOLINE, "trampoline", p->req->trampoline_len, BELOW_4G);
}

enum refusal_code
plan_begin(struct planner *p, const struct plan_request *req, struct plan *ret_plan,
        struct refusal *ret_why)
{
	*p = (struct planner){req, ret_plan, ret_why, {0, 0}};
	ret_plan->placements = ret_plan->moves = ret_plan->mapped = ret_plan->map_entries = 0;
	ret_plan->initrd = (struct range){0, 0};
	ret_plan->modules_apart = false;
	ret_plan->kernel_alignment = 0;
	if (memmap_ram_end(req->map))
		return REFUSAL_NONE;
	return refuse(
	        ret_why, req->map->count ? REFUSAL_MAP_NO_RAM : REFUSAL_MAP_NONE, 0, 0, 1);
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
