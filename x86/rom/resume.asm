; SPDX-License-Identifier: BSD-2-Clause
; A wake-up from S3 (ACPI 6.5, 16.1.1): memory is as the system left it, the machine is reset. So no
; memory may be written to but what no system uses, which rules out C, and the way is short: chipset
; registers that a reset undoes, then the system's waking vector, in real mode.
;
; rom.c leaves the FACS's address in memory; QEMU says in the CMOS RAM that it was asleep. Devices,
; MTRRs and the other CPUs are the system's. What etc/table-loader wrote to fw_cfg stays undone.

%include "offsets.inc"

extern boot

%define SEEN_AT(x) x + (ROM_LIFT_GIB << 30)	; as in entry.inc
%define ROM_ADDR   (ROM_LINKED + (ROM_LIFT_GIB << 30))
%define CR0_PE     1
%define CMOS       0x70
%define NMI_OFF    0x80
%define SHUTDOWN   0x0f			; why the machine is reset
%define ASLEEP     0xfe
%define FACS_WAKING_VECTOR 12
%define PCI_ADDRESS 0xcf8
%define STACK      0x700
%define CODE16     0x08
%define DATA16     0x10
%define AT(slot, function, reg) (1 << 31 | (slot) << 11 | (function) << 8 | (reg))

section .text.resume exec
bits 32

; ecx = the FACS as the last boot has left it. Goes on to `boot` if no system was asleep.
global resume
resume:
	mov	al, SHUTDOWN | NMI_OFF
	out	CMOS, al
	in	al, CMOS + 1
	cmp	al, ASLEEP
	jne	boot
	cmp	dword [ecx], "FACS"
	jne	boot
	xor	eax, eax
	out	CMOS + 1, al		; the next reset is one
	mov	ebx, [ecx + FACS_WAKING_VECTOR]
	test	ebx, ebx
	jz	boot			; no system to wake
	mov	esi, SEEN_AT(i440fx)
	mov	edx, PCI_ADDRESS
	mov	eax, AT(0, 0, 0)
	out	dx, eax
	mov	dl, PCI_ADDRESS + 4 & 0xff
	in	eax, dx
	cmp	eax, ID_I440FX
	je	.next
	mov	esi, SEEN_AT(q35)
.next:	lodsd
	test	eax, eax
	jz	.done
	mov	dl, PCI_ADDRESS & 0xff
	out	dx, eax
	lodsd
	mov	dl, PCI_ADDRESS + 4 & 0xff
	out	dx, eax
	jmp	.next
.done:	mov	eax, ebx
	shr	eax, 4
	and	ebx, 15
	lgdt	[SEEN_AT(gdt.descriptor)]
	jmp	CODE16:real_mode - ROM_LINKED

bits 16
real_mode:
	mov	dx, DATA16
	mov	ds, dx
	mov	es, dx
	mov	ss, dx
	mov	edx, cr0
	and	dl, ~CR0_PE & 0xff
	mov	cr0, edx
	xor	dx, dx
	mov	ds, dx
	mov	es, dx
	mov	ss, dx
	mov	sp, STACK
	push	ax
	push	bx
	retf

section .rodata.resume
align 4
; Pairs of address and value, of those that QEMU's chipsets lose by a reset.
i440fx:	dd	AT(0, 0, I440FX_PAM), I440FX_PAM_LOW, AT(0, 0, I440FX_PAM + 4), PAM_HIGH
	dd	AT(1, 3, 0x40), PM_BASE, AT(1, 3, 0x80), PIIX4_PM_ON, 0
q35:	dd	AT(0, 0, 0x60), MMCONFIG | 1
	dd	AT(0, 0, Q35_PAM), Q35_PAM_LOW, AT(0, 0, Q35_PAM + 4), PAM_HIGH & 0xffffff
	dd	AT(31, 0, 0x40), PM_BASE, AT(31, 0, 0x44), ICH9_ACPI_ON, AT(31, 0, 0xf0), ICH9_RCBA | 1
	dd	0
; 64 KiB each: the first of the ROM (kshim-rom.ld puts `resume` there), and the lowest memory.
gdt:	dq	0
	dq	0x00009b000000ffff | (ROM_ADDR & 0xffffff) << 16 | (ROM_ADDR >> 24) << 56
	dq	0x000093000000ffff
.descriptor:
	dw	$ - gdt - 1
	dd	SEEN_AT(gdt)
