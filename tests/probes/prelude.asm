; SPDX-License-Identifier: BSD-2-Clause
;
; The prelude: a PVH ELF that enters another one with a start_info of the test's making, or a bzImage's
; 32-bit entry with a zero page.
;
; QEMU boots it (-kernel) and, with -device loader, puts kshim.elf, modules, start_info and a
; script into memory. The script lies at SCRIPT; it says which bytes to copy first (QEMU's
; firmware uses low memory, so what belongs there lies elsewhere until now), what to write to
; which ports, where start_info is and where to jump. The machine state stays as the PVH
; protocol left it to us.
;
; It can enter a bzImage's 32-bit code in the same way, with a zero page.
;
; Script: u32 magic, u32 entry, u32 start_info, u32 number of copies, u32 number of port writes;
; then per copy three u32: destination, source, bytes; then per write two u32: port, value.
; Written by tests/kshimtest/ways/prelude.py.

PRELUDE	equ 0x7000000
SCRIPT	equ PRELUDE + 0x1000
MAGIC	equ 0x4c455250		; "PREL"

	bits	32
	org	PRELUDE

elf:	db	0x7f, "ELF", 1, 1, 1
	times	9 db 0
	dw	2, 3
	dd	1, entry, headers - elf, 0, 0
	dw	52, 32, 2, 40, 0, 0

headers:
	dd	1, 0, PRELUDE, PRELUDE, end - elf, end - elf, 7, 4096		; PT_LOAD
	dd	4, note - elf, 0, 0, note_end - note, note_end - note, 4, 4	; PT_NOTE

note:	dd	4, 4, 18		; XEN_ELFNOTE_PHYS32_ENTRY
	db	"Xen", 0
	dd	entry
note_end:

entry:
	cmp	dword [SCRIPT], MAGIC
	jne	.no_script
	mov	esp, stack_top
	cld
	mov	edx, [SCRIPT + 12]
	mov	ebp, SCRIPT + 20
.copy:
	test	edx, edx
	jz	.ports
	mov	edi, [ebp]
	mov	esi, [ebp + 4]
	mov	ecx, [ebp + 8]
	rep movsb
	add	ebp, 12
	dec	edx
	jmp	.copy
.ports:
	mov	ecx, [SCRIPT + 16]
.port:
	jecxz	.go
	mov	edx, [ebp]
	mov	eax, [ebp + 4]
	out	dx, eax
	add	ebp, 8
	dec	ecx
	jmp	.port
.go:
	mov	ebx, [SCRIPT + 8]	; for PVH
	mov	esi, ebx		; for the 32-bit Linux protocol, a zero page
	jmp	[SCRIPT + 4]

; No script: status (0x12 << 1) | 1 by isa-debug-exit.
.no_script:
	mov	al, 0x12
	out	0xf4, al
	cli
	hlt

	times	0x400 - ($ - $$) db 0
stack_top:
end:
