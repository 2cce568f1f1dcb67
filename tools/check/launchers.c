/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks every launcher of launchers.def in turn.
 */
#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "tools/check/check.h"
#include "tools/check/launcher.h"
#include "tools/check/verdicts.h"
#include "tools/check/ways.h"

#define MULTIBOOT_AREA  8192
#define MULTIBOOT_MAGIC 0x1badb002u
#define MULTIBOOT_ADDR  0x10000u

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
	        report_format(c->r, "the file is damaged or no kernel: %s",
	                refusal_name(c->r->refusal)));
}

bool
candidate_is_real_mode_only(const struct candidate *c)
{
	return c->r->known && c->r->kind == KIND_BZIMAGE && !c->r->facts.bz.code32_start &&
	       !(c->r->facts.bz.xloadflags & 1);
}

static struct multiboot
find_multiboot(struct span s)
{
	for (uint64_t at = 0; at + 48 < MULTIBOOT_AREA && at + 12 <= s.size; at += 4) {
		uint32_t sum = span_le32(s, at) + span_le32(s, at + 4) + span_le32(s, at + 8);

		if (span_le32(s, at) == MULTIBOOT_MAGIC && sum == 0)
			return (struct multiboot){true, span_le32(s, at + 4) & MULTIBOOT_ADDR};
	}
	return (struct multiboot){.found = false};
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
	return c->r->known || c->hdrs || c->elf || c->multiboot.found || c->r->has_pe ||
	       c->r->kind == KIND_COMPRESSED || c->r->kind == KIND_ZBOOT ||
	       c->r->kind == KIND_ARM64 || c->r->kind == KIND_BUNDLE;
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

void
launchers(struct report *r)
{
	struct candidate c = {.r = r,
	        .plain = r,
	        .hdrs = span_le32(r->bytes, ZP_AT(header)) == ZP_HDRS,
	        .multiboot = find_multiboot(r->bytes),
	        .other_machine = is_other_machine(r)};

	while (c.plain->inner)
		c.plain = c.plain->inner;
	c.elf = elf_view_open(r->bytes, &c.view);
	if (!is_worth_asking(&c))
		return;
	for (const struct launcher *row = all_launchers; row->name; row++) {
		struct launch l = {.launcher = row, .name = row->name, .title = row->title};

		/* Other launchers take a bundle for the initrd that it is in form. */
		if (r->kind == KIND_BUNDLE && row->trial == TRIAL_NONE)
			continue;
		row->ask(row, &c, &l);
		refuse_damaged(r, &l);
		report_launch(r, &l);
		if (l.boots && !r->bootable && row->trial != TRIAL_NONE) {
			r->bootable = l.title;
			add_memory(r, row->way);
		}
	}
}
