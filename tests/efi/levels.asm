; SPDX-License-Identifier: BSD-2-Clause
; void enter_5_levels(uint64_t top): five levels of page tables instead of four, the four being the
; first entry of `top`, a zeroed page below 4 GiB. Code and stack are below 4 GiB, too. The way
; leads through compatibility mode with paging off, under a GDT of our own.

%define CS32      0x08
%define CS64      0x10
%define DATA      0x18
%define CR0_PG    (1 << 31)
%define CR4_LA57  (1 << 12)

section .text
global enter_5_levels
bits 64
enter_5_levels:
	pushfq
	cli
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	rax, cr3
	or	rax, 3			; present, writable
	mov	[rdi], rax
	sub	rsp, 32			; theirs at 0, ours at 16
	sgdt	[rsp]
	lea	rax, [rel gdt]
	mov	word [rsp + 16], 4 * 8 - 1
	mov	[rsp + 18], rax
	mov	ebx, cs
	shl	ebx, 16
	mov	bx, ss
	lea	rsi, [rel .back]
	lgdt	[rsp + 16]
	push	CS32
	lea	rax, [rel .compat]
	push	rax
	o64 retf
bits 32
.compat:
	mov	eax, DATA
	mov	ss, eax
	mov	ds, eax
	mov	eax, cr0
	and	eax, ~CR0_PG
	mov	cr0, eax
	mov	eax, cr4
	or	eax, CR4_LA57
	mov	cr4, eax
	mov	cr3, edi
	mov	eax, cr0
	or	eax, CR0_PG
	mov	cr0, eax
	push	dword CS64
	push	esi
	retf
bits 64
.back:	mov	esp, esp
	lgdt	[rsp]
	movzx	eax, bx			; their ss, which ds is equal to
	mov	ss, eax
	mov	ds, eax
	mov	es, eax
	shr	ebx, 16
	push	rbx
	lea	rax, [rel .theirs]
	push	rax
	o64 retf
.theirs:
	add	rsp, 32
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	popfq
	ret

section .rodata
align 8
gdt:	dq	0
	dq	0x00cf9b000000ffff	; CS32
	dq	0x00af9b000000ffff	; CS64
	dq	0x00cf93000000ffff	; DATA
