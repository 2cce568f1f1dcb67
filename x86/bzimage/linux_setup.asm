; SPDX-License-Identifier: BSD-2-Clause
; The first sectors of kshim.bzimage: setup header and real-mode code (Linux
; Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header", "Running the Kernel").
;
; A flat file. tools/pack-bzimage fills in the header's fields that depend on the linked part, and
; appends that. Who loads by the 16-bit entry jumps to 0x200 with ds = es = ss = our segment; of
; memory this uses the segment's first 32 KiB, which belong to the setup whatever the loader. The
; BIOS is asked for memory map and screen; then the A20 gate, protected mode, and the 32-bit entry.

%include "offsets.inc"
%include "refusals.inc"
%include "x86/cpu/stop.inc"

%define SIGNATURE 0x6d696873		; the setup's last bytes; "shim"
%define ZERO_PAGE 0x5000		; in our segment
%define STACK_TOP 0x8000
%define CODE32    0x10			; what boot.rst wants of the GDT
%define DATA32    0x18
%define CR0_PE    1

%define PIC1_MASK 0x21
%define PIC2_MASK 0xa1
%define CMOS      0x70
%define NMI_OFF   0x80
%define KBD_OUT_PORT 0xd1		; 8042 command: write the output port
%define KBD_A20   0xdf
%define KBD_DATA  0x60
%define PORT_92   0x92
%define A20_TRIES 1000
%define POST_UNUSED 0xed		; a port that no device has, for a delay

%define CPUID_LM  (1 << 29)
%define EFLAGS_ID (1 << 21)

bits 16
org 0

; ---------------------------------------------------------------- sector 0: no boot sector
	cld
	call	.here
.here:	pop	si
	add	si, .text - .here
.next:	cs lodsb
	test	al, al
	jz	.key
	mov	ah, 0x0e		; teletype output
	mov	bx, 7
	int	0x10
	jmp	.next
.key:	xor	ax, ax
	int	0x16
	int	0x19
.text:	db	"kshim.bzimage is started by a boot loader. Press a key to reboot.", 13, 10, 0

	times 0x1f1 - ($ - $$) db 0
	db	(setup_end - $$) / 512 - 1	; setup_sects
	dw	1			; root_flags
	dd	0			; syssize: packed
	dw	0			; ram_size
	dw	0xffff			; vid_mode: normal
	dw	0			; root_dev
	dw	0xaa55			; boot_flag
	jmp	short start
	db	"HdrS"
	dw	0x020f			; version
	dd	0			; realmode_swtch
	dw	0x1000			; start_sys_seg
	dw	version - 0x200		; kernel_version
	db	0			; type_of_loader: the loader's
	db	LOADED_HIGH
	dw	0			; setup_move_size
	dd	0x100000		; code32_start
	dd	0, 0			; ramdisk_image, ramdisk_size: the loader's
	dd	0			; bootsect_kludge
	dw	STACK_TOP - 0x200	; heap_end_ptr: we use no heap
	db	0, 0			; ext_loader_ver, ext_loader_type
	dd	0			; cmd_line_ptr: the loader's
	dd	0x7fffffff		; initrd_addr_max
	dd	0x1000			; kernel_alignment
	db	1			; relocatable_kernel
	db	12			; min_alignment: 4 KiB
	dw	XLOADFLAGS
	dd	2047			; cmdline_size; a bundle's line may be longer
	dd	0			; hardware_subarch
	dq	0			; hardware_subarch_data
	dd	0, 0			; payload_offset, payload_length: nothing is packed in it
	dq	0			; setup_data: the loader's
	dq	0x100000		; pref_address
	dd	0			; init_size: packed
	dd	0			; handover_offset: there is no such entry
	dd	0			; kernel_info_offset: packed
	times ZP_HEADER + ZP_HEADER_LEN - ($ - $$) db 0

; ---------------------------------------------------------------- the 16-bit entry
start:	cli
	cld
	mov	ax, ds
	mov	es, ax
	mov	ss, ax
	mov	sp, STACK_TOP
	sti
	push	ds
	push	word .main
	retf				; cs = ds: offsets are the file's
.main:	mov	si, line_cut
	mov	bl, CODE_LOADER_SETUP_CUT
	cmp	dword [setup_end - 4], SIGNATURE
	jne	stop
	mov	di, ZERO_PAGE
	mov	cx, ZP_LEN / 4
	xor	eax, eax
	rep stosd
	mov	si, ZP_HEADER
	mov	di, ZERO_PAGE + ZP_HEADER
	mov	cx, ZP_HEADER_LEN
	rep movsb
	call	old_command_line
	call	check_cpu
	call	screen
	call	memory
	mov	ax, 0xec00		; tell the BIOS that long mode will be used (AMD, BIOS and
	mov	bx, 2			; Kernel Developer's Guide)
	int	0x15
	jmp	leave_real_mode

; Before protocol 2.02 a loader passed the line by a magic in our first sector.
old_command_line:
	cmp	dword [ZERO_PAGE + ZP_CMD_LINE_PTR], 0
	jne	.end
	cmp	word [ZP_CL_MAGIC], CL_MAGIC
	jne	.end
	xor	eax, eax
	mov	ax, ds
	shl	eax, 4
	movzx	edx, word [ZP_CL_OFFSET]
	add	eax, edx
	mov	[ZERO_PAGE + ZP_CMD_LINE_PTR], eax
.end:	ret

; Refuse here, where there is a screen, what the 32-bit entry would refuse.
check_cpu:
	pushfd
	pop	eax
	mov	ecx, eax
	xor	eax, EFLAGS_ID		; can be changed only where there is CPUID
	push	eax
	popfd
	pushfd
	pop	eax
	cmp	eax, ecx
	je	.no
	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	.no
	mov	eax, 0x80000001
	cpuid
	test	edx, CPUID_LM
	jz	.no
	ret
.no:	mov	si, line_cpu
	mov	bl, CODE_NO_LONG_MODE
	jmp	stop

; ---------------------------------------------------------------- the BIOS's answers

; int 15h, e820 into the table; else the two sizes that older BIOSes know.
memory:
	mov	di, ZERO_PAGE + ZP_E820_TABLE
	xor	ebx, ebx
.next:	mov	eax, 0xe820
	mov	edx, "PAMS"		; "SMAP", high byte first
	mov	ecx, ZP_E820_SIZE
	push	di
	int	0x15
	pop	di
	jc	.listed
	cmp	eax, "PAMS"
	jne	.none
	add	di, ZP_E820_SIZE
	inc	byte [ZERO_PAGE + ZP_E820_ENTRIES]
	cmp	byte [ZERO_PAGE + ZP_E820_ENTRIES], ZP_E820_MAX
	je	.sizes
	test	ebx, ebx
	jnz	.next
.listed:
	jmp	.sizes
.none:	mov	byte [ZERO_PAGE + ZP_E820_ENTRIES], 0
.sizes:	mov	ah, 0x88		; KiB above 1 MiB, up to 64 MiB
	int	0x15
	jc	.e801
	mov	[ZERO_PAGE + ZP_EXT_MEM_K], ax
.e801:	xor	cx, cx
	xor	dx, dx
	mov	ax, 0xe801
	int	0x15
	jc	.end
	test	cx, cx			; some BIOSes answer in cx and dx
	jz	.in_ax
	mov	ax, cx
	mov	bx, dx
.in_ax:	movzx	eax, ax			; KiB from 1 to 16 MiB
	cmp	ax, 15 << 10
	jb	.alt			; a hole: what is above does not join on
	movzx	ebx, bx
	shl	ebx, 6			; 64-KiB blocks from 16 MiB on
	add	eax, ebx
.alt:	mov	[ZERO_PAGE + ZP_ALT_MEM_K], eax
.end:	ret

; The VGA's text mode as it is. Without a VGA BIOS int 10h changes nothing, and all stays 0.
screen:
	mov	ax, 0x1a00
	int	0x10
	cmp	al, 0x1a
	jne	.end
	mov	byte [ZERO_PAGE + ZP_VIDEO_ISVGA], 1
	mov	ah, 0x0f		; mode, columns, page
	int	0x10
	and	al, 0x7f
	mov	[ZERO_PAGE + ZP_VIDEO_MODE], al
	mov	[ZERO_PAGE + ZP_VIDEO_COLS], ah
	mov	[ZERO_PAGE + ZP_VIDEO_PAGE], bh
	mov	ah, 0x03		; the cursor, of page bh
	int	0x10
	mov	[ZERO_PAGE + ZP_X], dl
	mov	[ZERO_PAGE + ZP_Y], dh
	mov	ah, 0x12
	mov	bl, 0x10
	int	0x10
	mov	[ZERO_PAGE + ZP_VIDEO_EGA_BX], bx
	push	es
	push	word 0x40		; BIOS data area
	pop	es
	mov	al, [es:0x84]		; last row
	inc	al
	mov	dx, [es:0x85]		; height of a character
	pop	es
	mov	[ZERO_PAGE + ZP_VIDEO_LINES], al
	mov	[ZERO_PAGE + ZP_VIDEO_POINTS], dx
.end:	ret

; ---------------------------------------------------------------- to protected mode

; Does a write at 1 MiB more leave the word at 0:0x500 alone? Zero flag clear if so.
a20_is_on:
	push	ds
	push	es
	xor	ax, ax
	mov	ds, ax
	dec	ax
	mov	es, ax
	push	word [0x500]
	mov	cx, 32
.next:	mov	[0x500], cx
	out	POST_UNUSED, al		; takes a while
	cmp	cx, [es:0x510]
	jne	.end
	loop	.next
.end:	pop	word [0x500]
	pop	es
	pop	ds
	ret

kbd_wait:
	mov	cx, 0xffff
.next:	in	al, PORT_KEYBOARD
	test	al, 2			; input buffer full
	loopnz	.next
	ret

open_a20:
	call	a20_is_on
	jne	.on
	mov	ax, 0x2401
	int	0x15
	call	a20_is_on
	jne	.on
	cli
	call	kbd_wait
	mov	al, KBD_OUT_PORT
	out	PORT_KEYBOARD, al
	call	kbd_wait
	mov	al, KBD_A20
	out	KBD_DATA, al
	call	kbd_wait
	call	a20_wait
	jne	.on
	in	al, PORT_92
	or	al, 2
	and	al, 0xfe
	out	PORT_92, al
	call	a20_wait
	jne	.on
	mov	si, line_a20
	mov	bl, CODE_LOADER_A20
	jmp	stop
.on:	ret

a20_wait:
	mov	dx, A20_TRIES
.next:	call	a20_is_on
	jne	.on
	dec	dx
	jnz	.next
.on:	ret

leave_real_mode:
	cmp	dword [ZP_REALMODE_SWTCH], 0
	je	.mask
	call	far [ZP_REALMODE_SWTCH]
.mask:	call	open_a20
	cli
	mov	al, NMI_OFF
	out	CMOS, al
	mov	al, 0xff
	out	PIC2_MASK, al
	out	PIC1_MASK, al
	xor	ebx, ebx
	mov	bx, ds
	shl	ebx, 4
	lea	eax, [ebx + gdt]
	mov	[gdt.base], eax
	lea	eax, [ebx + protected]
	mov	[.target], eax
	lea	esi, [ebx + ZERO_PAGE]
	mov	ecx, [ZERO_PAGE + ZP_CODE32_START]
	lidt	[no_idt]
	lgdt	[gdt.limit]
	mov	eax, cr0
	or	al, CR0_PE
	mov	cr0, eax
	db	0x66, 0xea		; jmp dword CODE32:target
.target: dd	0
	dw	CODE32

bits 32
protected:
	mov	eax, DATA32
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	xor	ebx, ebx
	xor	ebp, ebp
	xor	edi, edi
	jmp	ecx
bits 16

; ---------------------------------------------------------------- the end of a refused boot

; al to the screen.
%macro TELETYPE 0
	push	ax
	push	bx
	push	si
	mov	ah, 0x0e
	mov	bx, 7
	int	0x10
	pop	si
	pop	bx
	pop	ax
%endmacro

; si = the sentence, bl = its code.
stop:	SAY_AND_STOP si, bl, TELETYPE

%macro LINE 1+
	db	"kshim: ", %1, 13, 10, 0
%endmacro
line_cut: LINE	LINE_LOADER_SETUP_CUT
line_a20: LINE	LINE_LOADER_A20
line_cpu: LINE	LINE_CPU_NO_LONG_MODE
version: db	"kshim ", KSHIM_VERSION, " (kshim.bzimage)", 0

align 8
gdt:	dq	0, 0
	dq	0x00cf9b000000ffff	; CODE32
	dq	0x00cf93000000ffff	; DATA32
.limit:	dw	$ - gdt - 1
.base:	dd	0
no_idt:	dw	0
	dd	0

	times (1024 - 4 - ($ - $$) % 512) % 512 db 0
	dd	SIGNATURE
setup_end:
