/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF as kernels use it: System V gABI chapters 4 and 5, x86-64 psABI, Xen public/elfnote.h.
 *
 * The structs are the file's layout, little-endian; they are never laid over bytes but give
 * ELF_GET() its offsets. The two program headers are no twins: p_flags moved up in the 64-bit
 * one.
 */
#ifndef KSHIM_WIRE_ELF_H
#define KSHIM_WIRE_ELF_H

#include <stddef.h>
#include <stdint.h>

/* Field `field` of the wire struct `type` that starts at `off` of the span `s`. */
#define ELF_GET(s, off, type, field)                                                           \
	span_le(s, (off) + offsetof(struct type, field), sizeof(((struct type *)0)->field))

/* The same where both classes have the field: `kind` is ehdr, phdr or shdr. */
#define ELF_GET_CLASS(is64, s, off, kind, field)                                               \
	((is64) ? ELF_GET(s, off, elf64_##kind, field) : ELF_GET(s, off, elf32_##kind, field))

/* e_ident: gABI "ELF Identification" */
#define EI_CLASS    4
#define EI_DATA     5
#define EI_VERSION  6
#define EI_NIDENT   16
#define ELFCLASS32  1
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define ELFDATA2MSB 2
#define EV_CURRENT  1

#define ET_NONE 0
#define ET_REL  1
#define ET_EXEC 2
#define ET_DYN  3
#define ET_CORE 4

#define EM_386       3
#define EM_S390      22
#define EM_PPC       20
#define EM_PPC64     21
#define EM_MIPS      8
#define EM_SPARC     2
#define EM_SPARCV9   43
#define EM_ARM       40
#define EM_IA_64     50
#define EM_68K       4
#define EM_X86_64    62
#define EM_AARCH64   183
#define EM_RISCV     243
#define EM_LOONGARCH 258

#define PN_XNUM 0xffff /* the count of program headers is in section header 0's sh_info */

#define PT_LOAD    1
#define PT_NOTE    4
#define PT_DYNAMIC 2
#define PT_INTERP  3
#define DT_RELA    7
#define DT_RELASZ  8
#define SHT_NOTE   7

/* Xen public/elfnote.h; owner of them all: "Xen" */
#define XEN_ELFNOTE_VIRT_BASE    3
#define XEN_ELFNOTE_PADDR_OFFSET 4
#define XEN_ELFNOTE_GUEST_OS     6
#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define XEN_ELFNOTE_PHYS32_RELOC 19

struct elf64_ehdr {
	uint8_t e_ident[EI_NIDENT];
	uint16_t e_type;
	uint16_t e_machine;
	uint32_t e_version;
	uint64_t e_entry;
	uint64_t e_phoff;
	uint64_t e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize;
	uint16_t e_phentsize;
	uint16_t e_phnum;
	uint16_t e_shentsize;
	uint16_t e_shnum;
	uint16_t e_shstrndx;
};
_Static_assert(sizeof(struct elf64_ehdr) == 64, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_type) == 16, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_machine) == 18, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_version) == 20, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_entry) == 24, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_phoff) == 32, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_shoff) == 40, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_phentsize) == 54, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_phnum) == 56, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_shentsize) == 58, "gABI");
_Static_assert(offsetof(struct elf64_ehdr, e_shnum) == 60, "gABI");

struct elf32_ehdr {
	uint8_t e_ident[EI_NIDENT];
	uint16_t e_type;
	uint16_t e_machine;
	uint32_t e_version;
	uint32_t e_entry;
	uint32_t e_phoff;
	uint32_t e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize;
	uint16_t e_phentsize;
	uint16_t e_phnum;
	uint16_t e_shentsize;
	uint16_t e_shnum;
	uint16_t e_shstrndx;
};
_Static_assert(sizeof(struct elf32_ehdr) == 52, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_type) == 16, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_machine) == 18, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_version) == 20, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_entry) == 24, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_phoff) == 28, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_shoff) == 32, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_phentsize) == 42, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_phnum) == 44, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_shentsize) == 46, "gABI");
_Static_assert(offsetof(struct elf32_ehdr, e_shnum) == 48, "gABI");

struct elf64_phdr {
	uint32_t p_type;
	uint32_t p_flags;
	uint64_t p_offset;
	uint64_t p_vaddr;
	uint64_t p_paddr;
	uint64_t p_filesz;
	uint64_t p_memsz;
	uint64_t p_align;
};
_Static_assert(sizeof(struct elf64_phdr) == 56, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_flags) == 4, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_offset) == 8, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_vaddr) == 16, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_paddr) == 24, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_filesz) == 32, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_memsz) == 40, "gABI");
_Static_assert(offsetof(struct elf64_phdr, p_align) == 48, "gABI");

struct elf32_phdr {
	uint32_t p_type;
	uint32_t p_offset;
	uint32_t p_vaddr;
	uint32_t p_paddr;
	uint32_t p_filesz;
	uint32_t p_memsz;
	uint32_t p_flags;
	uint32_t p_align;
};
_Static_assert(sizeof(struct elf32_phdr) == 32, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_offset) == 4, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_vaddr) == 8, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_paddr) == 12, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_filesz) == 16, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_memsz) == 20, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_flags) == 24, "gABI");
_Static_assert(offsetof(struct elf32_phdr, p_align) == 28, "gABI");

struct elf64_shdr {
	uint32_t sh_name;
	uint32_t sh_type;
	uint64_t sh_flags;
	uint64_t sh_addr;
	uint64_t sh_offset;
	uint64_t sh_size;
	uint32_t sh_link;
	uint32_t sh_info;
	uint64_t sh_addralign;
	uint64_t sh_entsize;
};
_Static_assert(sizeof(struct elf64_shdr) == 64, "gABI");
_Static_assert(offsetof(struct elf64_shdr, sh_type) == 4, "gABI");
_Static_assert(offsetof(struct elf64_shdr, sh_offset) == 24, "gABI");
_Static_assert(offsetof(struct elf64_shdr, sh_size) == 32, "gABI");
_Static_assert(offsetof(struct elf64_shdr, sh_info) == 44, "gABI");
_Static_assert(offsetof(struct elf64_shdr, sh_addralign) == 48, "gABI");

struct elf32_shdr {
	uint32_t sh_name;
	uint32_t sh_type;
	uint32_t sh_flags;
	uint32_t sh_addr;
	uint32_t sh_offset;
	uint32_t sh_size;
	uint32_t sh_link;
	uint32_t sh_info;
	uint32_t sh_addralign;
	uint32_t sh_entsize;
};
_Static_assert(sizeof(struct elf32_shdr) == 40, "gABI");
_Static_assert(offsetof(struct elf32_shdr, sh_type) == 4, "gABI");
_Static_assert(offsetof(struct elf32_shdr, sh_offset) == 16, "gABI");
_Static_assert(offsetof(struct elf32_shdr, sh_size) == 20, "gABI");
_Static_assert(offsetof(struct elf32_shdr, sh_info) == 28, "gABI");
_Static_assert(offsetof(struct elf32_shdr, sh_addralign) == 32, "gABI");

/* gABI "Note Section"; name and descriptor follow, each padded. */
struct elf_nhdr {
	uint32_t n_namesz;
	uint32_t n_descsz;
	uint32_t n_type;
};
_Static_assert(sizeof(struct elf_nhdr) == 12, "gABI");
_Static_assert(offsetof(struct elf_nhdr, n_descsz) == 4, "gABI");
_Static_assert(offsetof(struct elf_nhdr, n_type) == 8, "gABI");

#endif
