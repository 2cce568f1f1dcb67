/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is written to the chipsets' own registers, at a boot (pc_chipset.c) and at a wake-up
 * from S3 (resume.asm), after which Linux expects it as it was.
 */
#ifndef KSHIM_X86_CHIPSET_H
#define KSHIM_X86_CHIPSET_H

#define INTEL          0x8086u
#define ID(device)     (INTEL | (uint32_t)(device) << 16)
#define PM_BASE        0x601 /* I/O */
#define MMCONFIG       0xb0000000ull
#define ICH9_RCBA      0xfed1c000ull
#define ICH9_ACPI_ON   0x80 /* SCI is IRQ 9 */
#define PIIX4_PM_ON    1
#define I440FX_PAM     0x58 /* the first register is 0x59 */
#define I440FX_PAM_LOW 0x33333000u
#define Q35_PAM        0x90
#define Q35_PAM_LOW    0x33333330u
#define PAM_HIGH       0x33333333u

enum {
	I440FX = 0x1237,
	PIIX3_ISA = 0x7000,
	PIIX3_IDE = 0x7010,
	PIIX4_PM = 0x7113,
	Q35 = 0x29c0,
	ICH9_LPC = 0x2918,
	ICH9_SMBUS = 0x2930
};

#endif
