/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's PLIC: the machine's, with every access looked at.
 *
 * RISC-V PLIC specification 1.0.0, chapters 3 to 8 (memory map). As a guest hart is a physical
 * hart, its context is the physical one: what the guest writes is passed on, M-mode's contexts
 * read as 0. An external interrupt is injected as VSEIP while the physical line is up; it
 * falls when the guest has claimed what there was.
 */
#include "riscv/csr.h"
#include "riscv/guest.h"

#define PRIORITY_END   0x1000
#define PENDING_END    0x1080
#define ENABLE         0x2000
#define ENABLE_STRIDE  0x80
#define CONTEXT        0x200000
#define CONTEXT_STRIDE 0x1000
#define CONTEXT_CLAIM  4

#define S_EXT 9 /* supervisor external interrupt at a hart's interrupt controller */

/* Which context of /plic's interrupts-extended is whose. */
static void
add_context(const struct machine *machine, struct span v, uint32_t context)
{
	uint32_t intc = span_be32(v, context * 8ull);

	guest.plic.ours[context] = false;
	for (uint32_t i = 0; i < machine->harts; i++) {
		const struct machine_hart *h = &machine->hart[i];

		if (span_be32(v, context * 8ull + 4) != S_EXT || !h->intc || h->intc != intc)
			continue;
		guest.plic.ours[context] = guest_vcpu(h->id) != NULL;
		guest.plic.hart[context] = h->id;
	}
}

void
plic_init(const struct fdt *tree, const struct machine *machine)
{
	const struct machine_device *d = machine_find(machine, DEVICE_PLIC);
	struct span v;

	guest.plic.reg = (struct range){0, 0};
	if (!d || !fdt_prop(tree, d->node, "interrupts-extended", &v))
		return;
	guest.plic.reg = d->reg;
	for (uint32_t c = 0; c < PLIC_CONTEXTS && bounds_ok(v.size, c * 8ull, 8); c++)
		add_context(machine, v, c);
}

/* May the guest reach the register at `off`? *ret_hart is whose context it is, if any. */
static bool
is_guests(uint64_t off, uint64_t *ret_hart)
{
	uint64_t context;

	*ret_hart = UINT64_MAX;
	if (off < PENDING_END)
		return true;
	if (off < ENABLE)
		return false;
	context = off < CONTEXT ? (off - ENABLE) / ENABLE_STRIDE
	                        : (off - CONTEXT) / CONTEXT_STRIDE;
	if (context >= PLIC_CONTEXTS || !guest.plic.ours[context])
		return false;
	*ret_hart = guest.plic.hart[context];
	return off < CONTEXT || (off - CONTEXT) % CONTEXT_STRIDE <= CONTEXT_CLAIM;
}

static volatile uint32_t *
reg(uint64_t off)
{
	return (volatile uint32_t *)(uintptr_t)(guest.plic.reg.addr + off);
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
plic_load(struct vcpu *v, uint64_t off)
{
	uint64_t hart;
	uint32_t value;

	if (!is_guests(off, &hart))
		return 0;
	value = *reg(off);
	if (hart == v->hart)
		plic_interrupt();
	return value;
}

void
plic_store(struct vcpu *v, uint64_t off, uint32_t value)
{
	uint64_t hart;

	if (!is_guests(off, &hart))
		return;
	*reg(off) = value;
	__asm__ volatile("fence iorw, iorw" ::: "memory");
	if (hart == v->hart || hart == UINT64_MAX)
		plic_interrupt();
}
