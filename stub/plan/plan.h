/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: every decision about one boot, as flat data.
 *
 * plan_make() turns facts, sources, memory map and the body's limits into placements (what
 * goes where) and moves (in which order that is safe). Executors carry it out and decide
 * nothing; all that can be refused is refused here, before the first byte is written.
 *
 * Two kinds of memory are in use while the plan is carried out. *Sources* are blobs that lie in
 * the guest's space (modules); a destination may cover them, the moves are ordered (or one
 * is staged) so that no byte is lost. *Busy* memory belongs to the executor itself (the stub's
 * image, UEFI's boot services) until the trampoline runs: moves that touch it are `late`.
 * What is *fixed* (ACPI tables in RAM) is never touched.
 */
#ifndef KSHIM_PLAN_H
#define KSHIM_PLAN_H

#include "stub/base/refusal.h"
#include "stub/input/cmdline.h"
#include "stub/input/memmap.h"
#include "stub/probe/facts.h"

#define PLAN_BLOBS      33 /* the kernel and 32 initrds */
#define PLAN_PLACEMENTS 160
#define PLAN_MOVES      320
#define PLAN_MAPPED     64
#define PLAN_RNG_SEED   32 /* bytes of seed that SETUP_RNG_SEED carries */

enum blob_where {
	BLOB_SPACE,  /* in the guest's space: addr is the guest physical address */
	BLOB_STREAM, /* read by the executor at any time but late: addr is an offset in `handle`
	              */
};

struct blob {
	enum blob_where where;
	uint32_t handle; /* the executor's own: which stream or file */
	uint64_t addr;
	uint64_t size;    /* bytes */
	const char *name; /* for messages: "kernel", "initrd 1" */
};

/* What UEFI adds for a kernel that is entered by boot_params; systab 0: this is no UEFI. */
struct plan_efi {
	uint64_t systab;   /* address of the system table */
	uint64_t map;      /* where the firmware's own memory map lies and stays, or 0 */
	uint64_t map_room; /* else, bytes to reserve for it */
	uint64_t map_len;  /* bytes of it; set before the handoff is written */
	uint32_t desc_size, desc_version;
	uint8_t secure_boot;        /* boot_params: 1 unknown, 2 off, 3 on */
	const uint8_t *screen_info; /* 64 bytes as in boot_params, or NULL; also without UEFI */
};

/* What the plan is made from. Nothing of it is copied: it must outlive the plan. */
struct plan_request {
	const struct facts *kernel;
	const struct memmap *map;
	uint32_t blobs; /* blob[0] is the kernel, the others are initrds in order */
	struct blob blob[PLAN_BLOBS];
	struct cmdline cmdline; /* our words already taken out */
	enum protocol protocol; /* AUTO chooses */
	const struct named_range *fixed, *busy;
	uint32_t nr_fixed, nr_busy;
	uint64_t trampoline_len; /* bytes; 0: the executor stands outside the guest's space */
	bool own_tables; /* the executor's page tables serve a trampoline that moves nothing */
	bool gb_pages;   /* CPUID 0x80000001 EDX bit 26 */
	uint64_t rsdp;   /* 0: none known */
	uint32_t map_spare;    /* entries by which the map may still grow (UEFI) */
	uint32_t rng_seed_len; /* 0 or PLAN_RNG_SEED: bytes at rng_seed */
	const uint8_t *rng_seed;
	uint64_t fdt_len; /* RISC-V: bytes that the device tree needs */
	struct plan_efi efi;
};

enum placement_kind {
	PLACE_KERNEL,  /* from blob 0 */
	PLACE_INITRD,  /* from a blob: one file, or one piece of the joined initrd */
	PLACE_CMDLINE, /* handoff_writes() says which of these handoff_write() writes */
	PLACE_ZERO_PAGE,
	PLACE_SETUP_DATA,
	PLACE_START_INFO, /* with its modlist and memory map */
	PLACE_GDT,        /* GDT at its start, entry stack at its end */
	PLACE_PAGE_TABLES,
	PLACE_TRAMPOLINE, /* the executor fills it */
	PLACE_EFI_MAP,    /* the firmware's memory map: the executor fills it */
	PLACE_STAGE,      /* scratch that holds a source for a while */
	PLACE_FDT,        /* RISC-V: the device tree: the executor fills it */
};

#define PLAN_NO_BLOB UINT32_MAX

struct placement {
	enum placement_kind kind;
	const char *name;   /* for messages and drawings: "kernel segment", "zero page" */
	struct range range; /* reserved for it, by what is needed at run time */
	uint32_t blob;      /* where its bytes come from, or PLAN_NO_BLOB */
	uint64_t off;       /* in that blob */
	uint64_t data_len;  /* bytes from the blob, at the start of the range */
	bool zero_rest;     /* the rest of the range must be zero */
};

enum move_op {
	MOVE_COPY, /* from the guest's space; overlap of source and destination is allowed */
	MOVE_READ, /* from a stream; never late */
	MOVE_ZERO,
};

struct move {
	enum move_op op;
	uint64_t dst;
	uint64_t len;    /* bytes */
	uint64_t src;    /* COPY: address in the guest's space; READ: offset in the stream */
	uint32_t handle; /* READ: blob's handle */
	bool late; /* touches busy memory, or must follow such a move: for the trampoline */
};

struct plan {
	enum protocol protocol;    /* never AUTO */
	uint64_t entry;            /* guest physical address of the first instruction */
	uint64_t kernel_load;      /* lowest address of the kernel */
	int64_t displacement;      /* from where it was linked, bytes */
	uint64_t kernel_alignment; /* bzImage: the alignment used, for hdr.kernel_alignment */
	struct range initrd;       /* joined; len 0 if none. A hypervisor's first module */
	bool modules_apart;        /* one module a file (a hypervisor) instead of one joined */
	uint32_t map_entries;      /* most entries the handed map may have */
	uint32_t placements;
	struct placement placement[PLAN_PLACEMENTS];
	uint32_t moves;
	struct move move[PLAN_MOVES]; /* early ones first, each part in a safe order */
	uint32_t mapped;              /* identity-mapped ranges, whole GiB, ascending */
	struct range map[PLAN_MAPPED];
};

/*
 * Decide where everything goes. On refusal *ret_plan holds the placements made until then, to
 * be shown, and nothing else of it counts.
 * Errors: plan.*, cmdline.too-long, map.*; a placement's refusal names in a and b the range
 * that was wanted and what stands in its way.
 */
enum refusal_code plan_make(
        const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why);

/* The same for a body that has only x86 kernels, or only RISC-V ones. */
enum refusal_code plan_x86_make(
        const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why);
enum refusal_code plan_riscv_make(
        const struct plan_request *req, struct plan *ret_plan, struct refusal *ret_why);

/*
 * Does the plan for a kernel that is entered by PVH depend on whether it is Linux? A body that
 * would have to search the kernel for that can spare it otherwise.
 */
bool plan_asks_for_linux(const struct plan_request *req);

/* The longest line that the kernel takes as Linux on x86: bytes without the NUL. */
uint64_t plan_line_most(const struct facts *kernel);

/* The first placement of that kind, or NULL. */
const struct placement *plan_find(const struct plan *plan, enum placement_kind kind);

#endif
