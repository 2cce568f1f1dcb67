; SPDX-License-Identifier: BSD-2-Clause
; kshim.bzimage's protected-mode code begins here: the 32-bit entry at its start, the 64-bit one
; 0x200 bytes behind (Linux Documentation/arch/x86/boot.rst), and on to 64-bit C.
;
; The loader may have put it anywhere. The code is linked like kshim.elf's, for one address, and the
; packer adds a list of all words that hold addresses; the 32-bit entry corrects them right away,
; linux_early.c does it for the 64-bit one, after moving the image below 2 GiB if it is not there.
; Up to linux_start nothing here may use an address before that, but relative ones. Names that
; end in _offset are distances from linux_entry32, made by the linker script.

default abs
%include "x86/cpu/entry.inc"
%include "x86/cpu/stop.inc"

%define CR4_LA57  (1 << 12)
%define ENTRY64   0x200

extern linux_early, linux_main
extern linked_at_offset, relocations_offset, early_stack_offset, linux_start_offset
extern refusal_line_LOADER_PAGING, refusal_line_LOADER_ROOM

; ---------------------------------------------------------------- the 32-bit entry
section .head exec
bits 32

; Protected mode without paging, flat segments, esi = zero page, whose scratch word is our stack.
global linux_entry32
linux_entry32:
	cli
	cld
	lea	esp, [esi + ZP_SCRATCH + 4]
	call	.here
.here:	pop	ebp
	sub	ebp, .here - linux_entry32
	lea	esp, [ebp + early_stack_offset]
	mov	eax, ebp
	sub	eax, [ebp + linked_at_offset]
	jz	.relocated
	lea	ebx, [ebp + relocations_offset]
	mov	ecx, [ebx]
.next:	add	ebx, 4
	mov	edx, [ebx]
	add	[ebp + edx], eax
	loop	.next
.relocated:
	call	has_long_mode
	jnc	refuse_cpu
	lgdt	[boot_gdt.descriptor]
	ENTER_LONG_MODE boot_pml4
bits 64
	mov	ebp, ebp		; the upper halves are whatever they were
	mov	esi, esi
	jmp	early

	times ENTRY64 - ($ - linux_entry32) int3

; ---------------------------------------------------------------- the 64-bit entry
; Long mode; at least we, the zero page and the command line are mapped at their own addresses;
; rsi = zero page.
linux_entry64:
	cli
	cld
	lea	rbp, [rel linux_entry32]
early:	lea	rsp, [rbp + early_stack_offset]
	mov	rax, cr4
	test	eax, CR4_LA57
	jnz	.paging
	mov	rdi, rbp
	mov	rbx, rsi
	call	linux_early		; (where we are, zero page): where we shall be
	test	rax, rax
	jz	.room
	mov	ecx, linux_start_offset
	add	rax, rcx
	jmp	rax

.paging:
	lea	rsi, [rel refusal_line_LOADER_PAGING]
	SAY_AND_STOP rsi, CODE_LOADER_PAGING
.room:	lea	rsi, [rel refusal_line_LOADER_ROOM]
	SAY_AND_STOP rsi, CODE_LOADER_ROOM

; ---------------------------------------------------------------- at home
section .text

; rbx = zero page; all addresses are right from here on, and memory up to 4 GiB is mapped.
global linux_start
linux_start:
	mov	esp, stack_top
	mov	eax, CR4_PAE | CR4_OSFXSR
	mov	cr4, rax
	mov	eax, boot_pml4
	mov	cr3, rax
	lgdt	[boot_gdt.descriptor]
	push	CODE64
	push	.code64
	o64 retf
.code64:
	mov	eax, DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	rdi, rbx
	xor	ebp, ebp
	call	linux_main		; does not return
	ud2

section .rodata
GDT
	dd	0			; in 64-bit mode lgdt reads a base of 8 bytes

; The address for which all others are right at the moment: one of those that are corrected.
section .data
extern kshim_start
global linked_at
linked_at:
	dq	kshim_start

%include "x86/cpu/identity.inc"
