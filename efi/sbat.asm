; SPDX-License-Identifier: BSD-2-Clause
; The generation of kshim.efi for SBAT revocation (shim, SBAT.md): one line for SBAT, one for us.

section .sbat alloc noexec nowrite progbits align=1
	db	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md", 10
	db	"kshim,1,kshim,kshim,0.1.0,https://kshim.invalid", 10
