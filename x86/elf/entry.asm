; SPDX-License-Identifier: BSD-2-Clause
; From the PVH entry (Xen docs/misc/pvh.pandoc) to 64-bit C.
;
; The note tells launchers where to enter. The page tables lie ready in the image: the first
; 4 GiB at their own addresses by 2-MiB pages; reach.c adds what lies above. A CPU without
; long mode is refused here, because everything else is 64-bit code.

%include "x86/cpu/entry.inc"

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

%include "x86/cpu/identity.inc"
