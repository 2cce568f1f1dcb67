; SPDX-License-Identifier: BSD-2-Clause
;
; A probe's entries: each saves what it was given and calls the verdict in C.
;
; One image serves all probes. It is position-independent and holds the verdict twice, for
; 32 and for 64 bits; pack.py puts it into ELFs and bzImages and says in the label how it
; must be entered. Nothing of the machine's state is changed before it is saved, except DR0 to
; DR2 (no protocol promises them), which hold three registers while there is no memory to save to.
;
; The 32-bit entries have no stack and don't know where they are: like Linux, they borrow
; four bytes of the structure that they are handed for one call, and put them back.

%include "layout.inc"

struc saved
%include "saved.inc"
endstruc

BP_SCRATCH	equ 0x1e4	; boot_params.scratch

extern verdict32

section .head progbits alloc exec nowrite align=4096

image:

; In: esi = boot_params, rest by boot.rst. Never returns.
bits 32
linux32:
	mov	dr0, eax
	mov	dr1, esp
	mov	dr2, ebp
	mov	eax, [esi + BP_SCRATCH]
	lea	esp, [esi + BP_SCRATCH + 4]
	call	.here
.here:	pop	ebp
	mov	[esi + BP_SCRATCH], eax
	lea	ebp, [ebp - (.here - image)]
	mov	dword [ebp + SCRATCH + S_entry], LINUX32
	jmp	save32

	times	PVH - ($ - image) int3
; In: ebx = hvm_start_info, rest by pvh.pandoc. Never returns.
pvh:
	mov	dr0, eax
	mov	dr1, esp
	mov	dr2, ebp
	mov	eax, [ebx]
	lea	esp, [ebx + 4]
	call	.here
.here:	pop	ebp
	mov	[ebx], eax
	lea	ebp, [ebp - (.here - image)]
	mov	dword [ebp + SCRATCH + S_entry], PVH
	; fall through

; In: ebp = load address; eax, esp, ebp saved in DR0 to DR2.
save32:
	mov	[ebp + SCRATCH + S_rbx], ebx
	mov	[ebp + SCRATCH + S_rcx], ecx
	mov	[ebp + SCRATCH + S_rdx], edx
	mov	[ebp + SCRATCH + S_rsi], esi
	mov	[ebp + SCRATCH + S_rdi], edi
	lea	esp, [ebp + STACK]
	pushfd
	pop	dword [ebp + SCRATCH + S_rflags]
	mov	eax, dr0
	mov	[ebp + SCRATCH + S_rax], eax
	mov	eax, dr1
	mov	[ebp + SCRATCH + S_rsp], eax
	mov	eax, dr2
	mov	[ebp + SCRATCH + S_rbp], eax
%macro	save_selector 2
	mov	eax, %1
	mov	[%2 + SCRATCH + S_%1], eax
%endmacro
	save_selector cs, ebp
	save_selector ds, ebp
	save_selector es, ebp
	save_selector fs, ebp
	save_selector gs, ebp
	save_selector ss, ebp
	cld
	lea	eax, [ebp + SCRATCH]
	push	eax
	push	ebp
	call	verdict32

	times	LINUX64 - ($ - image) int3
; In: rsi = boot_params, rest by boot.rst. Never returns.
bits 64
linux64:
%macro	save 1
	mov	[rel image + SCRATCH + S_%1], %1
%endmacro
	save	rax
	save	rbx
	save	rcx
	save	rdx
	save	rsi
	save	rdi
	save	rbp
	save	rsp
	lea	rsp, [rel image + STACK]
	pushfq
	pop	qword [rel image + SCRATCH + S_rflags]
	lea	rdi, [rel image]
	mov	dword [rdi + SCRATCH + S_entry], LINUX64
	save_selector cs, rdi
	save_selector ds, rdi
	save_selector es, rdi
	save_selector fs, rdi
	save_selector gs, rdi
	save_selector ss, rdi
	cld
	lea	rsi, [rdi + SCRATCH]
	call	image + CORE64

	times	LABEL - ($ - image) int3
	times	CORE32 - ($ - image) db 0

section .core64 progbits alloc exec nowrite align=1
	incbin	CORE64_FILE

section .note.GNU-stack noalloc noexec nowrite progbits
