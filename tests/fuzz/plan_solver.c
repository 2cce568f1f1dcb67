/* SPDX-License-Identifier: BSD-2-Clause */
/* See plan_solver.h. A byte for each page says what is in its way. */
#include "tests/fuzz/plan_solver.h"

#include <string.h>

#define PAGES (BENCH_RAM / PAGE)

enum { NEVER = 1, SOURCE = 2, BUSY = 4 };

static uint8_t page[PAGES];

static void
mark(struct range r, uint8_t what)
{
	for (uint64_t i = r.addr / PAGE; r.len && i < PAGES && i * PAGE < range_end(r); i++)
		page[i] |= what;
}

static bool
is_ram(const struct bench *b, struct range r)
{
	for (uint32_t i = 0; i < b->map.count; i++) {
		const struct mem_range *m = &b->map.entry[i];

		if (m->type == MEM_RAM && r.addr >= m->range.addr &&
		        r.addr + r.len <= m->range.addr + m->range.len)
			return true;
	}
	return false;
}

static void
look(const struct bench *b, unsigned placed)
{
	memset(page, 0, sizeof(page));
	for (uint64_t i = 0; i < PAGES; i++) {
		if (!is_ram(b, (struct range){i * PAGE, PAGE}))
			page[i] = NEVER;
	}
	mark((struct range){0, PAGE}, NEVER); /* the BIOS data area */
	mark((struct range){640 * KIB, 384 * KIB}, NEVER);
	for (uint32_t i = 0; i < b->req.nr_fixed; i++)
		mark(b->fixed[i].range, NEVER);
	for (unsigned i = 0; i < placed; i++)
		mark(b->plan.placement[i].range, NEVER);
	for (uint32_t i = 0; i < b->req.nr_busy; i++)
		mark(b->busy[i].range, BUSY);
	for (uint32_t i = 0; i < b->req.blobs; i++) {
		const struct blob *bl = &b->req.blob[i];

		if (bl->where == BLOB_SPACE)
			mark((struct range){bl->addr, bl->size}, SOURCE);
	}
}

/* Do `len` bytes from the page-aligned `at` on lie in pages without any of `what`? */
static bool
has_room(uint64_t at, uint64_t len, uint8_t what)
{
	for (uint64_t a = at; a < at + len; a += PAGE) {
		if (a >= BENCH_RAM || page[a / PAGE] & what)
			return false;
	}
	return true;
}

bool
solver_is_free(const struct bench *b, struct range r, unsigned placed)
{
	for (uint32_t i = 0; i < b->req.nr_fixed; i++) {
		if (range_overlaps(b->fixed[i].range, r))
			return false;
	}
	for (unsigned i = 0; i < placed; i++) {
		if (range_overlaps(b->plan.placement[i].range, r))
			return false;
	}
	return is_ram(b, r);
}

/* The lowest multiple of `step` plus `phase` from `min` on, rather where nothing has to move.
 */
static uint64_t
lowest(uint64_t len, uint64_t step, uint64_t phase, uint64_t min)
{
	static const uint8_t ways[] = {NEVER | SOURCE | BUSY, NEVER};

	for (unsigned w = 0; w < 2; w++) {
		for (uint64_t a = phase; a < BENCH_RAM; a += step) {
			if (a >= min && has_room(a - a % PAGE, len + a % PAGE, ways[w]))
				return a;
		}
	}
	return SOLVER_NONE;
}

uint64_t
solver_bzimage(const struct bench *b)
{
	const struct bzimage_facts *bz = &b->kernel.bz;

	look(b, 0);
	for (uint64_t align = bz->alignment; align >= bz->min_alignment; align /= 2) {
		uint64_t step = align < PAGE ? PAGE : align, found;
		uint64_t wish = (bz->pref_address + step - 1) / step * step;

		if (solver_is_free(b, (struct range){wish, bz->init_size}, 0))
			return wish;
		found = lowest(bz->init_size, step, 0, bz->pref_address);
		if (found != SOLVER_NONE)
			return found;
	}
	return SOLVER_NONE;
}

uint64_t
solver_elf(const struct bench *b, uint64_t linked, uint64_t len, uint64_t step, uint64_t min)
{
	uint64_t found = SOLVER_NONE;

	if (solver_is_free(b, (struct range){linked, len}, 0))
		return linked;
	if (!step)
		return SOLVER_NONE;
	look(b, 0);
	if (linked > min)
		found = lowest(len, step, linked % step, linked);
	return found != SOLVER_NONE ? found : lowest(len, step, linked % step, min);
}

uint64_t
solver_initrd(const struct bench *b, uint64_t len, unsigned placed)
{
	static const uint8_t ways[] = {NEVER | SOURCE | BUSY, NEVER | BUSY, NEVER};

	look(b, placed);
	for (unsigned w = 0; w < 3; w++) {
		for (uint64_t i = PAGES; i--;) {
			if (has_room(i * PAGE, len, ways[w]))
				return i * PAGE;
		}
	}
	return SOLVER_NONE;
}
