/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps of an ELF kernel, one by one: System V gABI, Xen public/elfnote.h, and what others
 * fell into.
 *
 * That the segments are apart, inside the file and no larger in the file than in memory is what
 * the core promises of an ELF that it takes; it is said here, and not found out again.
 */
#include "stub/wire/elf.h"
#include "tools/check/check.h"
#include "tools/check/elf_view.h"
#include "tools/check/note_scan.h"
#include "tools/check/verdicts.h"

#define ULL(v) ((unsigned long long)(v))

static void
judge_segments(struct report *r, const struct elf_facts *elf)
{
	uint64_t start = elf->segment[0].paddr, end = range_end(elf_facts_span(elf)), tail = 0;

	report_verdict(r, V_ELF_SIZES, LEVEL_OK,
	        "no segment has more bytes in the file than in memory");
	report_verdict(r, V_ELF_INSIDE, LEVEL_OK, "all segments lie inside the file");
	report_verdict(
	        r, V_ELF_APART, LEVEL_OK, "its %u segments are apart in memory", elf->segments);
	if (end > 4 * GIB)
		report_verdict(r, V_ELF_BELOW_4G, elf->pvh ? LEVEL_ERROR : LEVEL_NOTE,
		        "it reaches up to %#llx, above 4 GiB", ULL(end));
	else
		report_verdict(
		        r, V_ELF_BELOW_4G, LEVEL_OK, "it ends at %#llx, below 4 GiB", ULL(end));
	if (start < MIB)
		report_verdict(r, V_ELF_ABOVE_1M, LEVEL_WARNING,
		        "it is loaded at %#llx, below 1 MiB", ULL(start));
	else
		report_verdict(r, V_ELF_ABOVE_1M, LEVEL_OK,
		        "it is loaded at %#llx, above 1 MiB", ULL(start));
	for (uint32_t i = 0; i < elf->segments; i++)
		tail += elf->segment[i].mem_len - elf->segment[i].file_len;
	report_verdict(r, V_ELF_ZERO_TAIL, LEVEL_OK,
	        tail ? "%llu bytes of memory are not in the file: a loader must zero them"
	             : "all of its memory is in the file (%llu bytes are not)",
	        ULL(tail));
}

/* Segments that are no PT_LOAD and have an address; writable and executable ones. */
static void
judge_headers(struct report *r, const struct elf_view *v)
{
	unsigned others = 0, wx = 0;

	for (uint64_t i = 0; i < v->phnum; i++) {
		struct elf_segment s = elf_view_segment(v, i);

		others += s.type != PT_LOAD && s.file_len;
		wx += s.type == PT_LOAD && (s.flags & 3) == 3;
	}
	if (others)
		report_verdict(r, V_ELF_LOAD_ONLY, LEVEL_NOTE,
		        "%u program header%s no PT_LOAD and must not be copied to its p_paddr",
		        others, others == 1 ? " is" : "s are");
	else
		report_verdict(r, V_ELF_LOAD_ONLY, LEVEL_OK, "only PT_LOADs have bytes");
	if (wx)
		report_verdict(r, V_ELF_WX, LEVEL_NOTE,
		        "%u segment%s writable and executable; Linux sets permissions itself later",
		        wx, wx == 1 ? " is" : "s are");
	else
		report_verdict(
		        r, V_ELF_WX, LEVEL_OK, "no segment is both writable and executable");
}

static void
judge_entry(struct report *r, const struct elf_view *v, const struct elf_facts *elf)
{
	enum level bad = elf->pvh ? LEVEL_NOTE : LEVEL_ERROR;

	if (elf->entry_loaded)
		report_verdict(r, V_ELF_ENTRY, LEVEL_OK, "the ELF entry lies in a loaded part");
	else
		report_verdict(r, V_ELF_ENTRY, bad,
		        "the ELF entry %#llx lies in no loaded part%s", ULL(v->entry),
		        elf->pvh ? "; the PVH entry is used instead" : "");
	if (v->entry != elf->entry)
		report_verdict(r, V_ELF_ENTRY_PHYSICAL, LEVEL_NOTE,
		        "e_entry %#llx is a virtual address", ULL(v->entry));
	else
		report_verdict(r, V_ELF_ENTRY_PHYSICAL, LEVEL_OK, "e_entry is physical");
	if (elf->entry_loaded && elf->entry != elf->segment[0].paddr)
		report_verdict(r, V_ELF_ENTRY_BASE, LEVEL_NOTE,
		        "the ELF entry is %#llx, not the load address %#llx (Linux 6.12 and later are so)",
		        ULL(elf->entry), ULL(elf->segment[0].paddr));
	else
		report_verdict(
		        r, V_ELF_ENTRY_BASE, LEVEL_OK, "the ELF entry is where loading starts");
}

