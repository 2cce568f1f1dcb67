/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PE/COFF headers: UEFI applications, kernels with an EFI stub, unified kernel images.
 *
 * Source: Microsoft PE Format, revision 12. A file starts with the DOS header; its e_lfanew
 * leads to the signature and the COFF header, the optional header follows, behind that a row
 * for each section. Surprise: the optional header has two forms, which differ from its byte 24
 * on; what is named below without a form lies at the same place in both.
 */
#ifndef KSHIM_WIRE_PE_H
#define KSHIM_WIRE_PE_H

#include "wire.h"

#define PE_LINUX_MAGIC 0x818223cdu /* Linux include/linux/pe.h: image_major counts */

/* COFF machines */
#define PE_MACHINE_I386        0x14c
#define PE_MACHINE_ARM         0x1c0
#define PE_MACHINE_THUMB       0x1c2
#define PE_MACHINE_ARMNT       0x1c4
#define PE_MACHINE_IA64        0x200
#define PE_MACHINE_RISCV32     0x5032
#define PE_MACHINE_RISCV64     0x5064
#define PE_MACHINE_LOONGARCH32 0x6232
#define PE_MACHINE_LOONGARCH64 0x6264
#define PE_MACHINE_X86_64      0x8664
#define PE_MACHINE_AARCH64     0xaa64

/* Forms of the optional header */
#define PE_MAGIC_32     0x10b
#define PE_MAGIC_32PLUS 0x20b

#define PE_SUBSYSTEM_EFI 10 /* an EFI application */

#define PE_DIRECTORY_CERTIFICATES 4 /* its address is an offset in the file */

/* Bits of a section's characteristics, of dll_characteristics. */
#define PE_SECTION_EXECUTE 0x20000000u
#define PE_SECTION_READ    0x40000000u
#define PE_SECTION_WRITE   0x80000000u
#define PE_DLL_NX_COMPAT   0x100

/* The DOS header: what UEFI and Linux use of it. */
struct pe_dos {
	uint8_t magic[2]; /* "MZ" */
	uint8_t _pad[0x36];
	uint32_t linux_magic;
	uint32_t lfanew; /* where the signature is */
} WIRE;

/* The signature and the COFF header. */
struct pe_coff {
	uint8_t signature[4]; /* "PE\0\0" */
	uint16_t machine;
	uint16_t sections;
	uint32_t timestamp;
	uint32_t symbols_off, symbols;
	uint16_t optional_size;
	uint16_t characteristics;
} WIRE;

/* The optional header up to where its forms part again, PE32+ (PE32: base_of_data, image_base).
 */
struct pe_optional {
	uint16_t magic;
	uint8_t linker_major, linker_minor;
	uint32_t code_size, data_size, bss_size;
	uint32_t entry;
	uint32_t code_base;
	uint64_t image_base;
	uint32_t section_align, file_align;
	uint16_t os_major, os_minor;
	uint16_t image_major, image_minor;
	uint16_t subsystem_major, subsystem_minor;
	uint32_t win32_version;
	uint32_t image_size, headers_size;
	uint32_t checksum;
	uint16_t subsystem;
	uint16_t dll_characteristics;
} WIRE;

/* Where the data directories are, and what is before them: their number. */
#define PE_DIRECTORIES_32     96
#define PE_DIRECTORIES_32PLUS 112

struct pe_directory {
	uint32_t addr;
	uint32_t size;
} WIRE;

/* A row of the section table. */
struct pe_row {
	uint8_t name[8];
	uint32_t mem_len, addr;
	uint32_t file_len, off;
	uint32_t relocations_off, lines_off;
	uint16_t relocations, lines;
	uint32_t characteristics;
} WIRE;

/* A field of any of them, in a span that starts with the struct. */
#define PE_GET(span, at, type, field)                                                          \
	span_le(span, (at) + offsetof(struct type, field), sizeof(((struct type *)0)->field))

WIRE_AT(struct pe_dos, linux_magic, 0x38);
WIRE_AT(struct pe_dos, lfanew, 0x3c);
WIRE_SIZE(struct pe_dos, 64);
WIRE_AT(struct pe_coff, machine, 4);
WIRE_AT(struct pe_coff, sections, 6);
WIRE_AT(struct pe_coff, optional_size, 20);
WIRE_SIZE(struct pe_coff, 24);
WIRE_AT(struct pe_optional, entry, 16);
WIRE_AT(struct pe_optional, section_align, 32);
WIRE_AT(struct pe_optional, file_align, 36);
WIRE_AT(struct pe_optional, image_major, 44);
WIRE_AT(struct pe_optional, image_size, 56);
WIRE_AT(struct pe_optional, subsystem, 68);
WIRE_AT(struct pe_optional, dll_characteristics, 70);
WIRE_SIZE(struct pe_optional, 72);
WIRE_SIZE(struct pe_directory, 8);
WIRE_AT(struct pe_row, mem_len, 8);
WIRE_AT(struct pe_row, addr, 12);
WIRE_AT(struct pe_row, file_len, 16);
WIRE_AT(struct pe_row, off, 20);
WIRE_AT(struct pe_row, characteristics, 36);
WIRE_SIZE(struct pe_row, 40);

#endif
