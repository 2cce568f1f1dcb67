; SPDX-License-Identifier: BSD-2-Clause
; Does the last moves, loads the machine state and enters the kernel: position-independent,
; for it is copied to where the plan has put it, apart from all that the moves overwrite.
;
; void trampoline(const struct machine_state *rdi, const struct move *rsi, uint64_t rdx,
;                 uint64_t rcx)
; in long mode of 4 or 5 levels: the state, the late moves and their number, the plan's page
; tables (0: those that are loaded, of 4 levels, stay). All four lie below 4 GiB and are mapped by
; those tables at their own addresses, and so is this code.
; Never returns. An exception in here resets the machine: there is no IDT any more.

%include "offsets.inc"
%include "x86/cpu/mem.inc"

%define CR0_PG       (1 << 31)
%define CR4_LA57     (1 << 12)
%define MSR_EFER     0xc0000080
%define TSS_BUSY     (1 << 1)		; in byte 5 of a descriptor
%define GDT_ACCESS   5
%define OWN_CS32     0x08
%define OWN_CS64     0x10
%define OWN_DATA     0x18

section .rodata				; data to the body that links it: it never runs in place
align 16
global trampoline_start, trampoline_moves, trampoline_end
trampoline_start:
bits 64
	cli
	cld
	lidt	[rel no_idt]
	lea	rsp, [rel stack_top]
	mov	rax, cr4
	test	eax, CR4_LA57
	jnz	leave_5_levels
	jrcxz	have_tables
	mov	cr3, rcx
have_tables:
	mov	rbx, rdi		; state
	test	rdx, rdx
	jnz	trampoline_moves
.moved:
	mov	al, POST_JUMP		; kshim run listens for it
	out	PORT_POST, al
	mov	rax, [rbx + STATE_GDT_BASE]
	mov	edx, [rbx + STATE_GDT_LIMIT]
	sub	rsp, 16
	mov	[rsp + 6], dx
	mov	[rsp + 8], rax
	lgdt	[rsp + 6]
	movzx	ebp, word [rbx + STATE_TR]
	and	byte [rax + rbp + GDT_ACCESS], ~TSS_BUSY & 0xff	; or ltr faults
	movzx	eax, word [rbx + STATE_DATA]
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	mov	rdx, [rbx + STATE_RIP]
	movzx	eax, word [rbx + STATE_CS]
	mov	[rel target64], rdx
	mov	[rel jump32.target], edx
	mov	[rel jump32.cs], ax
	push	rax
	cmp	dword [rbx + STATE_BITS], 32
	je	.to_32_bits
	lea	rax, [rel enter_64]
	push	rax
	o64 retf
.to_32_bits:
	lea	rax, [rel enter_32]
	push	rax
	o64 retf

; Five levels can only be left with paging off, so by way of compatibility mode, with a GDT of
; our own. rdi, rsi, rdx, rcx as on entry, all below 4 GiB; destroys rax, rbx.
leave_5_levels:
	lea	rax, [rel own_gdt]
	mov	[rel own_gdtr.base], rax
	lgdt	[rel own_gdtr]
	lea	rbx, [rel .back]
	lea	rax, [rel .compat]
	push	OWN_CS32
	push	rax
	o64 retf
bits 32
.compat:
	mov	eax, OWN_DATA
	mov	ds, eax
	mov	ss, eax
	mov	eax, cr0
	and	eax, ~CR0_PG
	mov	cr0, eax
	mov	eax, cr4
	and	eax, ~CR4_LA57
	mov	cr4, eax
	mov	cr3, ecx
	mov	eax, cr0
	or	eax, CR0_PG
	mov	cr0, eax
	push	dword OWN_CS64
	push	ebx
	retf
bits 64
.back:	mov	edi, edi		; the upper halves are undefined after such a way
	mov	esi, esi
	mov	edx, edx
	lea	rsp, [rel stack_top]
	jmp	have_tables

; rbx = state, ebp = selector for tr, code and data segments loaded.
enter_64:
	ltr	bp
	mov	ecx, MSR_EFER
	mov	eax, [rbx + STATE_EFER]
	mov	edx, [rbx + STATE_EFER + 4]
	wrmsr
	mov	rax, [rbx + STATE_CR4]
	mov	cr4, rax
	mov	rax, [rbx + STATE_CR3]
	mov	cr3, rax
	mov	rax, [rbx + STATE_CR0]
	mov	cr0, rax
	push	qword [rbx + STATE_RFLAGS]
	popfq
	mov	rax, [rbx + STATE_RAX]
	mov	rcx, [rbx + STATE_RCX]
	mov	rdx, [rbx + STATE_RDX]
	mov	rsi, [rbx + STATE_RSI]
	mov	rdi, [rbx + STATE_RDI]
	mov	rbp, [rbx + STATE_RBP]
	mov	rsp, [rbx + STATE_RSP]
	mov	rbx, [rbx + STATE_RBX]
	mov	r8d, 0			; these leave the flags alone
	mov	r9d, 0
	mov	r10d, 0
	mov	r11d, 0
	mov	r12d, 0
	mov	r13d, 0
	mov	r14d, 0
	mov	r15d, 0
	jmp	[rel target64]

; The same in compatibility mode: first out of long mode, then as above.
bits 32
enter_32:
	mov	eax, cr0
	and	eax, ~CR0_PG
	mov	cr0, eax
	mov	ecx, MSR_EFER
	mov	eax, [ebx + STATE_EFER]
	mov	edx, [ebx + STATE_EFER + 4]
	wrmsr
	mov	eax, [ebx + STATE_CR4]
	mov	cr4, eax
	mov	eax, [ebx + STATE_CR3]
	mov	cr3, eax
	mov	eax, [ebx + STATE_CR0]
	mov	cr0, eax
	ltr	bp
	push	dword [ebx + STATE_RFLAGS]
	popfd
	mov	eax, [ebx + STATE_RAX]
	mov	ecx, [ebx + STATE_RCX]
	mov	edx, [ebx + STATE_RDX]
	mov	esi, [ebx + STATE_RSI]
	mov	edi, [ebx + STATE_RDI]
	mov	ebp, [ebx + STATE_RBP]
	mov	esp, [ebx + STATE_RSP]
	mov	ebx, [ebx + STATE_RBX]
jump32:	db	0xea			; jmp cs:target, filled in above
.target:
	dd	0
.cs:	dw	0

align 8
target64:
	dq	0
no_idt:	dw	0
	dq	0
own_gdtr:
	dw	4 * 8 - 1
.base:	dq	0
align 8
own_gdt:
	dq	0
	dq	0x00cf9b000000ffff	; OWN_CS32
	dq	0x00af9b000000ffff	; OWN_CS64
	dq	0x00cf93000000ffff	; OWN_DATA

; The late moves, rdx of them from rsi on; at the end, because a boot without them does not copy this.
align 8
bits 64
trampoline_moves:
	mov	r9, rsi			; next move
	mov	r10, rdx		; moves left
.next:	mov	rdi, [r9 + MOVE_DST]
	mov	rcx, [r9 + MOVE_LEN]
	cmp	dword [r9 + MOVE_OP], OP_ZERO
	je	.zero
	mov	rsi, [r9 + MOVE_SRC]
	COPY_OVERLAPPING
	jmp	.done
.zero:	xor	eax, eax
	FILL
.done:	add	r9, MOVE_SIZE
	dec	r10
	jnz	.next
	jmp	have_tables.moved
align 16
	times 64 db 0
	times TRAMPOLINE_CODE - ($ - trampoline_start) db 0	; or it has outgrown its room
stack_top:
trampoline_end:
