/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program headers of an ELF as they stand in the file, for lists and traps.
 *
 * Whether the ELF is good is the core's to say (stub/probe/probe_elf.c); this shows also what
 * the core passes over. What is past the end of the file reads as 0.
 */
#ifndef CHECK_ELF_VIEW_H
#define CHECK_ELF_VIEW_H

#include "stub/base/bytes.h"

struct elf_view {
	struct span file;
	bool is64;
	uint64_t type, machine, flags, entry, phoff, phnum;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t off, vaddr, paddr, file_len, mem_len, align;
};

/* False if the file is no little-endian ELF for x86, or too short for its header. */
bool elf_view_open(struct span file, struct elf_view *ret_view);
struct elf_segment elf_view_segment(const struct elf_view *v, uint64_t i);

/* "LOAD", "NOTE", "GNU_STACK", ...; NULL for a type without a name. */
const char *elf_segment_name(uint32_t type);

#endif
