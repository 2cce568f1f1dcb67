; SPDX-License-Identifier: BSD-2-Clause
; Sums of bytes modulo 256, 16 bytes an instruction: checksums over ACPI's tables would otherwise
; be most of what kshim.rom does.
;
; All is read in aligned pieces of 16 bytes, which cannot leave the page that the first and last
; byte are in; what the first and the last piece have besides is subtracted.

%define TURN 256

section .rodata
align 16
	times 16 db 0xff
masks:	times 16 db 0			; [masks - n]: n bytes set, then none; [masks + n]: none, then n
	times 16 db 0xff

section .text
bits 64

; uint8_t sum_bytes(const void *rdi, size_t rsi)
; Destroys rax, rcx, rdx, rdi, xmm0, xmm1; wants CR4.OSFXSR.
global sum_bytes
sum_bytes:
	lea	rdx, [rdi + rsi]
	mov	ecx, edi
	and	ecx, 15			; bytes before the first one
	mov	eax, edx
	neg	eax
	and	eax, 15			; bytes behind the last one
	sub	rdi, rcx
	add	rdx, rax
	lea	rsi, [rel masks]
	movdqu	xmm1, [rsi + rax]
	pand	xmm1, [rdx - 16]
	sub	rsi, rcx
	movdqu	xmm0, [rsi]
	pand	xmm0, [rdi]
	paddb	xmm1, xmm0
	pxor	xmm0, xmm0
	psubb	xmm0, xmm1
	; A short first turn: into the row of additions where as many are left as it has pieces.
	sub	rdx, rdi		; bytes, whole pieces
	mov	ecx, edx
	and	ecx, TURN - 16
	sub	rdx, rcx
	lea	rdi, [rdi + rcx - TURN / 2 - 8]
	shr	ecx, 4
	lea	ecx, [rcx + rcx * 4]	; each addition is 5 bytes long
	lea	rax, [rel .row_end]
	sub	rax, rcx
	jmp	rax
.row:
%assign at 8 - TURN / 2
%rep TURN / 16
	paddb	xmm0, [byte rdi + at]
%assign at at + 16
%endrep
.row_end:
	add	rdi, TURN
	sub	rdx, TURN
	jae	.row
	pxor	xmm1, xmm1
	psadbw	xmm0, xmm1		; two sums of eight bytes
	movhlps	xmm1, xmm0
	paddb	xmm0, xmm1
	movd	eax, xmm0
	ret

%if .row_end - .row != TURN / 16 * 5
%error "not 5 bytes for each addition"
%endif

section .note.GNU-stack noalloc noexec nowrite progbits
