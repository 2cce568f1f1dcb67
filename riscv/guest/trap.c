/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a hart of the guest and answers what it exits for: interrupts, calls, accesses to the
 * PLIC, faults.
 *
 * RISC-V privileged specification, 8.2 and 8.6. The only memory that is emulated is a PLIC's;
 * any other access that the G-stage stops is the guest's fault, is printed, and ends the
 * machine. Surprise: htinst may be 0, and the instruction must be fetched as the guest would.
 */
#include "riscv/guest/trap.h"
#include "riscv/base/console.h"
#include "riscv/base/csr.h"
#include "riscv/base/die.h"
#include "riscv/guest/guest_hart.h"
#include "riscv/guest/guest_sbi.h"
#include "riscv/guest/plic.h"
#include "stub/base/text.h"
#include "stub/riscv/rvinsn.h"

#define LINE    160
#define PER_ROW 4

static void
text_padded_hex(struct text *t, uint64_t v)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		text_char(t, "0123456789abcdef"[v >> shift & 15]);
}

static void
print_registers(const struct vcpu *v)
{
	static const char names[32][4] = {"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0",
	        "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5",
	        "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

	for (unsigned row = 0; row < 32; row += PER_ROW) {
		char buf[LINE];
		struct text t = text_init(buf, sizeof(buf));

		for (unsigned i = row; i < row + PER_ROW; i++) {
			text_str(&t, i == row ? "" : "  ");
			text_str(&t, names[i]);
			text_char(&t, ' ');
			text_padded_hex(&t, i ? v->x[i] : v->sepc);
		}
		console_line(buf);
	}
}

static uint64_t
guest_physical(const struct vcpu *v)
{
	return v->htval << 2 | (v->stval & 3);
}

/* No handler knows this: say all about it, and end the machine. */
static _Noreturn void
fatal(const struct vcpu *v, uint64_t address)
{
	static struct refusal why;
	char buf[LINE];
	struct text t = text_init(buf, sizeof(buf));

	text_str(&t, "guest fault on hart ");
	text_dec(&t, v->hart);
	text_str(&t, ": scause ");
	text_hex(&t, v->scause);
	text_str(&t, ", stval ");
	text_hex(&t, v->stval);
	text_str(&t, ", guest physical ");
	text_hex(&t, guest_physical(v));
	text_str(&t, ", htinst ");
	text_hex(&t, v->htinst);
	console_line(buf);
	print_registers(v);
	refuse(&why, REFUSAL_GUEST_FAULT, v->sepc, v->scause, address);
	why.subject = "guest";
	die(&why);
}

/* Let the guest's kernel take an exception. */
static void
inject(struct vcpu *v, uint64_t cause, uint64_t value)
{
	uint64_t status = csr_read(CSR_VSSTATUS);
	uint64_t old = status;

	status &= ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
	status |= v->sstatus & SSTATUS_SPP;
	status |= old & SSTATUS_SIE ? SSTATUS_SPIE : 0;
	csr_write(CSR_VSSTATUS, status);
	csr_write(CSR_VSEPC, v->sepc);
	csr_write(CSR_VSCAUSE, cause);
	csr_write(CSR_VSTVAL, value);
	v->sepc = csr_read(CSR_VSTVEC) & ~3ull;
	v->sstatus |= SSTATUS_SPP;
}

/* The instruction at the guest's pc; false if it is no longer mapped. */
static bool
fetch(const struct vcpu *v, uint32_t *ret_insn)
{
	uint64_t low, high = 0;

	if (!vcpu_fetch16(v->sepc, &low))
		return false;
	if ((low & 3) == 3 && !vcpu_fetch16(v->sepc + 2, &high))
		return false;
	*ret_insn = (uint32_t)(high << 16 | low);
	return true;
}

static void
plic_access(const struct plic *p, struct vcpu *v, uint64_t address, const struct rv_access *a)
{
	uint64_t off = address - p->reg.addr;

	if (a->store)
		plic_store(p, v, off, (uint32_t)v->x[a->reg]);
	else if (a->reg)
		v->x[a->reg] = rv_extend(a, plic_load(p, v, off));
	else
		plic_load(p, v, off);
	v->sepc += a->length;
}

static void
handle_access(struct vcpu *v)
{
	uint64_t address = guest_physical(v);
	const struct plic *p = plic_find((struct range){address, 4});
	struct rv_access a;
	uint32_t insn;

	if (!p)
		fatal(v, address);
	if (!rv_decode_htinst(v->htinst, &a)) {
		if (!fetch(v, &insn))
			return; /* another hart has unmapped it: let the guest see */
		if (!rv_decode(insn, &a))
			fatal(v, address);
	}
	if (a.bytes != 4 || address % 4)
		fatal(v, address);
	plic_access(p, v, address, &a);
}

static void
handle_interrupt(struct vcpu *v)
{
	switch (v->scause & ~CAUSE_INTERRUPT) {
	case 1: /* software: another hart has something for us */
		csr_clear(CSR_SIP, IRQ_SSI);
		guest_take_ipi(v);
		break;
	case 5: /* timer: the guest's, by SBI */
		csr_clear(CSR_SIE, IRQ_STI);
		csr_set(CSR_HVIP, IRQ_VSTI);
		break;
	case 9:
		plic_interrupt();
		break;
	default:
		fatal(v, v->stval);
	}
}

static void
guest_exit_handle(struct vcpu *v)
{
	if (v->scause & CAUSE_INTERRUPT) {
		handle_interrupt(v);
		return;
	}
	switch (v->scause) {
	case CAUSE_VS_ECALL:
		guest_sbi_call(v);
		break;
	case CAUSE_GUEST_LOAD_PAGE:
	case CAUSE_GUEST_STORE_PAGE:
		handle_access(v);
		break;
	case CAUSE_VIRTUAL_INSTRUCTION: /* what only a hypervisor has */
		inject(v, CAUSE_ILLEGAL, v->stval);
		break;
	default:
		fatal(v, v->scause == CAUSE_GUEST_FETCH_PAGE ? guest_physical(v) : v->stval);
	}
}

_Noreturn void
guest_hart_main(struct vcpu *v)
{
	guest_hart_begin(v);
	for (;;) {
		vcpu_run(v);
		guest_exit_handle(v);
	}
}
