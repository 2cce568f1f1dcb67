; SPDX-License-Identifier: BSD-2-Clause
; From the reset vector to 64-bit C (Intel SDM vol. 3, 9.1.4 "First Instruction Executed").
;
; Code and constants stay in the ROM, physically below 4 GiB, and are linked 2 GiB lower, which
; the small code model wants. Variables, stack and page tables are in low
; RAM, zeroed by one fw_cfg request, for RAM may hold what the last boot left. A page of 2 MiB is
; mapped when it is first touched (page_fault): ready tables for 4 GiB would fill half of the ROM,
; and hypervisors differ in whether tables may lie in a ROM at all. The ROM's page can be executed and
; not written, all others the other way round. The stack is lowest in RAM: below it are page 0 and
; what is not mapped. That page 0 is mapped is the price of large pages.

default abs
%include "offsets.inc"
%define LINK_BIAS (ROM_LIFT_GIB << 30)
%include "x86/cpu/entry.inc"

%define ROM_ADDR   (ROM_LINKED + LINK_BIAS)
%define ROM_PAGE   (ROM_ADDR & -(2 << 20))

%define BIG_ENDIAN(x) (((x) >> 24) & 0xff | ((x) >> 8) & 0xff00 | ((x) & 0xff00) << 8 | \
	((x) & 0xff) << 24)

; For the linker script to compare.
global rom_linked, rom_ram, rom_len, rom_window, rom_faults
rom_linked equ ROM_LINKED
rom_ram equ ROM_RAM
rom_len equ ROM_LEN
rom_window equ ROM_WINDOW
rom_faults equ ROM_FAULTS

%define ENTRIES   512
%define PTE_TABLE 0x03			; present, writable
%define PTE_2MIB  0xe3			; the same, accessed, dirty, a page of 2 MiB
%define PTE_ROM   0xe1			; not writable

%define TSS       0x20
%define GDT_LEN   (TSS + 16)
%define STACK_LEN (48 << 10)
%define REQUEST   0x600			; 16 bytes of free RAM: a fw_cfg request
%define NO_ITEM   0x3fff		; reads as zeros

extern resume, rom_main, fw_cfg_access, fault_page, kshim_end

; ---------------------------------------------------------------- the end of the ROM
section .reset
bits 16
GDT

%define IN_SEGMENT(x) 0x10000 - RESET_LEN + x - $$	; offset in the last 64 KiB of 1 MiB or 4 GiB

; In real mode. After a reset cs has the base 0xffff0000 until the first far jump. Linux may also
; jump to f000:fff0 to reboot (where that is memory rom.c has copied this section to it): then
; the machine has not been reset, which the GDTR shows, and a triple fault does it.
global reset16
reset16:
	xor	ax, ax
	mov	ds, ax
	o32 sgdt [REQUEST]
	cmp	dword [REQUEST + 2], 0	; the base; Linux sets the limit that a reset does
	jne	.again
	o32 lgdt [cs:IN_SEGMENT(boot_gdt.descriptor)]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	jmp	dword CODE32:SEEN_AT(entry32)
.again:	lidt	[cs:IN_SEGMENT(boot_gdt)]	; the null descriptor: no IDT
	int3

	times RESET_LEN - ROM_ABOUT - ($ - $$) db 0xf4	; hlt
about:	dd	ROM_MAGIC, ROM_RAM, kshim_end, ROM_WINDOW, ROM_WINDOW + ROM_WINDOW_LEN	; stub/body/body.h
global reset_vector
reset_vector:
	cli
	cld
	jmp	reset16
	times RESET_LEN - 2 - ($ - $$) db 0xf4
	db	0xfc, 0			; a PC/AT's model byte

; ---------------------------------------------------------------- 32 bits
section .text
bits 32
entry32:
	mov	eax, DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	ecx, [ROM_FACS]
	jecxz	boot
	jmp	resume			; if the machine was asleep
global boot
boot:	mov	esp, stack_top
	call	has_long_mode
	jnc	refuse_cpu
	mov	ebp, edx
	call	zero_ram
	and	ebp, 1 << CPUID_NX_BIT
	shl	ebp, 31 - CPUID_NX_BIT	; the upper half of an entry: NX, or 0
	mov	dword [boot_page_bits], PTE_2MIB
	mov	[boot_page_bits + 4], ebp
	mov	dword [pml4], pdpt + PTE_TABLE
%assign gib 0
%rep 4
	mov	dword [pdpt + 8 * gib], page_directories + gib * 4096 + PTE_TABLE
