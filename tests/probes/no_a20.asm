; SPDX-License-Identifier: BSD-2-Clause
;
; Closes the A20 gate for good, in real mode, and goes on to a bzImage's setup code.
;
; tests/kshimtest/files.py puts it over the first sector of kshim.bzimage, which a boot loader does not run,
; and five bytes over the setup's first instructions that lead here; KEPT, at the end, has what they
; were. Two PCI serial ports are put over the ports that open the gate: 0x92, and 0x60 and 0x64 of the
; keyboard controller. QEMU lets a PCI card answer before the board's own devices. What SeaBIOS does for
; int 15h 2401 goes to port 0x92, too.

CARD_1	equ 1 << 31 | 0x10 << 11	; PCI 3.0, 3.2.2.3.2: -device pci-serial,addr=0x10
CARD_2	equ 1 << 31 | 0x11 << 11
PORT_92	equ 0x92
SETUP	equ 0x20			; paragraphs from our segment to the setup's

	bits	16
	org	0

	cli
	cld
	push	ds
	pop	es
	mov	di, [start]
	mov	si, kept
	mov	cx, 5
	rep movsb
	in	al, PORT_92
	and	al, ~2 & 0xff
	out	PORT_92, al
	mov	si, writes
	mov	cx, (writes_end - writes) / 6
.next:	lodsw
	mov	dx, ax
	lodsd
	out	dx, eax
	loop	.next
	mov	ax, ds
	add	ax, SETUP
	push	ax
	mov	ax, [start]
	sub	ax, SETUP << 4
	push	ax
	retf

%macro CONFIG 2			; address, value
	dw	0xcf8
	dd	%1
	dw	0xcfc
	dd	%2
%endmacro

writes:	CONFIG	CARD_1 | 0x10, 0x60 | 1
	CONFIG	CARD_1 | 0x04, 1
	CONFIG	CARD_2 | 0x10, 0x90 | 1
	CONFIG	CARD_2 | 0x04, 1
writes_end:

start:	dw	0
kept:	times 5 db 0
