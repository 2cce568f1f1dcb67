/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF file into facts: System V gABI chapters 4 and 5, Xen public/elfnote.h.
 *
 * Promises segments that are sorted by physical address, disjoint, inside the file and inside
 * 2^64. Where to enter and whether the entry is good is left to the planner, since a
 * nonsensical e_entry does no harm where the PVH note is the entry. Surprising: e_entry is
 * mostly physical but virtual in some kernels, and in a recent Linux it is not where the first
 * segment starts.
 */
#include "probe.h"
#include "stub/wire/elf.h"

struct elf {
	const struct image *im;
	struct refusal *why;
	bool is64, riscv; /* riscv: that is the machine it may be for, too */
	uint64_t entry, phoff, phnum, shoff, shnum, shentsize;
	struct span phdrs;
	struct elf_notes notes;
};

struct machine {
	uint64_t number;
	const char *name;
};

static const struct machine machines[] = {
        {EM_AARCH64, "aarch64"},
        {EM_RISCV, "riscv"},
        {EM_ARM, "arm"},
        {EM_PPC64, "ppc64"},
        {EM_PPC, "ppc"},
        {EM_S390, "s390"},
        {EM_MIPS, "mips"},
        {EM_LOONGARCH, "loongarch"},
        {EM_SPARC, "sparc"},
        {EM_SPARCV9, "sparc64"},
        {EM_IA_64, "ia64"},
        {EM_68K, "m68k"},
};

static enum refusal_code
check_machine(struct elf *elf, uint64_t machine)
{
	const char *name = "an ELF machine that kshim has no name for";

	if (machine == EM_X86_64 || machine == EM_386)
		return REFUSAL_NONE;
	if (elf->riscv && machine == EM_RISCV)
		return REFUSAL_NONE;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].number == machine)
			name = machines[i].name;
	}
	return refuse_detail(elf->why, REFUSAL_KERNEL_ARCH, name,
	        offsetof(struct elf64_ehdr, e_machine), machine, EM_X86_64);
}

static enum refusal_code
check_type(struct elf *elf, uint64_t type)
{
	const char *kind = "of an unknown type";

	if (type == ET_EXEC || type == ET_DYN)
		return REFUSAL_NONE;
	if (type == ET_REL)
		kind = "a relocatable object";
	else if (type == ET_CORE)
		kind = "a core dump";
	else if (type == ET_NONE)
		kind = "of no type";
	return refuse_detail(elf->why, REFUSAL_ELF_NOT_KERNEL, kind,
	        offsetof(struct elf64_ehdr, e_type), type, ET_EXEC);
}

/* Class, byte order and machine: all that must hold before a field can be read. */
static enum refusal_code
check_ident(struct elf *elf, struct span head)
{
	uint64_t class = span_u8(head, EI_CLASS), data = span_u8(head, EI_DATA);
	uint64_t at = offsetof(struct elf64_ehdr, e_machine);

	if (head.size < sizeof(struct elf32_ehdr))
		return refuse_detail(elf->why, REFUSAL_ELF_TRUNCATED, "ELF header", 0,
		        head.size, sizeof(struct elf32_ehdr));
	if (class != ELFCLASS32 && class != ELFCLASS64)
		return refuse_detail(
		        elf->why, REFUSAL_ELF_IDENT, "class", EI_CLASS, class, ELFCLASS64);
	if (data == ELFDATA2MSB && !span_u8(head, at) && span_u8(head, at + 1))
		return check_machine(elf, span_u8(head, at + 1));
	if (data != ELFDATA2LSB)
		return refuse_detail(
		        elf->why, REFUSAL_ELF_IDENT, "byte order", EI_DATA, data, ELFDATA2LSB);
	elf->is64 = class == ELFCLASS64;
	return check_machine(elf, span_le16(head, at));
}

/* One field of the header that may have one value only. */
static enum refusal_code
check_field(struct elf *elf, const char *name, uint64_t off, uint64_t found, uint64_t wanted)
{
	if (found == wanted)
		return REFUSAL_NONE;
	return refuse_detail(elf->why, REFUSAL_ELF_IDENT, name, off, found, wanted);
}

