/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel belongs at its preferred address, or as low as it may; an initrd ends at the end of
 * memory or at the kernel's limit, and so does what the kernel is handed, and scratch. The
 * first thing that is not free there is in the way.
 */
#include "tools/plan/collide.h"

static uint64_t
lowest_ram(const struct memmap *map, uint64_t from)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		if (e->type == MEM_RAM && range_end(e->range) > from)
			return e->range.addr > from ? e->range.addr : from;
	}
	return from;
}

/* Where the kernel wants to be. */
static uint64_t
kernel_home(const struct plan_case *c)
{
	switch (c->facts.format) {
	case KERNEL_BZIMAGE:
		return c->facts.bz.pref_address ? c->facts.bz.pref_address
		                                : c->facts.bz.code32_start;
	case KERNEL_RISCV:
		return lowest_ram(c->req.map, 0);
	default:
		return c->facts.elf.segment[0].paddr;
	}
}

/* Does it stand in the way of a kernel or an initrd? What will be moved or left does not. */
static bool
in_the_way(const struct region *r, struct range wanted)
{
	return r->kind != REGION_FREE && r->kind != REGION_BUSY && r->kind != REGION_SOURCE &&
	       range_overlaps(r->range, wanted);
}

/* The `len` highest bytes of RAM up to `last`; {0, 0} if there is not even the last of them. */
static struct range
highest_ram(const struct memmap *map, uint64_t last, uint64_t len)
{
	uint64_t end = 0;

	if (!align_up(len, PAGE, &len))
		return (struct range){0, 0};
	for (uint32_t i = 0; i < map->count; i++) {
		const struct mem_range *e = &map->entry[i];

		if (e->type == MEM_RAM && e->range.addr <= last)
			end = range_end(e->range);
	}
	if (last < UINT64_MAX && end > last + 1)
		end = last + 1;
	end = align_down(end, PAGE);
	return (struct range){end > len ? end - len : 0, end > len ? len : end};
}

static uint64_t
overlap(struct range a, struct range b)
{
	uint64_t start = a.addr > b.addr ? a.addr : b.addr;
	uint64_t end = range_end(a) < range_end(b) ? range_end(a) : range_end(b);

	return end > start ? end - start : 0;
}

/*
 * What takes most of the room. What is written before the jump also keeps off what is in use
 * until then.
 */
static void
name_small(struct refusal *why, const char *name, struct range wanted, const struct regions *s)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct region *r = &s->region[i];

		if (r->kind == REGION_FREE || overlap(r->range, wanted) <= most)
			continue;
		most = overlap(r->range, wanted);
		why->a = (struct named_range){name, wanted};
		why->b = (struct named_range){r->name, r->range};
	}
}

static void
name_blocker(struct refusal *why, const struct regions *s, bool from_top)
{
	const struct region *found = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct region *r = &s->region[i];

		if (in_the_way(r, why->a.range) && (!found || from_top))
			found = r;
	}
	if (found)
		why->b = (struct named_range){found->name, found->range};
	else
		why->b = (struct named_range){"the end of memory", {0, 0}};
}

void
collide_find(struct plan_case *c, const struct regions *regions)
{
	struct refusal *why = &c->why;
	uint64_t end;

	if (why->a.name)
		return;
	switch (why->code) {
	case REFUSAL_PLAN_KERNEL_ROOM:
		if (!range_fits(kernel_home(c), why->wanted))
			return;
		why->a = (struct named_range){"kernel", {kernel_home(c), why->wanted}};
		name_blocker(why, regions, false);
		break;
	case REFUSAL_PLAN_INITRD_ROOM:
		end = memmap_ram_end(c->req.map);
		if (why->where < end)
			end = why->where + 1;
		why->a = (struct named_range){
		        "initrd", {end > why->wanted ? align_down(end - why->wanted, PAGE) : 0,
		                          why->wanted}};
		name_blocker(why, regions, true);
		break;
	case REFUSAL_PLAN_HANDOFF_ROOM:
		name_small(why, why->detail, highest_ram(c->req.map, why->where, why->wanted),
		        regions);
		break;
	case REFUSAL_PLAN_STAGE_ROOM:
		name_small(why, "scratch while files are moved",
		        highest_ram(c->req.map, UINT64_MAX, why->wanted), regions);
		break;
	default:
		break;
	}
}
