/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF builder: see build_elf.h. Data are appended to the file in the order of the calls.
 */
#include "tests/unit/build_elf.h"

#include <assert.h>
#include <string.h>

void
elf_poke(struct elf_build *b, size_t off, unsigned bytes, uint64_t value)
{
	assert(off + bytes <= sizeof(b->bytes));
	for (unsigned i = 0; i < bytes; i++)
		b->bytes[off + i] = (uint8_t)(value >> (8 * i));
}

size_t
elf_phdr_off(const struct elf_build *b, unsigned i)
{
	return b->is64 ? sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr)
	               : sizeof(Elf32_Ehdr) + i * sizeof(Elf32_Phdr);
}

void
elf_new(struct elf_build *b, bool is64)
{
	memset(b, 0, sizeof(*b));
	b->is64 = is64;
	b->size = ELF_DATA;
	memcpy(b->bytes, ELFMAG, SELFMAG);
	b->bytes[EI_CLASS] = is64 ? ELFCLASS64 : ELFCLASS32;
	b->bytes[EI_DATA] = ELFDATA2LSB;
	b->bytes[EI_VERSION] = EV_CURRENT;
	ELF_SET_E(b, e_type, ET_EXEC);
	ELF_SET_E(b, e_machine, is64 ? EM_X86_64 : EM_386);
	ELF_SET_E(b, e_version, EV_CURRENT);
	ELF_SET_E(b, e_entry, ELF_ENTRY);
	ELF_SET_E(b, e_phoff, is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	ELF_SET_E(b, e_ehsize, is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	ELF_SET_E(b, e_phentsize, is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	ELF_SET_E(b, e_shentsize, is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
}

static unsigned
add_phdr(struct elf_build *b, uint32_t type, uint64_t align)
{
	unsigned i = b->phdrs++;

	assert(i < ELF_PHDRS);
	ELF_SET_E(b, e_phnum, b->phdrs);
	ELF_SET_P(b, i, p_type, type);
	ELF_SET_P(b, i, p_offset, b->size);
	ELF_SET_P(b, i, p_align, align);
	return i;
}

unsigned
elf_load(struct elf_build *b, uint64_t paddr, uint64_t vaddr, uint64_t file_len,
        uint64_t mem_len)
{
	unsigned i = add_phdr(b, PT_LOAD, 0x1000);

	assert(file_len <= sizeof(b->bytes) - b->size);
	ELF_SET_P(b, i, p_flags, PF_R | PF_X);
	ELF_SET_P(b, i, p_paddr, paddr);
	ELF_SET_P(b, i, p_vaddr, vaddr);
	ELF_SET_P(b, i, p_filesz, file_len);
	ELF_SET_P(b, i, p_memsz, mem_len);
	memset(b->bytes + b->size, 0x90, file_len);
	b->size += file_len;
	return i;
}

unsigned
elf_header(struct elf_build *b, uint32_t type)
{
	return add_phdr(b, type, 1);
}

unsigned
elf_note_segment(struct elf_build *b, uint64_t align)
{
	b->size = (b->size + 7) & ~(size_t)7;
	b->open = add_phdr(b, PT_NOTE, align);
	b->open_is_section = false;
	return b->open;
}

unsigned
elf_note_section(struct elf_build *b, uint64_t align)
{
	if (b->shdrs == 0)
		b->shdrs = 1; /* section 0 is none */
	assert(b->shdrs < ELF_SHDRS);
	b->size = (b->size + 7) & ~(size_t)7;
	b->open = b->shdrs++;
	b->open_is_section = true;
	ELF_SET_E(b, e_shoff, ELF_SHOFF);
	ELF_SET_E(b, e_shnum, b->shdrs);
	ELF_SET_S(b, b->open, sh_type, SHT_NOTE);
	ELF_SET_S(b, b->open, sh_offset, b->size);
	ELF_SET_S(b, b->open, sh_addralign, align);
	return b->open;
}

static uint64_t
peek(const struct elf_build *b, size_t off, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)b->bytes[off + i] << (8 * i);
	return v;
}

/* Where the open segment's or section's data start. */
static size_t
open_start(const struct elf_build *b)
{
	if (b->open_is_section)
		return b->is64 ? peek(b,
		                         ELF_SHOFF + b->open * sizeof(Elf64_Shdr) +
		                                 offsetof(Elf64_Shdr, sh_offset),
		                         8)
		               : peek(b,
		                         ELF_SHOFF + b->open * sizeof(Elf32_Shdr) +
		                                 offsetof(Elf32_Shdr, sh_offset),
		                         4);
	return b->is64 ? peek(b, elf_phdr_off(b, b->open) + offsetof(Elf64_Phdr, p_offset), 8)
	               : peek(b, elf_phdr_off(b, b->open) + offsetof(Elf32_Phdr, p_offset), 4);
}

static void
pad_to(struct elf_build *b, size_t start, unsigned pad)
{
	while ((b->size - start) % pad)
		b->bytes[b->size++] = 0;
}

size_t
elf_note_raw(struct elf_build *b, const char *owner, uint32_t name_len, uint32_t type,
        const void *desc, uint32_t desc_len, unsigned pad)
{
	size_t start = open_start(b), at = b->size;

	elf_poke(b, at, 4, name_len);
	elf_poke(b, at + 4, 4, desc_len);
	elf_poke(b, at + 8, 4, type);
	memcpy(b->bytes + at + 12, owner, name_len);
	b->size += 12 + name_len;
	pad_to(b, start, pad);
	memcpy(b->bytes + b->size, desc, desc_len);
	b->size += desc_len;
	pad_to(b, start, pad);
	if (b->open_is_section)
		ELF_SET_S(b, b->open, sh_size, b->size - start);
	else
		ELF_SET_P(b, b->open, p_filesz, b->size - start);
	return at;
}

size_t
elf_note(struct elf_build *b, const char *owner, uint32_t type, const void *desc,
        uint32_t desc_len)
{
	return elf_note_raw(b, owner, (uint32_t)strlen(owner) + 1, type, desc, desc_len, 4);
}

size_t
elf_note_number(struct elf_build *b, const char *owner, uint32_t type, uint64_t value,
        uint32_t desc_len)
{
	uint8_t desc[8];

	assert(desc_len <= 8);
	for (unsigned i = 0; i < 8; i++)
		desc[i] = (uint8_t)(value >> (8 * i));
	return elf_note(b, owner, type, desc, desc_len);
}

void
elf_valid(struct elf_build *b, bool is64)
{
	uint64_t base = is64 ? ELF_VBASE : 0xc0000000;

	elf_new(b, is64);
	elf_load(b, ELF_PADDR, base + ELF_PADDR, 0x200, 0x3000);
	elf_load(b, ELF_PADDR + 0x4000, base + ELF_PADDR + 0x4000, 0x100, 0x2000);
	elf_note_segment(b, 4);
	elf_note_number(b, "Xen", 18, ELF_PVH, 4);
}
