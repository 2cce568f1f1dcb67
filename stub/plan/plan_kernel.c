/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decides the protocol, where the kernel lies and where it is entered.
 *
 * Rules: Linux Documentation/arch/x86/boot.rst ("Loading The Rest of The Kernel", the fields
 * relocatable_kernel to init_size), Xen elfnote.h (PHYS32_ENTRY, PHYS32_RELOC). A kernel may
 * cover sources and busy memory, never what is fixed. Surprise: Linux moves itself up to
 * pref_address when it is loaded below, so a place below is no alternative.
 */
#include "planner.h"
#include "stub/wire/bootparam.h"

#define LINUX_ELF_STEP (2 * MIB)
#define ENTRY64_OFFSET 0x200

/* Add the segments' placements, displaced; they are known to fit. */
static enum refusal_code
elf_place(struct planner *p, uint64_t load)
{
	const struct elf_facts *elf = &p->req->kernel->elf;
	uint64_t up = load - elf->segment[0].paddr; /* modulo 2^64, so it can also be down */

	p->plan->kernel_load = load;
	p->plan->displacement = (int64_t)up;
	for (uint32_t i = 0; i < elf->segments; i++) {
		const struct segment *s = &elf->segment[i];
		enum refusal_code code = plan_add_segment(
		        p, "kernel segment", (struct range){s->paddr + up, s->mem_len}, s);

		if (code)
			return code;
	}
	return REFUSAL_NONE;
}

/* Can every segment lie where it was linked? Otherwise the refusal names both ranges. */
static enum refusal_code
elf_linked_place_free(struct planner *p)
{
	const struct elf_facts *elf = &p->req->kernel->elf;

	for (uint32_t i = 0; i < elf->segments; i++) {
		struct range r = {elf->segment[i].paddr, elf->segment[i].mem_len};
		struct named_range blocker;

		if (space_is_free(p, r, &blocker))
			continue;
		refuse(p->why, REFUSAL_PLAN_KERNEL_PLACE, elf->segment[i].off, 0, 0);
		p->why->a = (struct named_range){"kernel segment", r};
		p->why->b = blocker;
		return p->why->code;
	}
	return REFUSAL_NONE;
}

/* Place the ELF at another place than where it was linked. */
static enum refusal_code
elf_move(struct planner *p, uint64_t step, uint64_t min, uint64_t last)
{
	struct range span = elf_facts_span(&p->req->kernel->elf);
	struct space_query q = {.len = span.len, .align = step, .min = min, .last = last};
	uint64_t load;

	q.phase = span.addr & (step - 1);
	if (span.addr > min) { /* rather up than down */
		q.min = span.addr;
		if (space_find_rather_apart(p, &q, &load))
			return elf_place(p, load);
		q.min = min;
	}
	if (space_find_rather_apart(p, &q, &load))
		return elf_place(p, load);
	return refuse(p->why, REFUSAL_PLAN_KERNEL_ROOM, step, space_largest(p, &q), span.len);
}

/*
 * Place the ELF where it was linked, else (`step` not 0) at another place that keeps its
 * address modulo `step`, between `min` and `last`.
 */
static enum refusal_code
elf_choose_place(struct planner *p, uint64_t step, uint64_t min, uint64_t last)
{
	if (elf_linked_place_free(p) == REFUSAL_NONE)
		return elf_place(p, p->req->kernel->elf.segment[0].paddr);
	return step ? elf_move(p, step, min, last) : p->why->code;
}

