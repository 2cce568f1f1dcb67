; SPDX-License-Identifier: BSD-2-Clause
; What another CPU runs when it is woken, copied to the start of a page: write the registers in
; the list behind the code, count itself, halt. A list entry is number, count of registers from
; that on, low, high; number 0 ends.

section .rodata
bits 16
global wake_start, wake_count, wake_end
align 4
wake_start:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	mov	si, wake_end - wake_start
.next:
	lodsd
	mov	ecx, eax
	jecxz	.done
	lodsd
	mov	ebx, eax
	lodsd
	xchg	eax, edx
	lodsd
	xchg	eax, edx
.write:
	wrmsr
	inc	ecx
	dec	ebx
	jnz	.write
	jmp	.next
.done:
	lock inc word [wake_count - wake_start]
.halt:
	hlt
	jmp	.halt
align 4, db 0
wake_count:
	dw	0, 0
wake_end:
