; SPDX-License-Identifier: BSD-2-Clause
; From the PVH entry (Xen docs/misc/pvh.pandoc) to 64-bit C.
;
; The note tells launchers where to enter. The page tables lie ready in the image: the first
; 4 GiB at their own addresses by 2-MiB pages; reach.c adds what lies above. A CPU without
; long mode is refused here, for everything else is 64-bit code.

%include "x86/entry.inc"

%define PTE_TABLE 0x03			; present, writable
%define PTE_2MIB  0x83			; the same, a page of 2 MiB

%define STACK_LEN (64 << 10)

extern kshim_main

section .note.pvh note alloc noexec nowrite align=4
pvh_note:
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

	lgdt	[boot_gdt.descriptor]
	ENTER_LONG_MODE boot_pml4
	mov	edi, ebp
	xor	ebp, ebp
	call	kshim_main		; does not return
	ud2

section .rodata
GDT

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
