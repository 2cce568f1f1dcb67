; SPDX-License-Identifier: BSD-2-Clause
; Unpacks the part of kshim.rom that a usual boot never touches (tools/pack-rom packs it).
;
; Steps, each begun by a bit: literals come after a match (0), a match with the last distance
; after literals (0), one with a new distance after either (1). Numbers are Elias gamma codes,
; each bit behind the first announced by a 1; bits are taken from bytes, highest first, that stand
; where the first of them is due.

%define FIRST_DISTANCE 1
%define END_HIGH       256		; high part of a distance, less one, that ends it all

section .text
bits 64

; void unpack(void *rdi, const void *rsi)
; Destroys rax, rcx, rsi, rdi, r8, r9.
global unpack
unpack:
	mov	al, 0x80		; the bits left of a byte, and a 1 behind them
	mov	r9d, FIRST_DISTANCE
.literals:
	call	gamma
	rep movsb
	call	bit
	jc	.new
	call	gamma
.match:
	mov	r8, rsi
	mov	rsi, rdi
	sub	rsi, r9
	rep movsb
	mov	rsi, r8
	call	bit
	jnc	.literals
.new:
	call	gamma
	dec	ecx
	test	ch, END_HIGH >> 8
	jnz	.end
	shl	ecx, 8
	mov	cl, [rsi]
	inc	rsi
	lea	r9d, [rcx + 1]
	call	gamma
	inc	ecx
	jmp	.match
.end:	ret

; ecx: the next number.
gamma:
	mov	ecx, 1
.next:	call	bit
	jnc	.end
	call	bit
	adc	ecx, ecx
	jmp	.next
.end:	ret

; Carry: the next bit.
bit:
	add	al, al
	jnz	.end
	mov	al, [rsi]
	inc	rsi
	adc	al, al
.end:	ret

section .note.GNU-stack noalloc noexec nowrite progbits
