; SPDX-License-Identifier: BSD-2-Clause
; Where exceptions of kshim itself arrive: FAULTS entries, FAULT_STRIDE bytes apart.
;
; Each pushes its number, and nothing is saved: fault() in fault.c ends the machine. The stack is
; the one that the TSS names, so that a fault for want of stack arrives here, too.

%include "offsets.inc"

extern fault

section .text.fault_entries exec
bits 64

%define HAS_ERROR_CODE (1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 | \
	1 << 21 | 1 << 29 | 1 << 30)	; Intel SDM vol. 3, table 6-1; AMD APM vol. 2, 8.1

align FAULT_STRIDE
global fault_entries, fault_page
fault_entries:
%assign vector 0
%rep FAULTS
%if vector == PAGE_FAULT
fault_page:
%endif
	push	vector
	jmp	short fault_common
%assign vector vector + 1
%endrep

fault_common:
	pop	rdi			; vector
	xor	esi, esi
	mov	eax, HAS_ERROR_CODE
	bt	eax, edi
	jnc	.frame
	pop	rsi			; error code
.frame:	mov	rdx, [rsp]		; rip
	mov	rcx, cr2
	and	rsp, -16
	call	fault
	ud2

section .symbols progbits alloc noexec nowrite align=4
global symbols
symbols:
	times SYMBOLS_ROOM db 0		; filled in by tools/add-symbols
