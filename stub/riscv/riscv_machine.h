/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a RISC-V machine's device tree says that kshim must know.
 *
 * Devicetree Specification 0.4 chapter 3 (memory, reserved-memory, chosen, cpus) and Linux
 * Documentation/devicetree/bindings/riscv/. Devices are those that a guest can be given: found
 * by "compatible" below buses whose addresses are the machine's. Values point into the tree.
 */
#ifndef KSHIM_RISCV_MACHINE_H
#define KSHIM_RISCV_MACHINE_H

#include "stub/input/fdt.h"
#include "stub/input/memmap.h"

#define RISCV_HARTS   64
#define RISCV_DEVICES 64

enum device_kind {
	DEVICE_UART,
	DEVICE_VIRTIO,
	DEVICE_PLIC,
	DEVICE_RTC,
	DEVICE_FW_CFG, /* kshim's own source, never a guest's */
};

struct riscv_device {
	enum device_kind kind;
	uint32_t node;
	struct range reg;
	bool absent; /* the body has looked: an empty virtio-mmio slot */
};

struct riscv_hart {
	uint64_t id;
	uint32_t node;
	struct span isa;      /* riscv,isa; size 0: there is none */
	struct span isa_list; /* riscv,isa-extensions, the same */
	bool h, sstc;
	unsigned mmu_levels; /* 3, 4 or 5 by mmu-type; 0: none or unknown */
	uint32_t intc;       /* phandle of its interrupt controller, 0 if none */
};

struct riscv_machine {
	uint32_t timebase; /* Hz */
	uint32_t harts;
	struct riscv_hart hart[RISCV_HARTS];
	uint32_t devices;
	struct riscv_device device[RISCV_DEVICES];
	struct range initrd;  /* /chosen; len 0 if none */
	struct span bootargs; /* without NUL */
	struct memmap map;    /* memory nodes less all reservations */
};

/*
 * Read the tree. Disabled harts are left out, and what exceeds RISCV_DEVICES.
 * Errors: FDT_MISSING (detail: memory, harts, timebase-frequency), FDT_STRUCTURE (an ISA string
 * over ISA_MAX, more than RISCV_HARTS harts, an initrd that ends before it starts),
 * MAP_FULL.
 */
enum refusal_code riscv_machine_read(
        const struct fdt *fdt, struct riscv_machine *ret_machine, struct refusal *ret_why);

/*
 * The memory that a guest gets: RAM, `keep` taken out, in whole 2 MiB.
 * Errors: MAP_FULL.
 */
enum refusal_code riscv_machine_guest_map(const struct riscv_machine *machine,
        struct range keep, struct memmap *ret_map, struct refusal *ret_why);

/* Does either property name the extension (lower case)? */
bool riscv_hart_has(const struct riscv_hart *hart, const char *extension);

/* The first device of that kind that is not absent, or NULL. */
const struct riscv_device *riscv_machine_find(
        const struct riscv_machine *m, enum device_kind kind);

#endif
