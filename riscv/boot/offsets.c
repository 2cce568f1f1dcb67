/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers that the assembly files need, made from the structs of the C code.
 *
 * Never linked: it is compiled to assembly, and each line "@ NAME NUMBER" of that becomes a
 * #define in the generated offsets.inc, so that no offset is ever typed.
 */
#include <stddef.h>

#include "riscv/base/sbi.h"
#include "riscv/guest/guest_state.h"
#include "stub/body/symbols.h"

#define NUMBER(name, value)  __asm__ volatile("\n@ " #name " %0" : : "i"(value))
#define OFFSET(name, member) NUMBER(VCPU_##name, offsetof(struct vcpu, member))

void offsets(void);

void
offsets(void)
{
	OFFSET(X, x);
	OFFSET(SEPC, sepc);
	OFFSET(SSTATUS, sstatus);
	OFFSET(HSTATUS, hstatus);
	OFFSET(SCAUSE, scause);
	OFFSET(STVAL, stval);
	OFFSET(HTVAL, htval);
	OFFSET(HTINST, htinst);
	OFFSET(HOST_SP, host_sp);
	OFFSET(STACK_TOP, stack_top);
	OFFSET(HART, hart);
	NUMBER(VCPU_SIZE, sizeof(struct vcpu));
	NUMBER(GUEST_VCPU, offsetof(struct guest, vcpu));
	NUMBER(GUEST_HARTS, offsetof(struct guest, harts));
	NUMBER(PAGE_LEN, PAGE);
	NUMBER(SYMBOLS_ROOM, SYMBOLS_ROOM);
	NUMBER(HSM, SBI_HSM);
	NUMBER(HSM_STOP, SBI_HSM_STOP);
}
