/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each body adds to the request from which a boot is planned: the room that its own code
 * needs, and what of the machine it keeps away from.
 *
 * Bodies take these numbers from here, and so does `kshim plan`, so that what is drawn is what
 * will happen. What only the machine can tell (its map, tables, the CPU) is not here.
 */
#ifndef KSHIM_BODY_H
#define KSHIM_BODY_H

#include "stub/plan/plan.h"
#include "stub/riscv/fdt_boot.h"

enum body {
	BODY_LAUNCHER,    /* outside the guest's memory: kshim run --direct, libkshim */
	BODY_PC,          /* inside it: kshim.elf and what else starts by PVH or reset */
	BODY_EFI,         /* kshim.efi */
	BODY_RISCV,       /* kshim-riscv64.bin: the kernel directly */
	BODY_RISCV_GUEST, /* the same: the kernel behind the hypervisor extension */
};

/* Bytes of x86/cpu/trampoline.asm, which is filled up to them. */
#define BODY_TRAMPOLINE_CODE 768

/* Descriptors by which a UEFI firmware's map may still grow after the plan was made. */
#define BODY_EFI_SPARE 32

/* Room for a trampoline, spare map entries: what depends on nothing but the body. */
void body_limits(enum body body, struct plan_request *req);

/* Bytes of the trampoline with the state and the late moves that it reads. */
uint64_t body_trampoline_len(void);

/* BIOS data and MP tables below 640 KiB, also where the map calls that RAM. */
struct named_range body_bios_data(void);

/* Room for a UEFI firmware's map that now has `len` bytes in descriptors of `desc_size`. */
uint64_t body_efi_map_room(uint64_t len, uint64_t desc_size);

/*
 * What kshim.rom says of itself, BODY_ROM_ABOUT bytes before its end: this word, and start and
 * end of its variables and of what it cannot reach. All are 32 bits, little-endian.
 */
#define BODY_ROM_ABOUT 36
#define BODY_ROM_MAGIC 0x4d48534bu /* "KSHM" */

/* A kernel that QEMU has put below this is overwritten by it. */
#define BODY_ROM_LOW_END 0x9f000ull

/* Most of memory's end that it may take for ACPI tables. */
#define BODY_ROM_ZONE (4 * MIB)

/* First byte after the RAM that holds `addr`; 0 if none does. */
uint64_t body_ram_end_at(const struct memmap *map, uint64_t addr);

/*
 * The highest free memory in one piece between 1 MiB and `ram_end`, where the RAM that begins
 * there ends (body_ram_end_at()); at most `len` bytes of it.
 */
struct range body_high_zone(
        uint64_t ram_end, const struct named_range *busy, uint32_t nr_busy, uint64_t len);

/* What a RISC-V body adds: fixed[] and the guest's map must outlive the plan. */
struct body_riscv {
	const struct fdt *tree; /* the firmware's, at tree_addr */
	uint64_t tree_addr;
	const struct riscv_machine *machine;
	struct range keep; /* kshim's own memory */
	uint64_t boot_hart;
	bool guest, sstc;            /* sstc: the guest's timer is stimecmp */
	struct named_range fixed[2]; /* filled in, and so is the rest */
	struct memmap guest_map;
	struct fdt_boot kernels_tree;
};

/* The memory that kshim-riscv64.bin, loaded at [start, end), keeps for itself. */
struct range body_riscv_keep(uint64_t start, uint64_t end);

/*
 * Map, fixed ranges and the length of the kernel's device tree, into a request that has its
 * command line and blobs. Errors: those of riscv_machine_guest_map() and fdt_boot_write().
 */
enum refusal_code body_riscv_request(
        struct body_riscv *b, struct plan_request *req, struct refusal *ret_why);

#endif
