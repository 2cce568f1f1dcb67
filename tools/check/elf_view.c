/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_view.h; System V gABI, chapters 4 and 5.
 */
#include "tools/check/elf_view.h"
#include "stub/wire/elf.h"

bool
elf_view_open(struct span file, struct elf_view *ret_view)
{
	struct elf_view v = {.file = file, .is64 = span_u8(file, EI_CLASS) == ELFCLASS64};

	if (!span_is(file, 0, "\177ELF", 4) || span_u8(file, EI_DATA) != ELFDATA2LSB ||
	        file.size < (v.is64 ? sizeof(struct elf64_ehdr) : sizeof(struct elf32_ehdr)))
		return false;
	v.type = ELF_GET(file, 0, elf64_ehdr, e_type);
	v.machine = ELF_GET(file, 0, elf64_ehdr, e_machine);
	v.flags = v.is64 ? ELF_GET(file, 0, elf64_ehdr, e_flags)
	                 : ELF_GET(file, 0, elf32_ehdr, e_flags);
	v.entry = ELF_GET_CLASS(v.is64, file, 0, ehdr, e_entry);
	v.phoff = ELF_GET_CLASS(v.is64, file, 0, ehdr, e_phoff);
	v.phnum = ELF_GET_CLASS(v.is64, file, 0, ehdr, e_phnum);
	*ret_view = v;
	return v.machine == EM_X86_64 || v.machine == EM_386;
}

struct elf_segment
elf_view_segment(const struct elf_view *v, uint64_t i)
{
	uint64_t size = v->is64 ? sizeof(struct elf64_phdr) : sizeof(struct elf32_phdr);
	struct span h = {v->file.base, 0};

	if (i < v->phnum && v->phoff <= v->file.size)
		(void)span_sub(v->file, v->phoff + i * size, size, &h);
	return (struct elf_segment){
	        .type = (uint32_t)ELF_GET_CLASS(v->is64, h, 0, phdr, p_type),
	        .flags = (uint32_t)ELF_GET_CLASS(v->is64, h, 0, phdr, p_flags),
	        .off = ELF_GET_CLASS(v->is64, h, 0, phdr, p_offset),
	        .vaddr = ELF_GET_CLASS(v->is64, h, 0, phdr, p_vaddr),
	        .paddr = ELF_GET_CLASS(v->is64, h, 0, phdr, p_paddr),
	        .file_len = ELF_GET_CLASS(v->is64, h, 0, phdr, p_filesz),
	        .mem_len = ELF_GET_CLASS(v->is64, h, 0, phdr, p_memsz),
	        .align = ELF_GET_CLASS(v->is64, h, 0, phdr, p_align),
	};
}

const char *
elf_segment_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
	        {0, "NULL"},
	        {PT_LOAD, "LOAD"},
	        {2, "DYNAMIC"},
	        {3, "INTERP"},
	        {PT_NOTE, "NOTE"},
	        {6, "PHDR"},
	        {7, "TLS"},
	        {0x6474e550, "GNU_EH_FRAME"},
	        {0x6474e551, "GNU_STACK"},
	        {0x6474e552, "GNU_RELRO"},
	        {0x6474e553, "GNU_PROPERTY"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}
