/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict of a probe kernel: what it is told, what it finds, what it says.
 *
 * Compiled twice, for the 32-bit and the 64-bit entries, position-independent and without
 * variables: all state is one struct on the stack. The wire structs come from the system's
 * headers (Linux, Xen), not from stub/, so that a mistake there is not made twice.
 */
#ifndef PROBE_H
#define PROBE_H

#include <asm/bootparam.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layout {
#define LAYOUT(name, off) AT_##name = (off),
#include "layout.def"
#undef LAYOUT
};

/* What head.asm saved, and what this code reads of the machine before it changes any of it. */
struct saved {
#define SAVED(name) uint64_t name;
#include "saved.def"
#undef SAVED
};

#define LABEL_HEADER 144 /* longest setup header */

enum label_flag {
	LABEL_LINUX = 1 << 0,       /* a Linux: initrds joined, structures below 1 GiB */
	LABEL_BZIMAGE = 1 << 1,     /* has a setup header of its own */
	LABEL_ZEROED = 1 << 2,      /* the memory behind the file's part must be zero */
	LABEL_OLD_LINE = 1 << 3,    /* boot protocol before 2.02 */
	LABEL_RNG = 1 << 4,         /* kernel_info allows SETUP_RNG_SEED */
	LABEL_HIGH_INITRD = 1 << 5, /* XLF_CAN_BE_LOADED_ABOVE_4G */
	LABEL_PVH_MOVES = 1 << 6    /* PHYS32_RELOC: also by PVH it may run displaced */
};

/* Written by pack.py into the image at AT_LABEL. */
struct label {
	char magic[8]; /* "KSPROBE" */
	char name[32];
	uint64_t entry;      /* how it must be entered: AT_LINUX32, AT_PVH or AT_LINUX64 */
	uint64_t linked;     /* load address that the file asks for */
	uint64_t file_len;   /* bytes of the image in the file */
	uint64_t mem_len;    /* bytes that are its own at run time (p_memsz, init_size) */
	uint64_t align;      /* it may run displaced, aligned to this; 0: only where linked */
	uint64_t flags;      /* enum label_flag */
	uint64_t header_len; /* bytes of header */
	uint64_t crc;        /* of the image without the scratch, this field 0 */
	uint8_t header[LABEL_HEADER];
};

struct range {
	uint64_t addr, len;
};

struct mem {
	struct range range;
	uint32_t type;
};

#define PROBE_FILES   32
#define PROBE_THINGS  48
#define PROBE_E820EXT 8

struct thing {
	const char *name;
	struct range range;
};

struct probe {
	const struct label *label;
	const struct saved *saved;
	uint64_t base; /* where the image runs */
	uint32_t failures;
	struct range gdt;    /* from sgdt */
	uint64_t cmdline;    /* address, 0 if none */
	uint64_t rsdp;       /* address, 0 if none */
	struct range initrd; /* len 0 if none */
	uint32_t files;      /* PVH modules */
	struct range file[PROBE_FILES];
	bool rng;          /* a SETUP_RNG_SEED was found */
	struct range seed; /* its bytes */
	bool efi;          /* the row says that the firmware is UEFI */
	uint32_t maps;
	struct {
		uint64_t addr; /* of the first entry */
		uint32_t count, stride;
	} map[PROBE_E820EXT];
	uint32_t things; /* what must lie in RAM, apart from each other */
	struct thing thing[PROBE_THINGS];
};

/* The bytes at a physical address. Above 4 GiB only the 64-bit verdict sees anything. */
static inline void *
at(uint64_t addr)
{
	return (void *)(uintptr_t)addr;
}

static inline bool
reachable(uint64_t addr)
{
	return addr == (uintptr_t)addr;
}

static inline uint64_t
end_of(struct range r)
{
	return r.addr + r.len;
}

static inline uint32_t
cr4(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return (uint32_t)v;
}

static inline uintptr_t
cr0(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}

static inline uintptr_t
cr3(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid
cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
	                 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
	                 : "a"(leaf), "c"(0));
	return r;
}

static inline void
outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t
inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

/* say.c: the serial port, and the end. */
void say(const char *text);
void say_hex(uint64_t v);
void say_init(void);
/* One failed check: "probe NAME: FAIL what found 0x.. wanted 0x..". */
void fail(struct probe *p, const char *what, uint64_t found, uint64_t wanted);
/* fail() unless found == wanted. */
void want(struct probe *p, const char *what, uint64_t found, uint64_t wanted);
/* Ends the machine with status 33 (passed) or 35. */
_Noreturn void end(bool passed);

/* bytes.c; gcc may call the first two on its own */
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memset(void *dst, int c, size_t n);
uint32_t crc_more(uint32_t crc, const uint8_t *bytes, uint64_t len);
uint32_t crc_zeros(uint32_t crc, uint64_t len);
bool all_zero(const uint8_t *bytes, uint64_t len);
bool same(const void *a, const void *b, uint64_t len);
uint64_t length(const char *text);

/* words.c: the words that a row passes on the command line. */
const char *word(const struct probe *p, const char *name);
bool word_number(const struct probe *p, const char *name, uint64_t *ret_value);
bool lax(const struct probe *p, const char *what);
void check_line(struct probe *p);
uint64_t parse_hex(const char **text);

/* state.c: the machine state (rules: boot.rst, pvh.pandoc). */
void check_state(struct probe *p);
uint64_t descriptor(const struct probe *p, uint64_t selector);

/* pagewalk.c: the 64-bit entry's page tables. */
void check_mapped(struct probe *p, const char *what, struct range r);
void check_tables(struct probe *p);

/* linux.c and pvh.c: read the handoff, check what is peculiar to it, fill in *p. */
void read_boot_params(struct probe *p);
void read_start_info(struct probe *p);

/* dump.c: what was handed over, byte by byte, if the row asks for it. */
void dump_handoff(const struct probe *p);

/* memory.c: the map, what must lie in it, the files. */
void add_thing(struct probe *p, const char *name, uint64_t addr, uint64_t len);
void check_map(struct probe *p);
void check_things(struct probe *p);
void check_rsdp(struct probe *p);
void check_files(struct probe *p);
bool in_ram(const struct probe *p, struct range r);
/* Where RAM ends that lies below `limit`. */
uint64_t ram_end(const struct probe *p, uint64_t limit);
void check_seed(struct probe *p);

#endif