static enum refusal_code
read_ehdr(struct elf *elf)
{
	struct span h;
	enum refusal_code code = probe_head(elf->im, &h, elf->why);

	if (code || (code = check_ident(elf, h)))
		return code;
	code = image_get_detail(elf->im, 0,
	        elf->is64 ? sizeof(struct elf64_ehdr) : sizeof(struct elf32_ehdr),
	        REFUSAL_ELF_TRUNCATED, "ELF header", &h, elf->why);
	if (code || (code = check_type(elf, ELF_GET(h, 0, elf64_ehdr, e_type))) ||
	        (code = check_field(
	                 elf, "version", EI_VERSION, span_u8(h, EI_VERSION), EV_CURRENT)) ||
	        (code = check_field(elf, "version", offsetof(struct elf64_ehdr, e_version),
	                 ELF_GET(h, 0, elf64_ehdr, e_version), EV_CURRENT)))
		return code;
	elf->entry = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_entry);
	elf->phoff = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_phoff);
	elf->phnum = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_phnum);
	elf->shoff = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_shoff);
	elf->shnum = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_shnum);
	elf->shentsize = ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_shentsize);
	if (!elf->phoff || !elf->phnum)
		return refuse(elf->why, REFUSAL_ELF_HEADERS, elf->phoff, elf->phnum, 1);
	return check_field(elf, "size of a program header",
	        elf->is64 ? offsetof(struct elf64_ehdr, e_phentsize)
	                  : offsetof(struct elf32_ehdr, e_phentsize),
	        ELF_GET_CLASS(elf->is64, h, 0, ehdr, e_phentsize),
	        elf->is64 ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr));
}

static uint64_t
shdr_size(const struct elf *elf)
{
	return elf->is64 ? sizeof(struct elf64_shdr) : sizeof(struct elf32_shdr);
}

/* Get the table of program headers; with PN_XNUM its length is kept in section header 0. */
static enum refusal_code
read_phdrs(struct elf *elf)
{
	uint64_t size = elf->is64 ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr);
	struct span zero;
	enum refusal_code code;

	if (elf->phnum == PN_XNUM) {
		code = image_get_detail(elf->im, elf->shoff, shdr_size(elf),
		        REFUSAL_ELF_TRUNCATED, "section header 0", &zero, elf->why);
		if (code)
			return code;
		elf->phnum = ELF_GET_CLASS(elf->is64, zero, 0, shdr, sh_info);
	}
	return image_get_detail(elf->im, elf->phoff, elf->phnum * size, REFUSAL_ELF_TRUNCATED,
	        "program headers", &elf->phdrs, elf->why);
}

static uint64_t
phdr_at(const struct elf *elf, uint64_t i)
{
	return i * (elf->is64 ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr));
}

static struct elf_header
phdr(const struct elf *elf, uint64_t i)
{
	uint64_t at = phdr_at(elf, i);

	return (struct elf_header){
	        .type = (uint32_t)ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_type),
	        .flags = (uint32_t)ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_flags),
	        .off = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_offset),
	        .vaddr = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_vaddr),
	        .paddr = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_paddr),
	        .file_len = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_filesz),
	        .mem_len = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_memsz),
	        .align = ELF_GET_CLASS(elf->is64, elf->phdrs, at, phdr, p_align),
	};
}

/* What must hold of a PT_LOAD; `at` is where its program header is in the file. */
static enum refusal_code
check_load(struct elf *elf, const struct elf_header *h, uint64_t at)
{
	if (h->file_len > h->mem_len)
		return refuse(elf->why, REFUSAL_ELF_SEGMENT_SIZE, at, h->file_len, h->mem_len);
	if (!range_fits(h->paddr, h->mem_len))
		return refuse(elf->why, REFUSAL_ELF_SEGMENT_WRAP, at, h->paddr, h->mem_len);
	if (h->file_len && !bounds_ok(elf->im->size, h->off, h->file_len))
		return refuse_detail(elf->why, REFUSAL_ELF_TRUNCATED, "segment", h->off,
		        elf->im->size,
		        range_fits(h->off, h->file_len) ? h->off + h->file_len : UINT64_MAX);
	return REFUSAL_NONE;
}

