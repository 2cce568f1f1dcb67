/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Valid ELF kernels for tests, of which a test then damages one field.
 *
 * The layout comes from the C library's <elf.h>, not from stub/wire/elf.h, so that the two are
 * held against each other. elf_valid() makes a kernel with two segments and a PVH note; a
 * test that wants another one starts with elf_new().
 */
#ifndef TESTS_BUILD_ELF_H
#define TESTS_BUILD_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_PHDRS 80 /* room for so many program headers */
#define ELF_SHDRS 8  /* and sections */
#define ELF_PADDR 0x1000000
#define ELF_ENTRY (ELF_PADDR + 0x40)
#define ELF_PVH   (ELF_PADDR + 0x80)
#define ELF_VBASE 0xffffffff80000000ull

struct elf_build {
	bool is64;
	uint8_t bytes[64 * 1024];
	size_t size;
	unsigned phdrs, shdrs;
	unsigned open; /* the note segment or section that elf_note() adds to */
	bool open_is_section;
};

/* An ELF with nothing in it: type EXEC, machine x86-64 or 386, entry ELF_ENTRY. */
void elf_new(struct elf_build *b, bool is64);

/* Add a PT_LOAD whose file part is filled with 0x90; its index. */
unsigned elf_load(struct elf_build *b, uint64_t paddr, uint64_t vaddr, uint64_t file_len,
        uint64_t mem_len);

/* Add a program header of that type without bytes; its index. */
unsigned elf_header(struct elf_build *b, uint32_t type);

/* Start an empty PT_NOTE, or a SHT_NOTE section, of that alignment; its index. */
unsigned elf_note_segment(struct elf_build *b, uint64_t align);
unsigned elf_note_section(struct elf_build *b, uint64_t align);

/* Append a note to the one last started, padded to `pad`; the file offset of its header. */
size_t elf_note_raw(struct elf_build *b, const char *owner, uint32_t name_len, uint32_t type,
        const void *desc, uint32_t desc_len, unsigned pad);

/* As most are: a NUL-terminated owner, 4-byte padding; and the descriptor a number. */
size_t elf_note(struct elf_build *b, const char *owner, uint32_t type, const void *desc,
        uint32_t desc_len);
size_t elf_note_number(struct elf_build *b, const char *owner, uint32_t type, uint64_t value,
        uint32_t desc_len);

/* The kernel described above. */
void elf_valid(struct elf_build *b, bool is64);

/* Write the lowest `bytes` of `value` at `off`. */
void elf_poke(struct elf_build *b, size_t off, unsigned bytes, uint64_t value);

/* Set a field of the ELF header, program header or section header `i`, in either class. */
#define ELF_SET_E(b, field, value)                                                             \
	((b)->is64 ? elf_poke(b, offsetof(Elf64_Ehdr, field),                                  \
	                     sizeof(((Elf64_Ehdr *)0)->field), value)                          \
	           : elf_poke(b, offsetof(Elf32_Ehdr, field),                                  \
	                     sizeof(((Elf32_Ehdr *)0)->field), value))
#define ELF_SET_P(b, i, field, value)                                                          \
	((b)->is64 ? elf_poke(b,                                                               \
	                     sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) +                   \
	                             offsetof(Elf64_Phdr, field),                              \
	                     sizeof(((Elf64_Phdr *)0)->field), value)                          \
	           : elf_poke(b,                                                               \
	                     sizeof(Elf32_Ehdr) + (i) * sizeof(Elf32_Phdr) +                   \
	                             offsetof(Elf32_Phdr, field),                              \
	                     sizeof(((Elf32_Phdr *)0)->field), value))
#define ELF_SET_S(b, i, field, value)                                                          \
	((b)->is64 ? elf_poke(b,                                                               \
	                     ELF_SHOFF + (i) * sizeof(Elf64_Shdr) +                            \
	                             offsetof(Elf64_Shdr, field),                              \
	                     sizeof(((Elf64_Shdr *)0)->field), value)                          \
	           : elf_poke(b,                                                               \
	                     ELF_SHOFF + (i) * sizeof(Elf32_Shdr) +                            \
	                             offsetof(Elf32_Shdr, field),                              \
	                     sizeof(((Elf32_Shdr *)0)->field), value))

/* Where the tables lie: program headers after the ELF header, then sections, then data. */
#define ELF_SHOFF (sizeof(Elf64_Ehdr) + ELF_PHDRS * sizeof(Elf64_Phdr))
#define ELF_DATA  (ELF_SHOFF + ELF_SHDRS * sizeof(Elf64_Shdr))

/* File offset of program header `i`. */
size_t elf_phdr_off(const struct elf_build *b, unsigned i);

#endif
