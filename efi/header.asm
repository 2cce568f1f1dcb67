; SPDX-License-Identifier: BSD-2-Clause
; The first bytes of kshim.efi: an MZ header and a Linux setup header (boot.rst), one in the other.
;
; QEMU takes -initrd only with files that look like a Linux kernel, so kshim.efi does: "HdrS" at
; 0x202. tools/pack-efi puts the PE header behind this file. Who starts it by the setup header
; (a BIOS) reads a sentence and stops.
;
; QEMU (hw/i386/x86.c, 7.2) writes its loader's fields into the header before the firmware gets it.
; Those that are always the same have its values already, so that the image's signature holds, and
; its sum is the file's, unless -initrd or vga= adds others.

bits 16
org 0

SECTORS equ 15				; with the first one 8 KiB: all headers of the PE

	db	"MZ"
	times 0x3c - ($ - $$) db 0
	dd	pe_header
	times 0x1f1 - ($ - $$) db 0
	db	SECTORS
	times 0x1fe - ($ - $$) db 0
	dw	0xaa55			; boot_flag
	jmp	short start
	db	"HdrS"
	dw	0x020c			; version
	times 0x210 - ($ - $$) db 0
	db	0xb0			; type_of_loader: QEMU's
	db	0x81			; loadflags: LOADED_HIGH, and CAN_USE_HEAP of QEMU's
	times 0x214 - ($ - $$) db 0
	dd	0x100000		; code32_start
	times 0x224 - ($ - $$) db 0
	dw	0xfe00			; heap_end_ptr: QEMU's
	times 0x228 - ($ - $$) db 0
	dd	0x20000			; cmd_line_ptr: QEMU's
	times 0x22c - ($ - $$) db 0
	dd	0x7fffffff		; initrd_addr_max
	dd	0x1000			; kernel_alignment
	times 0x238 - ($ - $$) db 0
	dd	8191			; cmdline_size
	times 0x260 - ($ - $$) db 0
	dd	0x1000			; init_size
	dd	0			; handover_offset: there is no such entry

; cs = the segment of this file + 0x20 (boot.rst, "Running the Kernel")
start:	cld
	mov	si, text - 0x200
.next:	cs lodsb
	test	al, al
	jz	.stop
	mov	ah, 0x0e		; teletype output
	mov	bx, 7
	int	0x10
	jmp	.next
.stop:	cli
	hlt
	jmp	.stop
text:	db	"kshim.efi needs UEFI firmware", 13, 10, 0

align 8, db 0
pe_header:
