; SPDX-License-Identifier: BSD-2-Clause
; The four functions that compilers call behind our back (stub/base/bytes.h declares them).

%include "x86/cpu/mem.inc"

section .text
bits 64

; void *memcpy(void *rdi, const void *rsi, size_t rdx)
; void *memmove(void *rdi, const void *rsi, size_t rdx)
global memcpy, memmove
memcpy:
memmove:
	mov	r8, rdi
	mov	rcx, rdx
	COPY_OVERLAPPING
	mov	rax, r8
	ret

; void *memset(void *rdi, int esi, size_t rdx)
global memset
memset:
	mov	r8, rdi
	movzx	eax, sil
	mov	rcx, 0x0101010101010101
	imul	rax, rcx
	mov	rcx, rdx
	FILL
	mov	rax, r8
	ret

; int memcmp(const void *rdi, const void *rsi, size_t rdx)
global memcmp
memcmp:
	xor	eax, eax
	mov	rcx, rdx
	cmp	eax, eax		; equal, for a length of 0
	repe cmpsb
	je	.equal
	movzx	eax, byte [rdi - 1]
	movzx	ecx, byte [rsi - 1]
	sub	eax, ecx
.equal:	ret
