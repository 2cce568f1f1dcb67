/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict on one entry: "probe NAME: PASS", or a line for each check that failed.
 *
 * head.asm calls verdict32() or verdict64() with the load address and what it saved.
 */
#include "probe.h"

#define LOW_PAGE 4096

/* The image against the checksum that pack.py computed, without the scratch. */
static void
check_image(struct probe *p)
{
	const uint8_t *image = at(p->base);
	uint64_t at_crc = AT_LABEL + offsetof(struct label, crc);
	uint64_t after = at_crc + sizeof(p->label->crc);
	uint32_t crc;

	crc = crc_more(0, image, at_crc);
	crc = crc_zeros(crc, after - at_crc);
	crc = crc_more(crc, image + after, AT_SCRATCH - after);
	crc = crc_more(crc, image + AT_STACK, p->label->file_len - AT_STACK);
	want(p, "checksum of the kernel's own image", crc, p->label->crc);
	if (p->label->flags & LABEL_ZEROED &&
	        !all_zero(image + p->label->file_len, p->label->mem_len - p->label->file_len))
		fail(p, "memory beyond p_filesz is not zero, bytes",
		        p->label->mem_len - p->label->file_len, 0);
}

static void
check_place(struct probe *p)
{
	const struct label *l = p->label;
	uint64_t wanted;

	add_thing(p, "kernel", p->base, l->mem_len);
	if (word_number(p, "probe.at", &wanted))
		want(p, "load address", p->base, wanted);
	if (p->base == l->linked)
		return;
	if (!l->align || (p->saved->entry == AT_PVH && !(l->flags & LABEL_PVH_MOVES)))
		fail(p, "load address of a kernel that cannot be moved", p->base, l->linked);
	else if (p->base & (l->align - 1))
		fail(p, "load address, aligned to", p->base, l->align);
}

static void
check_entry(struct probe *p)
{
	uint64_t wanted = p->label->entry;
	const char *s = word(p, "probe.entry");

	if (s && same(s, "pvh", 3))
		wanted = AT_PVH;
	else if (s && same(s, "linux32", 7))
		wanted = AT_LINUX32;
	else if (s && same(s, "linux64", 7))
		wanted = AT_LINUX64;
	want(p, "entry used (offset)", p->saved->entry, wanted);
}

static void
check_paging(struct probe *p)
{
	check_tables(p);
	check_mapped(p, "kernel", (struct range){p->base, p->label->mem_len});
	check_mapped(p, "zero page", (struct range){p->saved->rsi, LOW_PAGE});
	check_mapped(p, "GDT", p->gdt);
	if (p->cmdline)
		check_mapped(p, "command line",
		        (struct range){p->cmdline, length(at(p->cmdline)) + 1});
}

static _Noreturn void
verdict(uint64_t base, const struct saved *saved)
{
	struct probe p = {.label = at(base + AT_LABEL), .saved = saved, .base = base};

	say_init();
	say("probe ");
	say(p.label->name);
	say(": runs at ");
	say_hex(base);
	say("\r\n");
	if (saved->entry == AT_PVH)
		read_start_info(&p);
	else
		read_boot_params(&p);
	check_image(&p);
	check_entry(&p);
	check_state(&p);
	check_place(&p);
	if (saved->entry == AT_LINUX64)
		check_paging(&p);
	check_line(&p);
	check_map(&p);
	check_files(&p);
	check_things(&p);
	check_rsdp(&p);
	check_seed(&p);
	dump_handoff(&p);
	if (!p.failures) {
		say("probe ");
		say(p.label->name);
		say(": PASS\r\n");
	}
	end(!p.failures);
}

#ifdef __x86_64__
_Noreturn void verdict64(uint64_t base, const struct saved *saved);

__attribute__((section(".text.verdict64"))) _Noreturn void
verdict64(uint64_t base, const struct saved *saved)
{
	verdict(base, saved);
}
#else
_Noreturn void verdict32(uint32_t base, const struct saved *saved);

_Noreturn void
verdict32(uint32_t base, const struct saved *saved)
{
	verdict(base, saved);
}
#endif
