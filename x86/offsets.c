/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers that the assembly files need, made from the structs and tables of the C code.
 *
 * Never linked: it is compiled to assembly, and each string "@ NAME NUMBER" in that becomes a
 * %define in the generated offsets.inc, so that no offset is ever typed.
 */
#include "stub/body/body.h"
#include "stub/body/symbols.h"
#include "stub/handoff/entry.h"
#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "x86/boot/fault.h"
#include "x86/boot/fw_cfg.h"
#include "x86/cpu/port.h"
#include "x86/pc/chipset.h"
#include "x86/rom/rom.h"

#define NUMBER(name, value)  __asm__ volatile("\n.ascii \"@ " #name " %c0\"" : : "i"(value))
#define STATE(name, member)  NUMBER(STATE_##name, offsetof(struct machine_state, member))
#define ZP(name, member)     NUMBER(ZP_##name, offsetof(struct zero_page, member))
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

static void
zero_page_offsets(void)
{
	ZP(SCRATCH, scratch);
	ZP(X, orig_x);
	ZP(Y, orig_y);
	ZP(EXT_MEM_K, ext_mem_k);
	ZP(VIDEO_PAGE, orig_video_page);
	ZP(VIDEO_MODE, orig_video_mode);
	ZP(VIDEO_COLS, orig_video_cols);
	ZP(VIDEO_EGA_BX, orig_video_ega_bx);
	ZP(VIDEO_LINES, orig_video_lines);
	ZP(VIDEO_ISVGA, orig_video_isvga);
	ZP(VIDEO_POINTS, orig_video_points);
	ZP(ALT_MEM_K, alt_mem_k);
	ZP(E820_ENTRIES, e820_entries);
	ZP(E820_TABLE, e820_table);
	ZP(HEADER, hdr);
	ZP(CL_MAGIC, cl_magic);
	ZP(CL_OFFSET, cl_offset);
	ZP(REALMODE_SWTCH, hdr.realmode_swtch);
	ZP(CODE32_START, hdr.code32_start);
	ZP(CMD_LINE_PTR, hdr.cmd_line_ptr);
	NUMBER(ZP_LEN, sizeof(struct zero_page));
	NUMBER(ZP_HEADER_LEN, sizeof(struct zp_setup_header));
	NUMBER(ZP_E820_SIZE, sizeof(struct zp_e820_entry));
	NUMBER(ZP_E820_MAX, ZP_E820_MAX);
	NUMBER(CL_MAGIC, ZP_CL_MAGIC);
	NUMBER(LOADED_HIGH, ZP_LOADED_HIGH);
	NUMBER(CAN_USE_HEAP, ZP_CAN_USE_HEAP);
	NUMBER(XLOADFLAGS, ZP_XLF_KERNEL_64 | ZP_XLF_CAN_BE_LOADED_ABOVE_4G);
	NUMBER(SETUP_TYPE_MAX, ZP_SETUP_RNG_SEED);
}

void
offsets(void)
{
	state_offsets();
	zero_page_offsets();
	OFFSET(OP, op);
	OFFSET(DST, dst);
	OFFSET(SRC, src);
	OFFSET(LEN, len);
	NUMBER(TRAMPOLINE_CODE, BODY_TRAMPOLINE_CODE);
	NUMBER(MOVE_SIZE, sizeof(struct move));
	NUMBER(OP_ZERO, MOVE_ZERO);
	NUMBER(NOTE_PHYS32_ENTRY, XEN_ELFNOTE_PHYS32_ENTRY);
	NUMBER(CODE_NO_LONG_MODE, REFUSAL_CPU_NO_LONG_MODE);
	NUMBER(CODE_LOADER_PAGING, REFUSAL_LOADER_PAGING);
	NUMBER(CODE_LOADER_ROOM, REFUSAL_LOADER_ROOM);
	NUMBER(CODE_LOADER_SETUP_CUT, REFUSAL_LOADER_SETUP_CUT);
	NUMBER(CODE_LOADER_A20, REFUSAL_LOADER_A20);
	NUMBER(FAULTS, FAULT_VECTORS);
	NUMBER(FAULT_STRIDE, FAULT_STRIDE);
	NUMBER(PAGE_FAULT, FAULT_PAGE);
	NUMBER(FAULT_IST, FAULT_IST);
	NUMBER(FAULT_STACK_LEN, FAULT_STACK_LEN);
	NUMBER(TSS_LEN, TSS_LEN);
	NUMBER(TSS_IST1, TSS_IST1);
	NUMBER(SYMBOLS_ROOM, SYMBOLS_ROOM);
	NUMBER(ROM_LEN, ROM_LEN);
	NUMBER(ROM_ABOUT, BODY_ROM_ABOUT);
	NUMBER(ROM_MAGIC, BODY_ROM_MAGIC);
	NUMBER(ROM_LIFT_GIB, ROM_LIFT_GIB);
	NUMBER(ROM_LINKED, ROM_LINKED);
	NUMBER(ROM_WINDOW, ROM_WINDOW);
	NUMBER(ROM_WINDOW_LEN, ROM_WINDOW_LEN);
	NUMBER(ROM_RAM, ROM_RAM);
	NUMBER(ROM_RAM_END, ROM_RAM_END);
	NUMBER(RESET_LEN, RESET_LEN);
	NUMBER(ROM_FACS, ROM_FACS);
	NUMBER(ID_I440FX, ID(I440FX));
	NUMBER(I440FX_PAM, I440FX_PAM);
	NUMBER(I440FX_PAM_LOW, I440FX_PAM_LOW);
	NUMBER(Q35_PAM, Q35_PAM);
	NUMBER(Q35_PAM_LOW, Q35_PAM_LOW);
	NUMBER(PAM_HIGH, PAM_HIGH);
	NUMBER(PM_BASE, PM_BASE);
	NUMBER(PIIX4_PM_ON, PIIX4_PM_ON);
	NUMBER(ICH9_ACPI_ON, ICH9_ACPI_ON);
	NUMBER(ICH9_RCBA, (int32_t)ICH9_RCBA);
	NUMBER(MMCONFIG, (int32_t)MMCONFIG);
	NUMBER(ROM_FAULTS, ROM_FAULTS);
	NUMBER(FW_CFG_SELECT_READ, FW_CFG_SELECT_READ);
	NUMBER(FW_CFG_DMA, FW_CFG_DMA);
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
