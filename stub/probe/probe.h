/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the probe's files only.
 *
 * probe.c tells the formats apart, probe_elf.c, probe_note.c and probe_entry.c read an ELF,
 * probe_bzimage.c a bzImage, probe_other.c and probe_pe.c name what is neither; probe_help.c is
 * what all of them use.
 */
#ifndef KSHIM_PROBE_H
#define KSHIM_PROBE_H

#include "facts.h"

/* What a program header or a note section header says, from either class. */
struct elf_header {
	uint32_t type, flags;
	uint64_t off, vaddr, paddr, file_len, mem_len, align;
};

/*
 * The first 4 KiB of the file, or all of it if it is shorter: most headers lie there, so that
 * a stream is asked once instead of for each field.
 * Errors: REFUSAL_KERNEL_EMPTY, REFUSAL_NEED.
 */
enum refusal_code probe_head(
        const struct image *im, struct span *ret_head, struct refusal *ret_why);

/* As refuse(), and {d} is `detail`. */
enum refusal_code refuse_detail(struct refusal *why, enum refusal_code code, const char *detail,
        uint64_t where, uint64_t found, uint64_t wanted);

/* As image_get(), and {d} is `detail` if the bytes are past the end. */
enum refusal_code image_get_detail(const struct image *im, uint64_t off, uint64_t len,
        enum refusal_code code, const char *detail, struct span *ret_bytes,
        struct refusal *ret_why);

/* One note of an ELF, and how it was taken. */
struct note {
	uint32_t type;
	struct span name, desc;
	uint64_t desc_off; /* in the file */
};

enum note_use {
	NOTE_TAKEN,       /* it says something of how to boot, and that counts */
	NOTE_OTHER_OWNER, /* not Xen's, nor does it show a Linux */
	NOTE_OTHER_TYPE,  /* Xen's, of a type that says nothing of how to boot */
	NOTE_NOT_FIRST,   /* an earlier one of the kind counts */
	NOTE_BAD_SIZE,    /* its number is neither 4 nor 8 bytes long */
	NOTE_TOO_LARGE,   /* its address does not fit in 32 bits */
};

/* Is told of every note as it is read; an alignment of 8 is read with both paddings. */
struct note_watcher {
	void (*seen)(void *context, const struct note *note, enum note_use use);
	void *context;
};

/* What the notes of an ELF said. The facts are made of it once all notes are read. */
struct elf_notes {
	const struct note_watcher *watcher; /* or NULL */
	bool pvh, reloc, linux_owner;
	uint32_t pvh_entry;
	uint64_t pvh_note_off;   /* of the descriptor in the file */
	uint64_t reloc_off;      /* the same of PHYS32_RELOC */
	uint32_t reloc_values;   /* how many of the three it gives */
	uint32_t reloc_value[3]; /* alignment, first, last */
	uint64_t paddr_offset;   /* p_paddr minus the physical address; mostly 0 */
	uint64_t virt_base;      /* the virtual address of physical 0 */
	char guest_os[FACTS_GUEST_OS];
};

/*
 * Read the notes in `bytes`, which lie at `off` in the file; `align` is p_align or
 * sh_addralign. What is no valid note is skipped; the first valid one of a kind counts.
 */
void notes_read(struct span bytes, uint64_t off, uint64_t align, struct elf_notes *notes);

/* The same for notes of Linux and Xen that lie anywhere in `bytes`, at a multiple of 4. */
void notes_search(struct span bytes, struct elf_notes *notes);

/* As elf_probe(), and `watcher` is told of every note. */
enum refusal_code elf_probe_watched(const struct image *im, const struct note_watcher *watcher,
        struct facts *ret_facts, struct refusal *ret_why);

/*
 * The segments of an ELF for RISC-V, and its e_entry as `entry`; nothing else of ret_facts is
 * set. *ret_dynamic is its PT_DYNAMIC, all zeroes if it has none. Errors: REFUSAL_NEED, elf.*.
 */
enum refusal_code elf_riscv_segments(const struct image *im, struct elf_facts *ret_facts,
        struct elf_header *ret_dynamic, struct refusal *ret_why);

/*
 * Complete the facts of an ELF whose segments are known by what its notes and its e_entry say:
 * entry, PVH entry, how it may be moved, whether it is Linux.
 */
void elf_conclude(
        const struct elf_notes *notes, bool is64, uint64_t e_entry, struct elf_facts *facts);

/*
 * A PE file: UEFI application (by its kind), or code of another machine.
 * Errors: REFUSAL_NEED, KERNEL_PE, KERNEL_ARCH, KERNEL_OTHER (a DOS program); REFUSAL_NONE
 * if it is no PE.
 */
enum refusal_code pe_probe(const struct image *im, struct span head, struct refusal *ret_why);

/*
 * A UEFI application for riscv64, by its kind. Errors: REFUSAL_NEED, RISCV_FORM; REFUSAL_NONE
 * if it is none, or an EFI zboot file.
 */
enum refusal_code pe_riscv_probe(
        const struct image *im, struct span head, struct refusal *ret_why);

#endif