%assign gib gib + 1
%endrep
	; The stack's page, and the ROM where it is and where it is linked.
	mov	dword [page_directories], PTE_2MIB
	mov	[page_directories + 4], ebp
	mov	eax, ROM_PAGE + PTE_ROM
	mov	[page_directories + 8 * (ROM_PAGE >> 21)], eax
	mov	[page_directories + 8 * (ROM_LINKED >> 21)], eax
	shr	ebp, 31 - EFER_NXE_BIT
	ENTER_LONG_MODE pml4, ebp
	mov	ecx, SEGMENTS		; in RAM, because ltr marks its descriptor
	mov	esi, segments
	mov	edi, ram_gdt + CODE64
	rep movsq
	mov	dword [tss + TSS_IST1], fault_stack_top
	lgdt	[gdt_register]
	lidt	[idt_register]
	mov	eax, TSS
	ltr	ax
	call	rom_main		; does not return
	ud2

; Zero low memory, ours and what the handoff will be written to: by a fw_cfg request where there
; is DMA, which costs no instructions and is remembered, else by hand. The stack is empty but for
; the return address. Destroys all registers but ebp.
bits 32
zero_ram:
	pop	ebx
	mov	edx, PORT_FW_CFG_DMA
	in	eax, dx
	cmp	eax, "QEMU"
	jne	.by_hand
	mov	dword [REQUEST], BIG_ENDIAN(NO_ITEM << 16 | FW_CFG_SELECT_READ)
	mov	dword [REQUEST + 8], 0
	mov	dword [REQUEST + 4], BIG_ENDIAN(ROM_RAM_END - ROM_RAM)
	mov	dword [REQUEST + 12], BIG_ENDIAN(ROM_RAM)
	mov	eax, BIG_ENDIAN(REQUEST)
	add	edx, 4
	out	dx, eax
	cmp	dword [REQUEST], 0
	jne	.by_hand
	mov	dword [fw_cfg_access], FW_CFG_DMA
	jmp	ebx
.by_hand:
	mov	edi, ROM_RAM
	mov	ecx, (ROM_RAM_END - ROM_RAM) / 4
	xor	eax, eax
	rep stosd
	jmp	ebx

; ---------------------------------------------------------------- faults
section .text.page_fault exec
bits 64

; Map the 2 MiB around the address that has been touched, if it is below 4 GiB and nothing is
; mapped there, and go on. That it might be executed next is no harm: then it faults again.
page_fault:
	push	rax
	push	rcx
	mov	rcx, cr2
	mov	rax, rcx
	shr	rcx, 21
	cmp	rcx, 4 * ENTRIES
	jae	.is_fault
	cmp	qword [page_directories + 8 * rcx], 0
	jne	.is_fault
	and	rax, -(1 << 21)
	or	rax, [boot_page_bits]
	mov	[page_directories + 8 * rcx], rax
	pop	rcx
	pop	rax
	add	rsp, 8			; the error code
	iretq
.is_fault:
	pop	rcx
	pop	rax
	jmp	fault_page
	times ROM_FAULTS - ($ - page_fault) db 0xf4

; Gates for page_fault and the entries in fault_entries.asm, which the linker script puts, in this order,
; at the ROM's start: a gate splits its address, which no relocation can.
section .rodata
align 8
idt:
%assign vector 0
%rep FAULTS
%if vector == PAGE_FAULT
	dw	0, CODE64, 0x8e00 | FAULT_IST, ROM_LINKED >> 16
%else
	dw	ROM_FAULTS + vector * FAULT_STRIDE, CODE64, 0x8e00 | FAULT_IST, ROM_LINKED >> 16
%endif
	dd	0, 0
%assign vector vector + 1
%endrep
idt_register:
	dw	$ - idt - 1
	dq	idt

; CODE64 and DATA as in GDT, and the TSS, whose address kshim-rom.ld splits; its upper half is 0.
extern tss_descriptor
align 8
segments:
	dq	0x00af9b000000ffff, 0x00cf93000000ffff, tss_descriptor
SEGMENTS equ ($ - segments) / 8
gdt_register:
	dw	GDT_LEN - 1
	dq	ram_gdt

; ---------------------------------------------------------------- RAM
section .bss.tables nobits alloc noexec write align=4096
global boot_pml4
boot_pml4:
pml4:	resq	ENTRIES
pdpt:	resq	ENTRIES
global boot_pd
boot_pd:
page_directories:
	resq	4 * ENTRIES

section .bss.stack nobits alloc noexec write align=16
	resb	STACK_LEN
stack_top:

section .bss align=16
	resb	FAULT_STACK_LEN
fault_stack_top:
ram_gdt:
	resb	GDT_LEN
global boot_page_bits, tss
boot_page_bits:
	resq	1
tss:	resb	TSS_LEN
