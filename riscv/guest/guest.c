/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prepares the guest: its memory and devices in G-stage tables, and what all its harts share.
 *
 * RISC-V privileged specification, chapter 8. Memory is RWX, because Linux patches its text and
 * loads modules; devices are never X; kshim's own pages and the PLIC are absent. Surprise:
 * hgatp and henvcfg.STCE read back as written on some machines that lack the mode, so both are
 * decided by the device tree.
 */
#include "riscv/guest/guest.h"

#include "riscv/base/console.h"
#include "riscv/base/csr.h"
#include "riscv/base/protect.h"
#include "riscv/guest/guest_state.h"
#include "riscv/guest/plic.h"
#include "riscv/guest/trap.h"
#include "stub/base/text.h"
#include "stub/riscv/fdt_boot.h"
#include "stub/riscv/gstage.h"

#define POOL_PAGES 64
#define STACK_LEN  8192
#define LINE       160

#define VIRTIO_MAGIC_VALUE 0x74726976 /* "virt" */
#define VIRTIO_DEVICE_ID   8

struct guest guest; /* head.S looks a started hart up in it */

static struct gstage gstage;

static uint64_t pool[POOL_PAGES * (PAGE / 8)]
        __attribute__((aligned(GSTAGE_ALIGN), section(".bss.tables")));
static struct {
	uint8_t guard[PAGE]; /* not mapped, where kshim has page tables of its own */
	uint8_t stack[STACK_LEN];
} stacks[RISCV_HARTS] __attribute__((aligned(PAGE)));

void
guest_look_at_devices(const struct fdt *tree, struct riscv_machine *machine)
{
	plic_init(tree, machine);
	for (uint32_t i = 0; i < machine->devices; i++) {
		struct riscv_device *d = &machine->device[i];
		const volatile uint32_t *reg =
		        (const volatile uint32_t *)(uintptr_t)d->reg.addr;

		if (d->kind == DEVICE_VIRTIO)
			d->absent =
			        reg[0] != VIRTIO_MAGIC_VALUE || reg[VIRTIO_DEVICE_ID / 4] == 0;
	}
}

bool
guest_timer_is_sstc(const struct riscv_machine *machine)
{
	if (!fdt_boot_has_sstc(machine))
		return false;
	csr_set(CSR_HENVCFG, ENVCFG_STCE);
	return csr_has_vstimecmp();
}

/* What the guest may do with its own environment on this hart. */
static uint64_t
environment(const struct riscv_hart *hart)
{
	uint64_t v = guest.sstc ? ENVCFG_STCE : 0;

	if (riscv_hart_has(hart, "zicbom"))
		v |= ENVCFG_CBIE | ENVCFG_CBCFE;
	if (riscv_hart_has(hart, "zicboz"))
		v |= ENVCFG_CBZE;
	if (riscv_hart_has(hart, "svpbmt"))
		v |= ENVCFG_PBMTE;
	/* With both the guest begins without it, and asks by FWFT. */
	if (riscv_hart_has(hart, "svadu") && !riscv_hart_has(hart, "svade"))
		v |= ENVCFG_ADUE;
	return v;
}

static enum refusal_code
map_all(const struct riscv_machine *machine, struct refusal *why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; i < guest.map->count && !code; i++)
		code = gstage_map(
		        &gstage, "guest memory", guest.map->entry[i].range, GSTAGE_RWX, why);
	for (uint32_t i = 0; i < machine->devices && !code; i++) {
		const struct riscv_device *d = &machine->device[i];

		if (!d->absent && d->kind != DEVICE_PLIC && d->kind != DEVICE_FW_CFG)
			code = gstage_map(&gstage, "device", d->reg, GSTAGE_RW, why);
	}
	return code;
}

/* 1 if the harts keep VMIDs apart, else 0. */
static unsigned
choose_vmid(void)
{
	uint64_t read;

	csr_write(CSR_HGATP, gstage_hgatp(&gstage, HGATP_VMID_MASK));
	read = csr_read(CSR_HGATP);
	csr_write(CSR_HGATP, 0);
	return read >> HGATP_VMID_BIT & HGATP_VMID_MASK ? 1 : 0;
}

static void
add_harts(const struct riscv_machine *machine)
{
	guest.harts = 0;
	for (uint32_t i = 0; i < machine->harts; i++) {
		struct vcpu *v = &guest.vcpu[guest.harts];

		if (!fdt_boot_has_hart(&machine->hart[i]))
			continue;
		v->guest = &guest;
		v->hart = machine->hart[i].id;
		v->henvcfg = environment(&machine->hart[i]);
		protect_guard(stacks[guest.harts].guard);
		v->stack_top = (uintptr_t)stacks[guest.harts++].stack + STACK_LEN;
	}
}

static void
report(unsigned vmid)
{
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	text_str(&t, "guest: G-stage ");
	text_str(&t, gstage.mode == GSTAGE_SV48X4 ? "Sv48x4" : "Sv39x4");
	text_str(&t, ", VMID ");
	text_dec(&t, vmid);
	text_str(&t, ", ");
	text_dec(&t, guest.harts);
	text_str(&t, guest.harts == 1 ? " hart, " : " harts, ");
	text_dec(&t, memmap_ram_size(guest.map) / MIB);
	text_str(&t, " MiB, timer by ");
	text_str(&t, guest.sstc ? "Sstc" : "SBI");
	console_line(buf);
}

/* The paging mode that every hart of the guest has. */
static unsigned
common_levels(const struct riscv_machine *machine, const struct riscv_hart *boot)
{
	unsigned levels = boot->mmu_levels;

	for (uint32_t i = 0; i < machine->harts; i++) {
		const struct riscv_hart *h = &machine->hart[i];

		if (fdt_boot_has_hart(h) && h->mmu_levels < levels)
			levels = h->mmu_levels;
	}
	return levels;
}

enum refusal_code
guest_prepare(const struct riscv_machine *machine, const struct memmap *map,
        const struct riscv_hart *boot, bool sstc, bool quiet, struct refusal *ret_why)
{
	unsigned mode = gstage_mode(common_levels(machine, boot)), vmid;
	enum refusal_code code;

	guest.map = map;
	guest.sstc = sstc;
	gstage_init(&gstage, mode, pool, (uintptr_t)pool, POOL_PAGES);
	code = map_all(machine, ret_why);
	if (code)
		return code;
	vmid = choose_vmid();
	guest.hgatp = gstage_hgatp(&gstage, vmid);
	add_harts(machine);
	if (!quiet)
		report(vmid);
	return REFUSAL_NONE;
}

_Noreturn void
guest_start(uint64_t hart, uint64_t entry, uint64_t opaque)
{
	struct vcpu *v = guest_vcpu(&guest, hart);

	v->start_addr = entry;
	v->opaque = opaque;
	guest_hart_main(v);
}
