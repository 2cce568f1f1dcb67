/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that unpacking needs, as an estimate with known bounds.
 *
 * Measured by Debian's kernels 6.1 and 6.12 under QEMU, each at the least memory with which it
 * unpacked and at 1 MiB less: what tmpfs takes is exactly half of RAM without what the line
 * "Memory: ... reserved" counts, and that is the kernel, the packed initrds and 64 bytes a
 * page, 3 to 10 MiB less than is reckoned here. Without tmpfs's limit some 25 MiB more than the
 * unpacked files were needed for Linux to reach /init.
 */
#include "tools/plan/unpacking.h"

#include <stdio.h>

#include "tools/size.h"

#define PAGE_STRUCTS 64         /* RAM / 64: struct page has 64 bytes */
#define SLACK        (16 * MIB) /* at the most that much less is reserved */
#define SPARE        (24 * MIB) /* Linux itself takes until /init runs */
#define MEMORY_LAST  (64 * GIB)

/* The kernel's own memory, a little more than it keeps. */
static uint64_t
kernel_memory(const struct facts *k)
{
	uint64_t low = UINT64_MAX, high = 0;

	if (k->format == KERNEL_BZIMAGE)
		return k->bz.init_size;
	if (k->format == KERNEL_RISCV)
		return k->riscv.image_size;
	for (uint32_t i = 0; i < k->elf.segments; i++) {
		const struct segment *s = &k->elf.segment[i];

		if (!s->mem_len)
			continue;
		low = s->paddr < low ? s->paddr : low;
		high = s->paddr + s->mem_len > high ? s->paddr + s->mem_len : high;
	}
	return high > low ? high - low : 0;
}

static uint64_t
packed_now(const struct plan_case *c)
{
	uint64_t packed = 0;

	for (uint32_t i = 1; i < c->req.blobs; i++)
		packed += c->req.blob[i].size;
	return packed;
}

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What is left of the RAM for unpacked files and Linux itself. */
static uint64_t
memory_left(const struct plan_case *c)
{
	uint64_t ram = memmap_ram_size(c->req.map), limit = cmdline_mem_limit(&c->req.cmdline);

	if (limit < ram)
		ram = limit;
	return less(ram, ram / PAGE_STRUCTS + kernel_memory(&c->facts) + packed_now(c));
}

static bool
contains(struct span text, const char *word, uint64_t len)
{
	for (uint64_t i = 0; i + len <= text.size; i++) {
		if (span_is(text, i, word, len))
			return true;
	}
	return false;
}

/* Is the first root file system a tmpfs, with its limit? */
static bool
has_limit(const struct plan_case *c)
{
	struct span value;

	if (cmdline_value(&c->req.cmdline, "rootfstype=", &value))
		return contains(value, "tmpfs", 5);
	return !cmdline_value(&c->req.cmdline, "root=", &value);
}

enum unpacking_fits
unpacking_fits(const struct plan_case *c, const struct unpacking *u)
{
	uint64_t left, certain, most, unpacked = u->unpacked, packed = packed_now(c);

	if (!unpacked || !c->req.map)
		return UNPACKING_FITS;
	if (packed < u->packed) /* a smaller initrd of the same kind is being tried */
		unpacked = (uint64_t)((double)unpacked * (double)packed / (double)u->packed);
	left = memory_left(c);
	certain = left / 2;
	most = (left + SLACK) / 2;
	if (!has_limit(c)) {
		certain = less(left, SPARE) > certain ? left - SPARE : certain;
		most = left;
	}
	if (unpacked <= certain)
		return UNPACKING_FITS;
	return unpacked <= most ? UNPACKING_CLOSE : UNPACKING_FAILS;
}

uint64_t
unpacking_least_memory(struct plan_case *c, const struct unpacking *u)
{
	uint64_t low = c->options.memory, high = low;

	do {
		if (high >= MEMORY_LAST)
			return 0;
		low = high;
		high *= 2;
	} while (case_plan(c, high) != REFUSAL_NONE || unpacking_fits(c, u) != UNPACKING_FITS);
	while (high - low > MIB) {
		uint64_t middle = align_down(low + (high - low) / 2, MIB);

		if (middle <= low)
			break;
		if (case_plan(c, middle) == REFUSAL_NONE &&
		        unpacking_fits(c, u) == UNPACKING_FITS)
			high = middle;
		else
			low = middle;
	}
	return high;
}

void
unpacking_look(struct plan_case *c, const struct unpacking *u, struct findings *f)
{
	enum unpacking_fits fits = unpacking_fits(c, u);
	char unpacked[SIZE_TEXT], packed[SIZE_TEXT], left[SIZE_TEXT], help[64] = "";
	uint64_t memory = 0;

	if (c->code || fits == UNPACKING_FITS)
		return;
	size_text(u->unpacked, unpacked);
	size_text(u->packed, packed);
	size_text(memory_left(c), left);
	if (!case_map_is_given(c)) {
		memory = unpacking_least_memory(c, u);
		case_plan(c, c->options.memory);
	}
	if (memory)
		snprintf(help, sizeof(help), "; -m %lluM would do",
		        (unsigned long long)(memory / MIB));
	findings_add(f, fits == UNPACKING_FAILS ? FINDING_ERROR : FINDING_WARNING,
	        "initrd.memory",
	        "the initrds (%s) unpack to %s, and beside them and the kernel some %s of RAM are "
	        "left, %s: Linux %s run out of memory while it unpacks%s",
	        packed, unpacked, left,
	        has_limit(c) ? "of which tmpfs takes half" : "for all that Linux needs",
	        fits == UNPACKING_FAILS ? "will" : "may", help);
}
