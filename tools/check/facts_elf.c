/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ELF kernel says: header, program headers, and what the core made of them.
 */
#include "stub/wire/elf.h"
#include "tools/check/elf_view.h"
#include "tools/check/facts.h"

#define SEGMENTS_SHOWN 64

const char *
permissions(bool read, bool write, bool execute)
{
	static const char *const words[] = {
	        "---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};

	return words[(read ? 4 : 0) + (write ? 2 : 0) + (execute ? 1 : 0)];
}

static void
add_segments(struct report *r, const struct elf_view *v)
{
	static const char *const columns[] = {"type", "perm", "address", "in-file", "in-memory",
	        "offset", "virtual", "align"};
	struct table *t = report_table(r, "segments", 8, columns);

	for (uint64_t i = 0; i < v->phnum && i < SEGMENTS_SHOWN; i++) {
		struct elf_segment s = elf_view_segment(v, i);
		const char *name = elf_segment_name(s.type);
		struct row *row = report_row(r, t);

		row->cell[0] = value_text(name ? name : report_format(r, "%#x", s.type));
		row->cell[1] = value_text(permissions(s.flags & 4, s.flags & 2, s.flags & 1));
		row->cell[2] = value_hex(s.paddr);
		row->cell[3] = value_hex(s.file_len);
		row->cell[4] = value_hex(s.mem_len);
		row->cell[5] = value_hex(s.off);
		row->cell[6] = value_hex(s.vaddr);
		row->cell[7] = value_hex(s.align);
	}
}

static const char *
evidence_text(enum linux_evidence evidence)
{
	switch (evidence) {
	case LINUX_GUEST_OS:
		return "Linux, says its Xen note GUEST_OS";
	case LINUX_NOTE:
		return "Linux, since it has a note of the owner \"Linux\"";
	case LINUX_LINK_MAP:
		return "Linux by how it is linked: 0xffffffff80000000 above its physical address";
	case LINUX_NO:
	default:
		return "nothing says that it is Linux, so it may be entered by PVH only";
	}
}

static void
add_entry(struct report *r, const struct elf_view *v, const struct elf_facts *elf)
{
	uint64_t base = elf->segment[0].paddr;
	const char *meaning = "the first byte of the lowest segment";

	if (elf->entry != base)
		meaning = report_format(r,
		        "%#llx bytes after the load address: not where loading starts",
		        (unsigned long long)(elf->entry - base));
	if (v->entry != elf->entry)
		meaning = report_format(r, "a virtual address; physical it is %#llx",
		        (unsigned long long)elf->entry);
	if (!elf->entry_loaded)
		meaning = "in no loaded part of the file: only another entry can be used";
	report_fact(r, "elf.entry", value_hex(v->entry), meaning);
}

static void
add_pvh(struct report *r, const struct elf_facts *elf)
{
	if (!elf->pvh) {
		report_fact(r, "pvh.entry", value_text("none"),
		        "no PHYS32_ENTRY note: no launcher can enter it by PVH");
		return;
	}
	report_fact(r, "pvh.entry", value_hex(elf->pvh_entry),
	        "PHYS32_ENTRY: physical, entered in 32-bit mode without paging");
	if (elf->reloc)
		report_fact(r, "pvh.relocatable",
		        value_text(report_format(r, "%#x-%#x by %#x", elf->reloc_min,
		                elf->reloc_max, elf->reloc_align)),
		        "PHYS32_RELOC: it may be loaded elsewhere in this range");
	else
		report_fact(r, "pvh.relocatable", value_flag(false),
		        "no PHYS32_RELOC note: by PVH it runs at its linked address only");
}

void
facts_elf(struct report *r)
{
	const struct elf_facts *elf = &r->facts.elf;
	struct elf_view v;
	struct range load;

	if (!elf_view_open(r->bytes, &v))
		return;
	report_fact(r, "elf.class", value_text(v.is64 ? "64" : "32"), NULL);
	report_fact(
	        r, "elf.machine", value_text(v.machine == EM_386 ? "i386" : "x86-64"), NULL);
	if (v.phnum > SEGMENTS_SHOWN)
		report_fact(r, "elf.program-headers", value_count(v.phnum),
		        "the first 64 are listed");
	report_fact(r, "elf.type", value_text(v.type == ET_DYN ? "DYN" : "EXEC"), NULL);
	if (r->known) {
		load = elf_facts_span(elf);
		add_entry(r, &v, elf);
		report_fact(r, "elf.load-address", value_hex(load.addr), NULL);
		report_fact(r, "elf.memory", value_bytes(load.len),
		        "from its first to its last byte, BSS included");
		report_fact(r, "elf.alignment", value_hex(elf->max_align),
		        "the largest p_align of its segments");
		report_fact(r, "elf.system",
		        value_text(elf->guest_os[0] ? elf->guest_os
		                   : elf->evidence  ? "linux"
		                                    : "unknown"),
		        evidence_text(elf->evidence));
		add_pvh(r, elf);
	}
	add_segments(r, &v);
	facts_notes(r);
}
