/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decides where the initrd lies: joined for Linux, one module a file for others.
 *
 * Rules: boot.rst (initrd_addr_max is the last *byte*; as high as possible;
 * XLF_CAN_BE_LOADED_ABOVE_4G), initrd_join.h (what lies between two files). A file that lies
 * well already stays; the start is always page-aligned, because Linux frees whole pages.
 */
#include "planner.h"
#include "stub/input/initrd_join.h"
#include "stub/wire/bootparam.h"

struct initrd_limits {
	uint64_t last; /* last byte it should occupy */
	uint64_t far;  /* last byte it may occupy if there is no room below */
};

static struct initrd_limits
initrd_limits(const struct planner *p)
{
	const struct facts *k = p->req->kernel;
	uint64_t mem = cmdline_mem_limit(&p->req->cmdline), end = memmap_ram_end(p->req->map);
	struct initrd_limits l = {BELOW_4G, BELOW_4G};

	if (k->format == KERNEL_BZIMAGE) {
		l.last = l.far = k->bz.initrd_last;
		if (k->bz.xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G)
			l.far = UINT64_MAX;
	} else if (k->format == KERNEL_RISCV) {
		l.last = l.far = UINT64_MAX;
	}
	if (mem < end)
		end = mem;
	if (end - 1 < l.last)
		l.last = end - 1;
	if (end - 1 < l.far)
		l.far = end - 1;
	return l;
}

/* What blob i of `count` takes: the gap before the next one belongs to it. */
static bool
piece_len(const struct blob *b, uint32_t i, uint32_t count, uint64_t *ret_len)
{
	uint64_t gap = i + 1 < count ? initrd_gap(b[i].size) : 0;

	*ret_len = b[i].size + gap;
	return range_fits(b[i].size, gap);
}

/* May the only file stay where it lies? */
static bool
can_stay(const struct planner *p, const struct blob *b, const struct initrd_limits *l)
{
	struct range r = {b->addr, b->size};
	struct named_range blocker;

	return b->where == BLOB_SPACE && !(b->addr & (PAGE - 1)) &&
	       range_fits(b->addr, b->size) && range_end(r) - 1 <= l->far &&
	       space_is_free(p, r, &blocker);
}

/* The highest room: up to the limit, then beyond it, then over what will be moved. */
static enum refusal_code
initrd_room(struct planner *p, uint64_t len, const struct initrd_limits *l, uint64_t *ret_addr)
{
	static const struct {
		bool far;
		uint8_t avoid;
	} tries[] = {{false, AVOID_BOTH}, {true, AVOID_BOTH}, {false, AVOID_BUSY},
	        {false, AVOID_NOTHING}, {true, AVOID_NOTHING}};
	struct space_query q = {.len = len, .align = PAGE, .top_down = true};

	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		q.last = tries[i].far ? l->far : l->last;
		q.avoid = tries[i].avoid;
		if (space_find(p, &q, ret_addr))
			return REFUSAL_NONE;
	}
	return refuse(p->why, REFUSAL_PLAN_INITRD_ROOM, l->far, space_largest(p, &q), len);
}

/* Place blobs [first, first + count) one after the other as one initrd. */
static enum refusal_code
place_joined(struct planner *p, uint32_t first, uint32_t count, struct range *ret_range)
{
	const struct blob *b = &p->req->blob[first];
	struct initrd_limits l = initrd_limits(p);
	uint64_t total = 0, addr, part;

	for (uint32_t i = 0; i < count; i++) {
		if (!piece_len(b, i, count, &part) || !range_fits(total, part))
			return refuse(p->why, REFUSAL_PLAN_INITRD_ROOM, l.far, 0, b[i].size);
		total += part;
	}
	if (!total) {
		addr = 0; /* nothing to place, but a hypervisor counts its modules */
	} else if (count == 1 && can_stay(p, b, &l)) {
		addr = b->addr;
	} else if (initrd_room(p, total, &l, &addr)) {
		return p->why->code;
	}
	*ret_range = (struct range){addr, 0};
	for (uint32_t i = 0; i < count; i++) {
		struct placement *pl;

		if (!piece_len(b, i, count, &part))
			return refuse(p->why, REFUSAL_PLAN_INITRD_ROOM, l.far, 0, b[i].size);
		pl = plan_add(p, PLACE_INITRD, b[i].name, (struct range){addr, part});
		if (!pl)
			return p->why->code;
		pl->blob = first + i;
		pl->data_len = b[i].size;
		pl->zero_rest = true;
		addr += part;
	}
	ret_range->len = addr - ret_range->addr;
	return REFUSAL_NONE;
}

/* A hypervisor gets its files as modules, in order; empty ones too, so that none shifts. */
static enum refusal_code
place_modules(struct planner *p)
{
	p->plan->modules_apart = true;
	for (uint32_t i = 1; i < p->req->blobs; i++) {
		struct range r;
		enum refusal_code code = place_joined(p, i, 1, &r);

		if (code) {
			p->why->subject = p->req->blob[i].name;
			return code;
		}
		if (i == 1)
			p->plan->initrd = r;
	}
	return REFUSAL_NONE;
}

enum refusal_code
plan_initrds(struct planner *p)
{
	const struct facts *k = p->req->kernel;
	enum refusal_code code;

	if (p->req->blobs < 2)
		return REFUSAL_NONE;
	if (p->plan->protocol == PROTOCOL_PVH && k->elf.evidence == LINUX_NO)
		return place_modules(p);
	code = place_joined(p, 1, p->req->blobs - 1, &p->plan->initrd);
	if (code)
		p->why->subject = p->req->blobs == 2 ? p->req->blob[1].name : "initrds";
	return code;
}