static enum refusal_code
plan_elf_pvh(struct planner *p)
{
	const struct elf_facts *elf = &p->req->kernel->elf;
	enum refusal_code code;

	if (!elf->pvh)
		return refuse(p->why, REFUSAL_ELF_NO_PVH, 0, 0, 0);
	if (elf->segment[0].paddr >= 4 * GIB) { /* then a 32-bit entry cannot be right */
		refuse(p->why, REFUSAL_PLAN_PVH_HIGH, 0, 0, 0);
		p->why->a = (struct named_range){"the kernel", elf_facts_span(elf)};
		return p->why->code;
	}
	if (!elf_facts_in_file(elf, elf->pvh_entry)) {
		refuse(p->why, REFUSAL_ELF_ENTRY, elf->pvh_note_off, elf->pvh_entry, 0);
		p->why->detail = "PVH entry";
		return p->why->code;
	}
	code = elf_choose_place(
	        p, elf->reloc ? elf->reloc_align : 0, elf->reloc_min, elf->reloc_max);
	if (code && elf->reloc_wrong) { /* a and b say what is in the way */
		p->why->code = REFUSAL_ELF_NOTE_RELOC;
		p->why->where = elf->reloc_note_off;
		p->why->found = elf->reloc_found;
		p->why->detail = elf->reloc_wrong;
	}
	if (code)
		return p->why->code;
	p->plan->protocol = PROTOCOL_PVH;
	p->plan->entry = elf->pvh_entry + (uint64_t)p->plan->displacement;
	return REFUSAL_NONE;
}

static enum refusal_code
plan_elf_linux64(struct planner *p)
{
	const struct elf_facts *elf = &p->req->kernel->elf;
	enum refusal_code code;

	if (p->req->kernel->format != KERNEL_ELF64)
		return refuse(p->why, REFUSAL_ELF_NO_LINUX64, 4, 1, 2);
	if (!elf->entry_loaded) {
		refuse(p->why, REFUSAL_ELF_ENTRY, 0x18, elf->entry, 0);
		p->why->detail = "ELF entry";
		return p->why->code;
	}
	code = elf_choose_place(
	        p, elf->evidence != LINUX_NO ? LINUX_ELF_STEP : 0, 1 * MIB, UINT64_MAX);
	if (code)
		return code;
	p->plan->protocol = PROTOCOL_LINUX64;
	p->plan->entry = elf->entry + (uint64_t)p->plan->displacement;
	return REFUSAL_NONE;
}

static enum refusal_code
no_protocol(struct planner *p)
{
	const char *program = p->req->kernel->elf.program;

	refuse(p->why, program ? REFUSAL_ELF_PROGRAM : REFUSAL_ELF_NO_PROTOCOL, 0, 0, 0);
	p->why->detail = program;
	return p->why->code;
}

/*
 * By PVH if that works and leaves room to tell of all the memory, else by boot_params if it is
 * Linux and its entry for that is there.
 */
static enum refusal_code
plan_elf_auto(struct planner *p)
{
	const struct facts *k = p->req->kernel;
	bool linux64 = k->format == KERNEL_ELF64 && k->elf.evidence != LINUX_NO;
	enum refusal_code code;

	if (!k->elf.pvh && !linux64)
		return no_protocol(p);
	if (k->elf.pvh) {
		code = plan_elf_pvh(p);
		if (!linux64 || !k->elf.entry_loaded ||
		        (!code && !plan_map_fits(p, PVH_LINUX_MAP)))
			return code;
		p->plan->placements = 0;
	}
	return plan_elf_linux64(p);
}

static enum refusal_code
plan_elf(struct planner *p)
{
	switch (p->req->protocol) {
	case PROTOCOL_PVH:
		return plan_elf_pvh(p);
	case PROTOCOL_LINUX64:
		return plan_elf_linux64(p);
	case PROTOCOL_LINUX32:
		return refuse(p->why, REFUSAL_ELF_NO_LINUX32, 0, 0, 0);
	case PROTOCOL_AUTO:
	default:
		return plan_elf_auto(p);
	}
}

/* Where a kernel that cannot be moved must run (boot.rst: relocatable_kernel). */
static uint64_t
bzimage_only_place(const struct bzimage_facts *bz)
{
	return bz->pref_address ? bz->pref_address : bz->code32_start;
}

static enum refusal_code
bzimage_at_only_place(struct planner *p, uint64_t room, uint64_t *ret_load)
{
	struct range r = {bzimage_only_place(&p->req->kernel->bz), room};
	struct named_range blocker = {"the end of the address space", {0, 0}};

	if (range_fits(r.addr, r.len) && space_is_free(p, r, &blocker)) {
		*ret_load = r.addr;
		return REFUSAL_NONE;
	}
	refuse(p->why, REFUSAL_PLAN_KERNEL_PLACE, 0, 0, 0);
	p->why->a = (struct named_range){"kernel", r};
	p->why->b = blocker;
	return p->why->code;
}