/* Put a segment in its place by physical address. */
static void
insert(struct elf_facts *facts, const struct segment *seg)
{
	uint32_t i = facts->segments++;

	for (; i > 0 && facts->segment[i - 1].paddr > seg->paddr; i--)
		facts->segment[i] = facts->segment[i - 1];
	facts->segment[i] = *seg;
}

static enum refusal_code
read_loads(struct elf *elf, struct elf_facts *facts)
{
	uint64_t found = 0;
	enum refusal_code code;

	for (uint64_t i = 0; i < elf->phnum; i++) {
		struct elf_header h = phdr(elf, i);

		if (h.type != PT_LOAD)
			continue;
		code = check_load(elf, &h, elf->phoff + phdr_at(elf, i));
		if (code)
			return code;
		if (!h.mem_len || found++ >= FACTS_SEGMENTS)
			continue;
		if (is_power_of_two(h.align) && h.align > facts->max_align)
			facts->max_align = h.align;
		insert(facts, &(struct segment){.off = h.file_len ? h.off : 0,
		                      .file_len = h.file_len,
		                      .paddr = h.paddr,
		                      .mem_len = h.mem_len,
		                      .vaddr = h.vaddr,
		                      .flags = h.flags});
	}
	if (!found)
		return refuse(elf->why, REFUSAL_ELF_NO_SEGMENT, elf->phoff, 0, 1);
	if (found > FACTS_SEGMENTS)
		return refuse(
		        elf->why, REFUSAL_ELF_MANY_SEGMENTS, elf->phoff, found, FACTS_SEGMENTS);
	return REFUSAL_NONE;
}

static enum refusal_code
check_disjoint(struct elf *elf, const struct elf_facts *facts)
{
	for (uint32_t i = 1; i < facts->segments; i++) {
		const struct segment *low = &facts->segment[i - 1], *high = low + 1;
		struct range a = {low->paddr, low->mem_len}, b = {high->paddr, high->mem_len};

		if (!range_overlaps(a, b))
			continue;
		refuse(elf->why, REFUSAL_ELF_OVERLAP, elf->phoff, b.addr, range_end(a));
		elf->why->a = (struct named_range){"one segment", a};
		elf->why->b = (struct named_range){"another segment", b};
		return REFUSAL_ELF_OVERLAP;
	}
	return REFUSAL_NONE;
}

/* Read the notes at `off`; a part that the file does not have holds no notes. */
static enum refusal_code
read_notes_at(struct elf *elf, uint64_t off, uint64_t len, uint64_t align)
{
	struct span bytes;
	enum refusal_code code =
	        image_get(elf->im, off, len, REFUSAL_ELF_TRUNCATED, &bytes, elf->why);

	if (code == REFUSAL_NONE)
		notes_read(bytes, off, align, &elf->notes);
	return code == REFUSAL_NEED ? code : REFUSAL_NONE;
}

static enum refusal_code
read_note_sections(struct elf *elf)
{
	struct span shdrs;
	enum refusal_code code;

	if (!elf->shoff || elf->shentsize != shdr_size(elf))
		return REFUSAL_NONE;
	code = image_get(elf->im, elf->shoff, elf->shnum * elf->shentsize,
	        REFUSAL_ELF_TRUNCATED, &shdrs, elf->why);
	if (code)
		return code == REFUSAL_NEED ? code : REFUSAL_NONE;
	for (uint64_t i = 0, at = 0; i < elf->shnum; i++, at += elf->shentsize) {
		if (ELF_GET_CLASS(elf->is64, shdrs, at, shdr, sh_type) != SHT_NOTE)
			continue;
		code = read_notes_at(elf, ELF_GET_CLASS(elf->is64, shdrs, at, shdr, sh_offset),
		        ELF_GET_CLASS(elf->is64, shdrs, at, shdr, sh_size),
		        ELF_GET_CLASS(elf->is64, shdrs, at, shdr, sh_addralign));
		if (code)
			return code;
	}
	return REFUSAL_NONE;
}

