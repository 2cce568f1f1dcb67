/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks every launcher of launchers.def in turn.
 */
#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "tools/check/check.h"
#include "tools/check/launcher.h"
#include "tools/check/multiboot.h"
#include "tools/check/verdicts.h"
#include "tools/check/ways.h"

#define MULTIBOOT_ADDR 0x10000u /* a flag: the header has the addresses */

const struct launcher all_launchers[] = {
#define LAUNCHER(stable, shown, ...) {.name = stable, .title = shown, .ask = __VA_ARGS__},
#include "tools/check/launchers.def"
#undef LAUNCHER
        {.name = NULL},
};

void
launch_yes(struct launch *l, const char *rule, const char *text, const char *since)
{
	l->boots = true;
	l->rule = rule;
	l->text = text;
	l->since = since;
}

void
launch_no(struct launch *l, const char *rule, const char *text)
{
	l->boots = false;
	l->rule = rule;
	l->text = text;
}

void
launch_damaged(const struct candidate *c, struct launch *l)
{
	launch_no(l, refusal_name(c->r->refusal),
	        candidate_is_unread(c)
	                ? "it has more segments than kshim looks at, so this is not known"
	                : report_format(c->r, "the file is damaged or no kernel: %s",
	                          refusal_name(c->r->refusal)));
}

bool
candidate_is_unread(const struct candidate *c)
{
	return c->elf && c->r->refusal == REFUSAL_ELF_MANY_SEGMENTS;
}

struct range
candidate_arm_span(const struct candidate *c)
{
	uint64_t low = UINT64_MAX, end = 0;

	for (uint64_t i = 0; i < c->view.phnum; i++) {
		struct elf_segment s = elf_view_segment(&c->view, i);

		if (s.type != PT_LOAD || !s.mem_len || !range_fits(s.paddr, s.mem_len))
			continue;
		low = s.paddr < low ? s.paddr : low;
		end = s.paddr + s.mem_len > end ? s.paddr + s.mem_len : end;
	}
	return (struct range){low, low < end ? end - low : 0};
}

static struct multiboot
find_multiboot(struct span s)
{
	uint64_t at;
	uint32_t flags;

	if (!multiboot_find(s, MULTIBOOT_1, &at))
		return (struct multiboot){.found = false};
	flags = span_le32(s, at + 4);
	return (struct multiboot){true, flags & MULTIBOOT_ADDR, span_le32(s, at + 16)};
}

/* Has the core taken an offset off this ELF's physical addresses? */
static bool
has_virtual_paddr(const struct candidate *c)
{
	const struct elf_facts *elf = &c->r->facts.elf;

	if (!c->elf || !c->r->known || c->r->kind != KIND_ELF)
		return false;
	for (uint64_t i = 0; i < c->view.phnum; i++) {
		struct elf_segment s = elf_view_segment(&c->view, i);

		if (s.type == PT_LOAD && s.mem_len && s.paddr == elf->segment[0].paddr)
			return false;
	}
	return true;
}

static bool
is_other_machine(const struct report *r)
{
	if (r->refusal == REFUSAL_KERNEL_ARCH || r->refusal == REFUSAL_RISCV_FORM ||
	        r->kind == KIND_RISCV || r->kind == KIND_RISCV_ELF)
		return true;
	return r->has_pe && r->pe.machine != PE_MACHINE_X86_64 &&
	       r->pe.machine != PE_MACHINE_I386;
}

/* Is it anything that one might try to boot? */
static bool
is_worth_asking(const struct candidate *c)
{
	if (c->r->kind == KIND_COMPRESSED && c->r->inner && c->r->inner->kind == KIND_DISK)
		return false;
	return c->r->disk || c->r->known || c->hdrs || c->elf || c->multiboot.found ||
	       c->multiboot2 || c->r->has_pe || c->r->kind == KIND_COMPRESSED ||
	       c->r->kind == KIND_ZBOOT || c->r->kind == KIND_ARM64 ||
	       c->r->kind == KIND_ARM_ZIMAGE || c->r->kind == KIND_ARM_ELF ||
	       c->r->kind == KIND_BUNDLE;
}

/* The least memory by which kshim plans a boot of it, in the way that is named first. */
static void
add_memory(struct report *r, enum way way)
{
	const struct report *kernel = r;
	uint64_t least;

	while (kernel->inner && !kernel->known)
		kernel = kernel->inner;
	least = kernel->known ? ways_least_memory(&kernel->facts, way) : 0;
	if (least)
		report_fact(r, "memory.least", value_bytes(least * MIB),
		        report_format(r,
		                "%llu MiB: kshim's plan needs no less; the kernel itself may want more, and an initrd does",
		                (unsigned long long)least));
}

/* A kernel whose payload does not unpack ends in its own decompressor, however it was started.
 */
static void
refuse_damaged(struct report *r, struct launch *l)
{
	const struct report *damaged = report_damaged(r);

	if (l->boots && damaged) {
		launch_no(l, V_PAYLOAD_UNPACKS, damaged->damaged);
		l->since = NULL;
	}
}

/* Of a disk kshim.rom is the first to be named, because it needs nothing else. */
static bool
is_first(const struct report *r, const struct launcher *row)
{
	return r->disk ? row->trial == TRIAL_ROM : !r->bootable && row->trial != TRIAL_NONE;
}

static void
take_answer(struct report *r, const struct launcher *row, const struct launch *l)
{
	report_launch(r, l);
	if (!l->boots || !is_first(r, row))
		return;
	r->bootable = l->title;
	if (!r->disk)
		add_memory(r, row->way);
}

void
launchers(struct report *r)
{
	uint64_t at;
	struct candidate c = {.r = r,
	        .plain = r,
	        .hdrs = span_le32(r->bytes, ZP_AT(header)) == ZP_HDRS,
	        .multiboot = find_multiboot(r->bytes),
	        .multiboot2 = multiboot_find(r->bytes, MULTIBOOT_2, &at),
	        .is_addon = r->kind == KIND_ADDON,
	        .other_machine = is_other_machine(r)};

	while (c.plain->inner)
		c.plain = c.plain->inner;
	c.elf = elf_view_open(r->bytes, &c.view);
	c.virtual_paddr = has_virtual_paddr(&c);
	if (!is_worth_asking(&c))
		return;
	for (const struct launcher *row = all_launchers; row->name; row++) {
		struct launch l = {.launcher = row, .name = row->name, .title = row->title};

		if (r->disk) {
			if (launch_disk(row, r, &l))
				take_answer(r, row, &l);
			continue;
		}
		/* Other launchers take a bundle for the initrd that it is in form. */
		if (r->kind == KIND_BUNDLE && row->trial == TRIAL_NONE)
			continue;
		row->ask(row, &c, &l);
		refuse_damaged(r, &l);
		take_answer(r, row, &l);
	}
}
