/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Advice by trial: each item is one change after which the same planner accepts.
 */
#include "tools/plan/advice.h"

#include <stdarg.h>
#include <stdio.h>

#include "stub/body/report.h"
#include "tools/size.h"

#define MEMORY_LAST (64 * GIB) /* more is not tried: a kernel comes up with less */

static void add(struct advice *a, const char *what, uint64_t value, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

static void
add(struct advice *a, const char *what, uint64_t value, const char *format, ...)
{
	struct advice_item *item = &a->item[a->count];
	va_list args;

	if (a->count == ADVICE_MAX)
		return;
	a->count++;
	item->what = what;
	item->value = value;
	va_start(args, format);
	vsnprintf(item->text, sizeof(item->text), format, args);
	va_end(args);
}

/* What is tried, by what. */
struct trial {
	struct plan_case *c;
	const struct unpacking *unpacking;
};

static bool
fits(const struct trial *t, uint64_t memory)
{
	return case_plan(t->c, memory) == REFUSAL_NONE &&
	       unpacking_fits(t->c, t->unpacking) == UNPACKING_FITS;
}

/* The smallest -m, in whole MiB, that will do. */
static void
try_memory(const struct trial *t, struct advice *a)
{
	const struct plan_case *c = t->c;
	uint64_t low = c->options.memory, high = low;

	if (case_map_is_given(c))
		return;
	do {
		if (high >= MEMORY_LAST)
			return;
		low = high;
		high *= 2;
	} while (!fits(t, high));
	while (high - low > MIB) {
		uint64_t middle = align_down(low + (high - low) / 2 + MIB - 1, MIB);

		if (middle >= high)
			break;
		if (fits(t, middle))
			high = middle;
		else
			low = middle;
	}
	add(a, "memory", high, "more memory: -m %lluM would do",
	        (unsigned long long)(high / MIB));
}

/* How large the last initrd may be, the others as they are. */
static void
try_initrd(const struct trial *t, struct advice *a)
{
	struct plan_case *c = t->c;
	uint64_t *size, had, low = 0, high;
	char text[SIZE_TEXT];

	if (c->files < 2)
		return;
	size = &c->file[c->files - 1].bytes.size;
	had = high = *size;
	*size = 0;
	if (fits(t, c->options.memory)) {
		while (high - low > PAGE) {
			*size = low + (high - low) / 2;
			if (fits(t, c->options.memory))
				low = *size;
			else
				high = *size;
		}
		add(a, "initrd", low,
		        "a smaller initrd: %s of at most %s (%llu bytes) would do",
		        c->file[c->files - 1].path, size_text(low, text),
		        (unsigned long long)low);
	}
	*size = had;
}

/* Would it do if what is in the way were plain RAM? */
static void
try_reserved(const struct trial *t, const struct refusal *why, struct advice *a)
{
	struct plan_case *c = t->c;
	struct memmap had = c->given.map, *map = &c->given.map;
	struct range wanted = why->a.range;
	uint32_t kept = 0;

	if (c->given.kind != GIVEN_E820 || !wanted.len)
		return;
	for (uint32_t i = 0; i < had.count; i++) { /* without what overlaps, and then RAM */
		if (!range_overlaps(had.entry[i].range, wanted) || had.entry[i].type == MEM_RAM)
			map->entry[kept++] = had.entry[i];
	}
	map->count = kept;
	for (uint32_t i = 0; i < had.count; i++) {
		const struct mem_range *e = &had.entry[i];
		struct refusal ignored;

		if (range_overlaps(e->range, wanted) && e->type != MEM_RAM)
			memmap_add(map, e->range.addr, e->range.len, MEM_RAM, &ignored);
	}
	if (kept < had.count && fits(t, c->options.memory))
		add(a, "reserved", 0,
		        "less memory reserved: it would fit if all of 0x%llx-0x%llx were RAM",
		        (unsigned long long)wanted.addr,
		        (unsigned long long)(range_end(wanted) - 1));
	c->given.map = had;
}

/* Another way to enter the kernel. */
static void
try_protocols(const struct trial *t, struct advice *a)
{
	struct plan_case *c = t->c;
	enum protocol had = c->options.protocol;

	if (c->facts.format == KERNEL_RISCV)
		return;
	for (enum protocol p = PROTOCOL_PVH; p <= PROTOCOL_LINUX32; p++) {
		c->options.protocol = p;
		if (p != had && fits(t, c->options.memory)) {
			add(a, "protocol", 0, "another entry: --protocol %s would do",
			        protocol_name(p));
			break;
		}
	}
	c->options.protocol = had;
}

static void
try_words(const struct refusal *why, struct advice *a)
{
	uint64_t over = why->found - why->wanted;

	if (why->code == REFUSAL_CMDLINE_LONG)
		add(a, "cmdline", why->wanted, "a shorter command line: by %llu byte%s",
		        (unsigned long long)over, over == 1 ? "" : "s");
}

void
advice_find(struct plan_case *c, const struct unpacking *unpacking, struct advice *ret_advice)
{
	const struct trial t = {c, unpacking};
	struct refusal why = c->why;

	ret_advice->count = 0;
	switch (why.code) {
	case REFUSAL_PLAN_KERNEL_PLACE:
	case REFUSAL_PLAN_KERNEL_ROOM:
	case REFUSAL_PLAN_INITRD_ROOM:
	case REFUSAL_PLAN_HANDOFF_ROOM:
	case REFUSAL_PLAN_STAGE_ROOM:
	case REFUSAL_PLAN_PVH_HIGH:
	case REFUSAL_EFI_MEMORY:
	case REFUSAL_ELF_NOTE_RELOC:
		try_memory(&t, ret_advice);
		try_initrd(&t, ret_advice);
		try_reserved(&t, &why, ret_advice);
		try_protocols(&t, ret_advice);
		break;
	default:
		try_words(&why, ret_advice);
		try_protocols(&t, ret_advice);
	}
	case_plan(c, c->options.memory);
	c->why = why;
}
