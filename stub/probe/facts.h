/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel file says of itself: numbers and spans, never a decision.
 *
 * kernel_probe() recognises the file and reads its header; nothing else in the core looks at
 * kernel bytes. Offsets are bytes from the start of the file, addresses are the guest's
 * physical ones.
 */
#ifndef KSHIM_FACTS_H
#define KSHIM_FACTS_H

#include "stub/base/refusal.h"
#include "stub/input/image.h"

enum kernel_format {
	KERNEL_ELF64,
	KERNEL_ELF32,
	KERNEL_BZIMAGE,
	KERNEL_RISCV, /* an Image for riscv64, or the ELF that it is made from */
};

#define FACTS_SEGMENTS 64
#define FACTS_GUEST_OS 32
#define FACTS_HEADER   144 /* longest setup header: 0x1f1 to 0x281 */

/* One PT_LOAD with a memory size above 0. */
struct segment {
	uint64_t off, file_len; /* bytes in the file */
	uint64_t paddr, mem_len;
	uint64_t vaddr;
	uint32_t flags; /* PF_X 1, PF_W 2, PF_R 4 */
};

/* How we know that an ELF is Linux; LINUX_NO: nothing says so. */
enum linux_evidence {
	LINUX_NO,
	LINUX_GUEST_OS, /* Xen note GUEST_OS "linux" */
	LINUX_NOTE,     /* a note owned by "Linux" (build salt, LTO) in a kernel */
	LINUX_LINK_MAP, /* linked at 0xffffffff80000000 + its physical address, entry physical
	                 */
};

struct elf_facts {
	uint64_t entry;    /* e_entry as a physical address */
	bool entry_loaded; /* it lies in the file part of a segment */
	uint32_t segments;
	struct segment segment[FACTS_SEGMENTS]; /* in order of paddr, disjoint */
	uint64_t max_align; /* largest p_align of a PT_LOAD, bytes; 0 if none */
	bool pvh;           /* a valid PHYS32_ENTRY note was found */
	uint32_t pvh_entry;
	uint64_t pvh_note_off;                      /* where its descriptor is in the file */
	bool reloc;                                 /* a valid PHYS32_RELOC note was found */
	uint32_t reloc_align, reloc_min, reloc_max; /* bytes, first and last usable byte */
	const char
	        *reloc_wrong; /* what is wrong with the note, which counts as none; or NULL */
	uint64_t reloc_note_off, reloc_found; /* where its descriptor is, and the wrong value */
	char guest_os[FACTS_GUEST_OS]; /* GUEST_OS note, "" if none; longer ones are "?" */
	enum linux_evidence evidence;  /* that it is Linux */
	const char *program; /* what shows that it is a program for an operating system, or
	                        NULL */
};

/* From the first to the last byte of all segments in memory; empty without any. */
static inline struct range
elf_facts_span(const struct elf_facts *elf)
{
	struct range r = {elf->segment[0].paddr, 0};

	if (elf->segments) {
		const struct segment *last = &elf->segment[elf->segments - 1];

		r.len = last->paddr + last->mem_len - r.addr;
	}
	return r;
}

/* The segment whose file part has the byte at `addr`, or NULL. */
static inline const struct segment *
elf_facts_in_file(const struct elf_facts *elf, uint64_t addr)
{
	for (uint32_t i = 0; i < elf->segments; i++) {
		const struct segment *s = &elf->segment[i];

		if (addr >= s->paddr && addr - s->paddr < s->file_len)
			return s;
	}
	return NULL;
}

struct bzimage_facts {
	uint16_t version; /* major << 8 | minor, as found */
	uint8_t loadflags;
	uint16_t xloadflags;          /* 0 before 2.12 */
	uint32_t header_len;          /* bytes of `header` that are the kernel's */
	uint8_t header[FACTS_HEADER]; /* file bytes from 0x1f1 */
	uint64_t code_off, code_len;  /* protected-mode code in the file */
	uint32_t code32_start;
	uint32_t entry32_off; /* 32-bit entry, bytes after the load address */
	uint64_t initrd_last; /* last byte an initrd may occupy (initrd_addr_max) */
	uint32_t cmdline_max; /* bytes, without the NUL */
	bool relocatable;
	bool real_mode;         /* a 16-bit program: its header declares no other code */
	uint64_t alignment;     /* kernel_alignment, bytes, a power of two */
	uint64_t min_alignment; /* weakest allowed; == alignment before 2.10 */
	uint64_t pref_address;  /* 0 if none (before 2.10) */
	uint64_t init_size;     /* bytes of RAM from the runtime start; estimated before 2.10 */
	uint64_t payload_off, payload_len; /* in the file; 0 before 2.08 */
	bool has_kernel_info;
	uint32_t setup_type_max; /* bit 31 cleared; meaningful with kernel_info */
	uint64_t version_off;    /* of the version string in the file, 0 if none */
};

struct riscv_facts {
	uint16_t version_major, version_minor; /* of the Image header */
	bool is_elf;
	uint64_t linked;      /* ELF: lowest physical address, if the kernel starts there */
	uint64_t fixed;       /* ELF whose virtual addresses are physical: where it must lie */
	uint64_t text_offset; /* bytes from a 2-MiB boundary to where the kernel starts */
	uint64_t image_size;  /* bytes of RAM from there, BSS included */
	uint32_t segments;    /* 1 for an Image */
	struct segment segment[FACTS_SEGMENTS]; /* paddr: bytes from the kernel's start; in
	                                           order, the first at 0, disjoint */
};

struct facts {
	enum kernel_format format;
	uint64_t size; /* of the file, bytes */
	union {
		struct elf_facts elf;
		struct bzimage_facts bz;
		struct riscv_facts riscv;
	};
};

/*
 * Recognise the kernel in `im` and collect its facts.
 * Errors: REFUSAL_NEED (struct image); otherwise one of the kernel.*, elf.*, bzimage.* codes.
 */
enum refusal_code kernel_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);

/*
 * The same for a RISC-V body: a kernel is an Image for riscv64, or an ELF with an Image header
 * at its start (Linux's vmlinux). x86 kernels are refused with REFUSAL_KERNEL_ARCH, other files
 * for RISC-V (another ELF, a UEFI application) with REFUSAL_RISCV_FORM, what is no kernel as
 * kernel_probe() does.
 * Errors: also RISCV_TRUNCATED, RISCV_HEADER, RISCV_BIG_ENDIAN, elf.*.
 */
enum refusal_code riscv_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);

/* The same for tools that serve every body: x86 kernels and RISC-V ones. */
enum refusal_code any_kernel_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);

/*
 * What a kernel's loaded parts, in the order of their addresses, say of whether it is Linux:
 * where they lie in memory but the ELF's headers, which say where its notes are, do not. So
 * notes are searched for at every multiple of 4; the link map is not known.
 */
enum linux_evidence linux_evidence_in(const struct span *part, uint32_t parts);

/* The probe's parts, for tests: kernel_probe() calls the one that fits. */
enum refusal_code elf_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);
enum refusal_code bzimage_probe(
        const struct image *im, struct facts *ret_facts, struct refusal *ret_why);
/* For a file that is neither: say by name what it is. Never returns REFUSAL_NONE. */
enum refusal_code other_probe(const struct image *im, struct refusal *ret_why);

#endif