static void
judge_pvh_entry(struct report *r, const struct elf_facts *elf)
{
	const struct segment *s = elf_facts_in_file(elf, elf->pvh_entry);

	report_verdict(
	        r, V_PVH_RANGE, LEVEL_OK, "the PVH entry fits in 32 bits: %#x", elf->pvh_entry);
	if (!s)
		report_verdict(r, V_PVH_EXEC, LEVEL_ERROR,
		        "the PVH entry %#x lies in no loaded part of the kernel",
		        elf->pvh_entry);
	else if (!(s->flags & 1))
		report_verdict(r, V_PVH_EXEC, LEVEL_NOTE,
		        "the PVH entry %#x lies in a segment that is not executable: without paging nobody minds (Linux 6.17 and later are so)",
		        elf->pvh_entry);
	else
		report_verdict(r, V_PVH_EXEC, LEVEL_OK,
		        "the PVH entry lies inside an executable segment");
	if (elf->reloc_wrong)
		report_verdict(r, V_PVH_RELOC, LEVEL_WARNING,
		        "the PHYS32_RELOC note has a bad %s (%#llx): it counts as none",
		        elf->reloc_wrong, ULL(elf->reloc_found));
	else if (elf->reloc)
		report_verdict(r, V_PVH_RELOC, LEVEL_OK,
		        "by PVH it may be loaded at any multiple of %#x up to %#x",
		        elf->reloc_align, elf->reloc_max);
	else
		report_verdict(r, V_PVH_RELOC, LEVEL_NOTE,
		        "by PVH it runs at %#llx only: this must be free memory",
		        ULL(elf->segment[0].paddr));
}

static void
judge_note_places(struct report *r, const struct note_scan *s)
{
	if (s->in_segments)
		report_verdict(r, V_PVH_SEGMENT, LEVEL_OK, "the note is in a PT_NOTE segment");
	else
		report_verdict(r, V_PVH_SEGMENT, LEVEL_WARNING,
		        "the note is only in a section, in no PT_NOTE segment");
	if (s->aligned_8_before)
		report_verdict(r, V_PVH_ALIGN, LEVEL_NOTE,
		        "a PT_NOTE aligned to 8 bytes stands before the one with the note");
	else
		report_verdict(r, V_PVH_ALIGN, LEVEL_OK,
		        "no PT_NOTE of another alignment stands before the note");
	if (s->other_after)
		report_verdict(r, V_PVH_LAST, LEVEL_NOTE,
		        "a PT_NOTE without a PVH note follows the one with it");
	else
		report_verdict(r, V_PVH_LAST, LEVEL_OK, "the PT_NOTE with it is the last");
	if (s->valid > 1)
		report_verdict(
		        r, V_PVH_TWICE, LEVEL_WARNING, "there are %u PVH notes", s->valid);
	else
		report_verdict(r, V_PVH_TWICE, LEVEL_OK, "there is one PVH note");
}

static void
judge_notes(struct report *r, const struct elf_view *v, const struct elf_facts *elf)
{
	struct note_scan s;

	note_scan(r->bytes, v, &s);
	if (elf->pvh)
		report_verdict(
		        r, V_PVH_NOTE, LEVEL_OK, "it has a PVH note (Xen, PHYS32_ENTRY)");
	else
		report_verdict(r, V_PVH_NOTE,
		        elf->evidence == LINUX_NO ? LEVEL_ERROR : LEVEL_WARNING,
		        "it has no valid PVH note: Linux has one with CONFIG_PVH=y");
	if (s.foreign)
		report_verdict(r, V_PVH_OWNER, LEVEL_WARNING,
		        "%u note%s of type 18 with another owner than Xen", s.foreign,
		        s.foreign == 1 ? " is" : "s are");
	else
		report_verdict(
		        r, V_PVH_OWNER, LEVEL_OK, "no other owner has a note of type 18");
	if (s.bad_size)
		report_verdict(r, V_PVH_SIZE, LEVEL_ERROR,
		        "a PVH note's descriptor is neither 4 nor 8 bytes long");
	if (s.cut)
		report_verdict(r, V_PVH_CUT, LEVEL_WARNING,
		        "the note at %#llx is longer than what is left of its segment",
		        ULL(s.cut_off));
	if (s.too_large)
		report_verdict(r, V_PVH_RANGE, LEVEL_ERROR,
		        "a PVH note's entry does not fit in 32 bits");
	if (!elf->pvh)
		return;
	if (!s.bad_size)
		report_verdict(r, V_PVH_SIZE, LEVEL_OK, "its descriptor has 4 or 8 bytes");
	judge_note_places(r, &s);
	judge_pvh_entry(r, elf);
}

/* What the core refused, under the name of the rule that it breaks. */
static void
judge_refused(struct report *r)
{
	const char *name = V_ELF_INSIDE;

	if (r->refusal == REFUSAL_ELF_SEGMENT_SIZE)
		name = V_ELF_SIZES;
	else if (r->refusal == REFUSAL_ELF_OVERLAP)
		name = V_ELF_APART;
	else if (r->refusal != REFUSAL_ELF_TRUNCATED)
		name = V_KSHIM;
	report_verdict(r, name, LEVEL_ERROR, "%s", r->refused);
}

void
verdicts_elf(struct report *r)
{
	const struct elf_facts *elf = &r->facts.elf;
	struct elf_view v;

	if (!r->known && span_is(r->bytes, 0, "\177ELF", 4))
		judge_refused(r);
	if (r->kind != KIND_ELF || !elf_view_open(r->bytes, &v))
		return;
	if (r->known && elf->program) {
		report_verdict(r, V_KSHIM, LEVEL_ERROR, "it is %s", elf->program);
		return;
	}
	judge_segments(r, elf);
	judge_headers(r, &v);
	judge_entry(r, &v, elf);
	judge_notes(r, &v, elf);
}
