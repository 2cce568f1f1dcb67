/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's PLICs (one a socket): the machine's, with every access looked at.
 *
 * RISC-V PLIC specification 1.0.0, chapters 3 to 8 (memory map). As a guest hart is a physical
 * hart, its context is the physical one: what the guest writes is passed on, M-mode's contexts
 * read as 0. An external interrupt is injected as VSEIP while the physical line is up; it
 * falls when the guest has claimed what there was.
 */
#include "riscv/guest/plic.h"

#include "riscv/base/csr.h"
#include "stub/riscv/fdt_boot.h"

#define PRIORITY_END   0x1000
#define PENDING_END    0x1080
#define ENABLE         0x2000
#define ENABLE_STRIDE  0x80
#define CONTEXT        0x200000
#define CONTEXT_STRIDE 0x1000
#define CONTEXT_CLAIM  4

#define PLICS 8 /* one a socket of QEMU's virt */
#define S_EXT 9 /* supervisor external interrupt at a hart's interrupt controller */

static uint32_t plics;
static struct plic plic[PLICS];

/* Which context of the interrupts-extended `v` is whose. */
static void
add_context(
        const struct riscv_machine *machine, struct plic *p, struct span v, uint32_t context)
{
	uint32_t intc = span_be32(v, context * 8ull);

	p->ours[context] = false;
	for (uint32_t i = 0; i < machine->harts; i++) {
		const struct riscv_hart *h = &machine->hart[i];

		if (span_be32(v, context * 8ull + 4) != S_EXT || !h->intc || h->intc != intc)
			continue;
		p->ours[context] = fdt_boot_has_hart(h);
		p->hart[context] = h->id;
	}
}

static void
add_plic(const struct fdt *tree, const struct riscv_machine *machine, struct riscv_device *d)
{
	struct plic *p = &plic[plics];
	struct span v;

	if (plics == PLICS || !fdt_prop(tree, d->node, "interrupts-extended", &v)) {
		d->absent = true;
		return;
	}
	plics++;
	p->reg = d->reg;
	for (uint32_t c = 0; c < PLIC_CONTEXTS && bounds_ok(v.size, c * 8ull, 8); c++)
		add_context(machine, p, v, c);
}

void
plic_init(const struct fdt *tree, struct riscv_machine *machine)
{
	plics = 0;
	for (uint32_t i = 0; i < machine->devices; i++) {
		if (machine->device[i].kind == DEVICE_PLIC)
			add_plic(tree, machine, &machine->device[i]);
	}
}

const struct plic *
plic_find(struct range at)
{
	for (uint32_t i = 0; i < plics; i++) {
		if (range_contains(plic[i].reg, at))
			return &plic[i];
	}
	return NULL;
}

/* May the guest reach the register at `off`? *ret_hart is whose context it is, if any. */
static bool
is_guests(const struct plic *p, uint64_t off, uint64_t *ret_hart)
{
	uint64_t context;

	*ret_hart = UINT64_MAX;
	if (off < PENDING_END)
		return true;
	if (off < ENABLE)
		return false;
	context = off < CONTEXT ? (off - ENABLE) / ENABLE_STRIDE
	                        : (off - CONTEXT) / CONTEXT_STRIDE;
	if (context >= PLIC_CONTEXTS || !p->ours[context])
		return false;
	*ret_hart = p->hart[context];
	return off < CONTEXT || (off - CONTEXT) % CONTEXT_STRIDE <= CONTEXT_CLAIM;
}

static volatile uint32_t *
reg(const struct plic *p, uint64_t off)
{
	return (volatile uint32_t *)(uintptr_t)(p->reg.addr + off);
}

void
plic_interrupt(void)
{
	if (csr_read(CSR_SIP) & IRQ_SEI) {
		csr_clear(CSR_SIE, IRQ_SEI); /* until the guest has claimed it */
		csr_set(CSR_HVIP, IRQ_VSEI);
	} else {
		csr_clear(CSR_HVIP, IRQ_VSEI);
		csr_set(CSR_SIE, IRQ_SEI);
	}
}

uint32_t
plic_load(const struct plic *p, struct vcpu *v, uint64_t off)
{
	uint64_t hart;
	uint32_t value;

	if (!is_guests(p, off, &hart))
		return 0;
	value = *reg(p, off);
	if (hart == v->hart)
		plic_interrupt();
	return value;
}

void
plic_store(const struct plic *p, struct vcpu *v, uint64_t off, uint32_t value)
{
	uint64_t hart;

	if (!is_guests(p, off, &hart))
		return;
	*reg(p, off) = value;
	fence_all();
	if (hart == v->hart || hart == UINT64_MAX)
		plic_interrupt();
}
