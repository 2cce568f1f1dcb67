/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ELF's segments, notes and e_entry say together: where it starts, whether it may be
 * moved, whether it is Linux. Xen public/elfnote.h; Linux arch/x86/kernel/vmlinux.lds.S.
 *
 * Promises facts only: an entry outside of all segments is passed on as it is, for the planner
 * to refuse if it is the one to be used. Surprising: BSD kernels have virtual addresses in
 * p_paddr and say so by a PADDR_OFFSET note, or by VIRT_BASE alone, while others have the
 * notes and physical addresses.
 */
#include "probe.h"

#define LINUX_BASE      0xffffffff80000000ull /* __START_KERNEL_map */
#define RELOC_ALIGN     (2 * MIB)             /* default of PHYS32_RELOC */
#define RELOC_ALIGN_MIN PAGE

/* Is `addr` inside of a range that starts at `start`? Virtual ranges may pass the end of 2^64.
 */
static bool
inside(uint64_t start, uint64_t len, uint64_t addr)
{
	return addr >= start && addr - start < len;
}

/* The segment whose memory, moved down by `offset`, holds the physical address; or NULL. */
static const struct segment *
segment_at(const struct elf_facts *facts, uint64_t addr, uint64_t offset)
{
	for (uint32_t i = 0; i < facts->segments; i++) {
		const struct segment *s = &facts->segment[i];

		if (s->paddr >= offset && inside(s->paddr - offset, s->mem_len, addr))
			return s;
	}
	return NULL;
}

/*
 * Take `offset` off p_paddr where it makes sense: the PVH entry, which is physical for sure,
 * lies in the kernel with it and does not without it.
 */
static void
apply_paddr_offset(struct elf_facts *facts, uint64_t offset)
{
	if (!offset || !facts->pvh || segment_at(facts, facts->pvh_entry, 0) ||
	        !segment_at(facts, facts->pvh_entry, offset) ||
	        facts->segment[0].paddr < offset)
		return;
	for (uint32_t i = 0; i < facts->segments; i++)
		facts->segment[i].paddr -= offset;
}

/* e_entry as a physical address; *ret_physical: it was one in the file. */
static void
find_entry(struct elf_facts *facts, uint64_t e_entry, bool *ret_physical)
{
	const struct segment *s = segment_at(facts, e_entry, 0);

	*ret_physical = s;
	facts->entry = e_entry;
	for (uint32_t i = 0; !s && i < facts->segments; i++) {
		if (!inside(facts->segment[i].vaddr, facts->segment[i].mem_len, e_entry))
			continue;
		s = &facts->segment[i];
		facts->entry = e_entry - s->vaddr + s->paddr;
	}
	facts->entry_loaded = s && inside(s->paddr, s->file_len, facts->entry);
}

/* A note that makes no sense is kept, for the planner to name if the kernel had to be moved. */
static void
wrong_reloc(const struct elf_notes *notes, const char *what, uint64_t found,
        struct elf_facts *facts)
{
	facts->reloc_wrong = what;
	facts->reloc_note_off = notes->reloc_off;
	facts->reloc_found = found;
}

static void
take_reloc(const struct elf_notes *notes, struct elf_facts *facts)
{
	uint64_t align = facts->max_align >= RELOC_ALIGN_MIN ? facts->max_align : RELOC_ALIGN;
	uint32_t first = 0, last = UINT32_MAX;

	if (!notes->reloc || !notes->pvh)
		return;
	if (notes->reloc_values > 0)
		align = notes->reloc_value[0];
	if (notes->reloc_values > 1)
		first = notes->reloc_value[1];
	if (notes->reloc_values > 2)
		last = notes->reloc_value[2];
	if (!is_power_of_two(align) || align < RELOC_ALIGN_MIN)
		return wrong_reloc(notes, "alignment", align, facts);
	if (last <= first)
		return wrong_reloc(notes, "last address", last, facts);
	if (align > UINT32_MAX)
		return;
	facts->reloc = true;
	facts->reloc_align = (uint32_t)align;
	facts->reloc_min = first;
	facts->reloc_max = last;
}

/*
 * Is it linked as an x86-64 Linux? All segments of the kernel map (the per-CPU one lies
 * elsewhere) are LINUX_BASE above their physical address, and so is the lowest.
 */
static bool
linux_link_map(const struct elf_facts *facts)
{
	for (uint32_t i = 0; i < facts->segments; i++) {
		const struct segment *s = &facts->segment[i];

		if ((i == 0 || s->vaddr >= LINUX_BASE) && s->vaddr - s->paddr != LINUX_BASE)
			return false;
	}
	return true;
}

/*
 * Is it linked as a kernel, which runs at other addresses than those where it is loaded?
 * User-mode Linux and Linux's vDSO have Linux's notes as well, but are no kernels.
 */
static bool
is_linked_apart(const struct elf_facts *facts)
{
	return facts->segment[0].vaddr != facts->segment[0].paddr;
}

static enum linux_evidence
evidence_of_notes(const struct elf_notes *notes)
{
	if (notes->guest_os[0])
		return memcmp(notes->guest_os, "linux", 6) == 0 ? LINUX_GUEST_OS : LINUX_NO;
	return notes->linux_owner ? LINUX_NOTE : LINUX_NO;
}

static enum linux_evidence
linux_evidence(
        const struct elf_notes *notes, const struct elf_facts *facts, bool is64, bool physical)
{
	bool owner = notes->linux_owner && (notes->pvh || is_linked_apart(facts));

	if (notes->guest_os[0] || owner)
		return evidence_of_notes(notes);
	return is64 && physical && linux_link_map(facts) ? LINUX_LINK_MAP : LINUX_NO;
}

enum linux_evidence
linux_evidence_in(const struct span *part, uint32_t parts)
{
	struct elf_notes notes = {.watcher = NULL};

	for (uint32_t i = 0; i < parts; i++)
		notes_search(part[i], &notes);
	return evidence_of_notes(&notes);
}

void
elf_conclude(
        const struct elf_notes *notes, bool is64, uint64_t e_entry, struct elf_facts *facts)
{
	bool physical;

	facts->pvh = notes->pvh;
	facts->pvh_entry = notes->pvh_entry;
	facts->pvh_note_off = notes->pvh_note_off;
	memcpy(facts->guest_os, notes->guest_os, sizeof(facts->guest_os));
	apply_paddr_offset(facts, notes->paddr_offset);
	apply_paddr_offset(facts, notes->virt_base);
	find_entry(facts, e_entry, &physical);
	facts->evidence = linux_evidence(notes, facts, is64, physical);
	take_reloc(notes, facts);
}