/*
 * A place for a relocatable kernel: its preferred address, else the lowest above, by its own
 * alignment and then by weaker ones down to min_alignment.
 */
static enum refusal_code
bzimage_choose_place(struct planner *p, uint64_t room, uint64_t last, uint64_t *ret_load)
{
	const struct bzimage_facts *bz = &p->req->kernel->bz;
	uint64_t pref = bz->pref_address ? bz->pref_address : bz->code32_start;
	struct space_query q = {.len = room, .last = last};
	bool tried = false;

	for (uint64_t align = bz->alignment; align >= bz->min_alignment && align; align >>= 1) {
		struct named_range blocker;

		p->plan->kernel_alignment = align;
		q.align = align < PAGE ? PAGE : align;
		if (!align_up(pref, q.align, &q.min))
			continue;
		tried = true;
		*ret_load = q.min;
		if (range_fits(q.min, room) && q.min + (room - 1) <= last &&
		        space_is_free(p, (struct range){q.min, room}, &blocker))
			return REFUSAL_NONE;
		if (space_find_rather_apart(p, &q, ret_load))
			return REFUSAL_NONE;
	}
	return refuse(p->why, REFUSAL_PLAN_KERNEL_ROOM, bz->min_alignment,
	        tried ? space_largest(p, &q) : 0, room);
}

static enum refusal_code
bzimage_protocol(struct planner *p, enum protocol *ret_protocol)
{
	const struct bzimage_facts *bz = &p->req->kernel->bz;
	bool entry64 = bz->xloadflags & ZP_XLF_KERNEL_64;

	if (p->req->protocol == PROTOCOL_PVH)
		return refuse(p->why, REFUSAL_BZ_NO_PVH, 0, 0, 0);
	if (p->req->protocol == PROTOCOL_LINUX64 && !entry64)
		return refuse(
		        p->why, REFUSAL_BZ_NO_ENTRY64, 0x236, bz->xloadflags, bz->version);
	*ret_protocol = p->req->protocol;
	if (p->req->protocol == PROTOCOL_AUTO)
		*ret_protocol = entry64 ? PROTOCOL_LINUX64 : PROTOCOL_LINUX32;
	if (*ret_protocol == PROTOCOL_LINUX32 && (bz->real_mode || !bz->code32_start)) {
		refuse(p->why, REFUSAL_BZ_REAL_MODE,
		        bz->real_mode ? ZP_AT(syssize) : ZP_AT(code32_start), 0, 1);
		p->why->detail = bz->real_mode ? "syssize" : "code32_start";
		return p->why->code;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
plan_bzimage(struct planner *p)
{
	const struct bzimage_facts *bz = &p->req->kernel->bz;
	uint64_t room = bz->init_size, last = BELOW_4G, load = 0;
	enum refusal_code code = bzimage_protocol(p, &p->plan->protocol);
	struct placement *k;

	if (code)
		return code;
	if (p->plan->protocol == PROTOCOL_LINUX64 &&
	        (bz->xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G))
		last = UINT64_MAX;
	code = bz->relocatable ? bzimage_choose_place(p, room, last, &load)
	                       : bzimage_at_only_place(p, room, &load);
	if (code)
		return code;
	k = plan_add(p, PLACE_KERNEL, "kernel", (struct range){load, room});
	if (!k)
		return p->why->code;
	k->blob = 0;
	k->off = bz->code_off;
	k->data_len = bz->code_len;
	p->plan->kernel_load = load;
	p->plan->displacement = (int64_t)(load - bzimage_only_place(bz));
	p->plan->entry = load + (p->plan->protocol == PROTOCOL_LINUX64 ? ENTRY64_OFFSET
	                                                               : bz->entry32_off);
	return REFUSAL_NONE;
}

enum refusal_code
plan_kernel(struct planner *p)
{
	enum refusal_code code =
	        p->req->kernel->format == KERNEL_BZIMAGE ? plan_bzimage(p) : plan_elf(p);

	if (code)
		p->why->subject = p->req->blob[0].name;
	return code;
}