/* All PT_NOTEs; sections only if those gave no PVH entry (as Xen's libelf does). */
static enum refusal_code
read_notes(struct elf *elf)
{
	for (uint64_t i = 0; i < elf->phnum; i++) {
		struct elf_header h = phdr(elf, i);
		enum refusal_code code;

		if (h.type != PT_NOTE)
			continue;
		code = read_notes_at(elf, h.off, h.file_len, h.align);
		if (code)
			return code;
	}
	return elf->notes.pvh ? REFUSAL_NONE : read_note_sections(elf);
}

/* The first program header of that type; all zeroes if there is none. */
static struct elf_header
find_header(const struct elf *elf, uint32_t type)
{
	for (uint64_t i = 0; i < elf->phnum; i++) {
		struct elf_header h = phdr(elf, i);

		if (h.type == type)
			return h;
	}
	return (struct elf_header){.type = 0};
}

/*
 * Of an ELF without a PVH note: is it what an operating system loads, by the headers that its
 * loader reads? A PVH note goes before, because FreeBSD's kernels name an interpreter, and
 * unikernels may be position-independent.
 */
static const char *
program_of(const struct elf *elf, const struct elf_facts *facts)
{
	bool interpreter = find_header(elf, PT_INTERP).type;
	bool dynamic = find_header(elf, PT_DYNAMIC).type;

	if (facts->evidence != LINUX_NO || facts->guest_os[0])
		return NULL;
	if (elf->notes.linux_owner && (interpreter || !dynamic))
		return "user-mode Linux, which is a program";
	if (interpreter)
		return "a program that asks for an interpreter";
	return dynamic ? "a library, or a program that is linked as it starts" : NULL;
}

enum refusal_code
elf_riscv_segments(const struct image *im, struct elf_facts *ret_facts,
        struct elf_header *ret_dynamic, struct refusal *ret_why)
{
	struct elf elf = {.im = im, .why = ret_why, .riscv = true};
	struct elf_facts facts = {.segments = 0};
	enum refusal_code code;

	if ((code = read_ehdr(&elf)) || (code = read_phdrs(&elf)) ||
	        (code = read_loads(&elf, &facts)) || (code = check_disjoint(&elf, &facts)))
		return code;
	facts.entry = elf.entry;
	*ret_facts = facts;
	*ret_dynamic = find_header(&elf, PT_DYNAMIC);
	return REFUSAL_NONE;
}

enum refusal_code
elf_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	return elf_probe_watched(im, NULL, ret_facts, ret_why);
}

enum refusal_code
elf_probe_watched(const struct image *im, const struct note_watcher *watcher,
        struct facts *ret_facts, struct refusal *ret_why)
{
	struct elf elf;
	struct facts facts;
	enum refusal_code code;

	memset(&elf, 0, sizeof(elf));
	memset(&facts, 0, sizeof(facts));
	elf.im = im;
	elf.why = ret_why;
	elf.notes.watcher = watcher;
	if ((code = read_ehdr(&elf)) || (code = read_phdrs(&elf)) ||
	        (code = read_loads(&elf, &facts.elf)) ||
	        (code = check_disjoint(&elf, &facts.elf)) || (code = read_notes(&elf)))
		return code;
	elf_conclude(&elf.notes, elf.is64, elf.entry, &facts.elf);
	if (!facts.elf.pvh)
		facts.elf.program = program_of(&elf, &facts.elf);
	facts.format = elf.is64 ? KERNEL_ELF64 : KERNEL_ELF32;
	facts.size = im->size;
	*ret_facts = facts;
	return REFUSAL_NONE;
}
