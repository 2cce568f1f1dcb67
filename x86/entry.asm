; SPDX-License-Identifier: BSD-2-Clause
; From the PVH entry (Xen docs/misc/pvh.pandoc) to 64-bit C.
;
; The note tells launchers where to enter. The page tables lie ready in the image: the first
; 4 GiB at their own addresses by 2-MiB pages; reach.c adds what lies above. A CPU without
; long mode is refused here, for everything else is 64-bit code.

%include "offsets.inc"

%define CR0_PE    (1 << 0)
%define CR0_PG    (1 << 31)
%define CR4_PAE   (1 << 5)
%define MSR_EFER  0xc0000080
%define EFER_LME  (1 << 8)
%define EFLAGS_ID (1 << 21)
%define CPUID_LM  (1 << 29)		; leaf 0x80000001, EDX

%define PTE_TABLE 0x03			; present, writable
%define PTE_2MIB  0x83			; the same, a page of 2 MiB

%define CODE64    0x10
%define DATA      0x18

%define STACK_LEN (64 << 10)

extern kshim_main, cpu_refusal_line

section .note.pvh note alloc noexec nowrite align=4
	dd	.desc - .name, .end - .desc, NOTE_PHYS32_ENTRY
.name:	db	"Xen", 0
.desc:	dd	pvh_entry
.end:

section .text
bits 32

; Entered in protected mode, paging off, flat segments, ebx = hvm_start_info. No stack yet.
global pvh_entry
pvh_entry:
	cli
	cld
	mov	esp, stack_top
	mov	ebp, ebx		; cpuid destroys ebx
	call	has_long_mode
	jnc	refuse_cpu

	mov	eax, CR4_PAE
	mov	cr4, eax
	mov	eax, boot_pml4
	mov	cr3, eax
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, EFER_LME
	wrmsr
	mov	eax, CR0_PE | CR0_PG
	mov	cr0, eax
	lgdt	[boot_gdt.descriptor]
	jmp	CODE64:.long_mode

bits 64
.long_mode:
	mov	eax, DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	edi, ebp
	xor	ebp, ebp
	call	kshim_main		; does not return
	ud2

bits 32

; Carry set if the CPU has long mode. Destroys eax, ebx, ecx, edx.
has_long_mode:
	pushfd
	pop	eax
	mov	ecx, eax
	xor	eax, EFLAGS_ID		; can be changed only where there is CPUID
	push	eax
	popfd
	pushfd
	pop	eax
	cmp	eax, ecx
	je	.no
	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	.no
	mov	eax, 0x80000001
	cpuid
	test	edx, CPUID_LM
	jz	.no
	stc
	ret
.no:	clc
	ret

; The sentence on the serial port, the code on the ports; never returns (die.c, in 32 bits).
refuse_cpu:
	mov	esi, [cpu_refusal_line]
.next:	lodsb
	test	al, al
	jz	.end
	mov	ah, al
	mov	ecx, COM_PATIENCE
.wait:	mov	edx, PORT_COM1 + COM_LSR
	in	al, dx
	test	al, COM_LSR_THRE
	loopz	.wait
	mov	edx, PORT_COM1
	mov	al, ah
	out	dx, al
	jmp	.next
.end:	mov	al, CODE_NO_LONG_MODE
	out	PORT_POST, al
	out	PORT_EXIT, al
	mov	edx, PORT_FW_CFG_SELECTOR
	xor	eax, eax
	out	dx, ax			; item 0, the signature
	inc	edx			; PORT_FW_CFG_DATA
	mov	ecx, 4
.byte:	in	al, dx
	ror	eax, 8
	loop	.byte
	cmp	eax, "QEMU"
	je	.halt
	mov	al, KEYBOARD_RESET
	out	PORT_KEYBOARD, al
.halt:	hlt
	jmp	.halt

section .rodata
align 8
boot_gdt:
	dq	0, 0
	dq	0x00af9b000000ffff	; 0x10: 64-bit code; accessed, so that nobody writes here
	dq	0x00cf93000000ffff	; 0x18: data
.descriptor:
	dw	$ - boot_gdt - 1
	dd	boot_gdt

section .data
align 4096
global boot_pml4
boot_pml4:
	dq	boot_pdpt + PTE_TABLE
	times 511 dq 0
global boot_pdpt
boot_pdpt:
%assign gib 0
%rep 4
	dq	boot_pd + gib * 4096 + PTE_TABLE
%assign gib gib + 1
%endrep
	times 508 dq 0
boot_pd:
%assign page 0
%rep 4 * 512
	dq	(page << 21) | PTE_2MIB
%assign page page + 1
%endrep

section .bss align=16
	resb	STACK_LEN
stack_top:
