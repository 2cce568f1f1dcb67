; SPDX-License-Identifier: BSD-2-Clause
; Sums of bytes modulo 256, 64 bytes a turn: checksums over ACPI's tables would otherwise be
; most of what kshim.rom does.

section .text
bits 64

; uint8_t sum_bytes(const void *rdi, size_t rsi)
; Destroys rcx, rdi, rsi, xmm0, xmm1; wants CR4.OSFXSR.
global sum_bytes
sum_bytes:
	pxor	xmm0, xmm0
	xor	eax, eax
	mov	ecx, esi
	and	ecx, 15			; bytes left over for the end
	sub	rsi, 64
	jb	.sixteens
.turn:
%assign at 0
%rep 4
	movdqu	xmm1, [rdi + at]
	paddb	xmm0, xmm1
%assign at at + 16
%endrep
	add	rdi, 64
	sub	rsi, 64
	jae	.turn
.sixteens:
	add	rsi, 64 - 16		; what is left, less 16
	js	.bytes
.sixteen:
	movdqu	xmm1, [rdi]
	paddb	xmm0, xmm1
	add	rdi, 16
	sub	rsi, 16
	jns	.sixteen
.bytes:
	test	ecx, 8
	jz	.few
	movq	xmm1, [rdi]
	paddb	xmm0, xmm1
	add	rdi, 8
.few:
	and	ecx, 7
	jz	.fold
.byte:
	add	al, [rdi]
	inc	rdi
	dec	ecx
	jnz	.byte
.fold:
	pxor	xmm1, xmm1
	psadbw	xmm0, xmm1		; two sums of eight bytes
	movd	ecx, xmm0
	add	al, cl
	psrldq	xmm0, 8
	movd	ecx, xmm0
	add	al, cl
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
