/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers that the assembly files need, made from the structs and tables of the C code.
 *
 * Never linked: it is compiled to assembly, and each string "@ NAME NUMBER" in that becomes a
 * %define in the generated offsets.inc, so that no offset is ever typed.
 */
#include "stub/body.h"
#include "stub/entry.h"
#include "stub/wire/elf.h"
#include "x86/fw_cfg.h"
#include "x86/idt.h"
#include "x86/port.h"
#include "x86/rom.h"

#define NUMBER(name, value)  __asm__ volatile("\n.ascii \"@ " #name " %c0\"" : : "i"(value))
#define STATE(name, member)  NUMBER(STATE_##name, offsetof(struct machine_state, member))
#define OFFSET(name, member) NUMBER(MOVE_##name, offsetof(struct move, member))

void offsets(void);

static void
state_offsets(void)
{
	STATE(RIP, rip);
	STATE(RSP, rsp);
	STATE(RFLAGS, rflags);
	STATE(RAX, rax);
	STATE(RBX, rbx);
	STATE(RCX, rcx);
	STATE(RDX, rdx);
	STATE(RSI, rsi);
	STATE(RDI, rdi);
	STATE(RBP, rbp);
	STATE(CR0, cr0);
	STATE(CR3, cr3);
	STATE(CR4, cr4);
	STATE(EFER, efer);
	STATE(GDT_BASE, gdt_base);
	STATE(GDT_LIMIT, gdt_limit);
	STATE(BITS, bits);
	STATE(CS, cs.selector);
	STATE(DATA, data.selector);
	STATE(TR, tr.selector);
}

void
offsets(void)
{
	state_offsets();
	OFFSET(OP, op);
	OFFSET(DST, dst);
	OFFSET(SRC, src);
	OFFSET(LEN, len);
	NUMBER(TRAMPOLINE_CODE, BODY_TRAMPOLINE_CODE);
	NUMBER(MOVE_SIZE, sizeof(struct move));
	NUMBER(OP_ZERO, MOVE_ZERO);
	NUMBER(NOTE_PHYS32_ENTRY, XEN_ELFNOTE_PHYS32_ENTRY);
	NUMBER(CODE_NO_LONG_MODE, REFUSAL_CPU_NO_LONG_MODE);
	NUMBER(FAULTS, IDT_FAULTS);
	NUMBER(FAULT_STRIDE, IDT_FAULT_STRIDE);
	NUMBER(PAGE_FAULT, IDT_PAGE_FAULT);
	NUMBER(ROM_LEN, ROM_LEN);
	NUMBER(ROM_LIFT_GIB, ROM_LIFT_GIB);
	NUMBER(ROM_LINKED, ROM_LINKED);
	NUMBER(ROM_WINDOW, ROM_WINDOW);
	NUMBER(ROM_RAM, ROM_RAM);
	NUMBER(ROM_RAM_END, ROM_RAM_END);
	NUMBER(RESET_LEN, RESET_LEN);
	NUMBER(ROM_FAULTS, ROM_FAULTS);
	NUMBER(FW_CFG_SELECT_READ, FW_CFG_SELECT_READ);
	NUMBER(PORT_FW_CFG_DMA, PORT_FW_CFG_DMA);
	NUMBER(PORT_COM1, PORT_COM1);
	NUMBER(COM_LSR, COM_LSR);
	NUMBER(COM_LSR_THRE, COM_LSR_THRE);
	NUMBER(COM_PATIENCE, COM_PATIENCE);
	NUMBER(PORT_POST, PORT_POST);
	NUMBER(POST_JUMP, POST_JUMP);
	NUMBER(PORT_EXIT, PORT_EXIT);
	NUMBER(PORT_KEYBOARD, PORT_KEYBOARD);
	NUMBER(KEYBOARD_RESET, KEYBOARD_RESET);
	NUMBER(PORT_FW_CFG_SELECTOR, PORT_FW_CFG_SELECTOR);
	NUMBER(PORT_FW_CFG_DATA, PORT_FW_CFG_DATA);
}
