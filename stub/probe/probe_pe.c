/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PE file without a Linux setup header into a refusal that says which kind of UEFI
 * application it is: a unified kernel image, a compressed one (EFI zboot), another.
 *
 * PE/COFF specification ("MS-DOS Stub", "COFF File Header", "Section Table"), UAPI "Unified
 * Kernel Image", Linux drivers/firmware/efi/libstub/zboot-header.S. Surprising: an arm64 or
 * RISC-V Image is a PE too, so their own magics have been looked for before.
 */
#include "probe.h"
#include "stub/base/text.h"
#include "stub/wire/pe.h"

#define PE_HEADER    sizeof(struct pe_coff)
#define SECTION_SIZE sizeof(struct pe_row)
#define ZBOOT_TYPE   24 /* name of the compression */

struct pe_machine {
	uint32_t number;
	const char *name, *unified; /* any other PE, a unified kernel image */
};

static const struct pe_machine pe_machines[] = {
        {PE_MACHINE_ARM, "a UEFI application for arm", "a unified kernel image for arm"},
        {PE_MACHINE_THUMB, "a UEFI application for arm", "a unified kernel image for arm"},
        {PE_MACHINE_ARMNT, "a UEFI application for arm", "a unified kernel image for arm"},
        {PE_MACHINE_AARCH64, "a UEFI application for aarch64",
                "a unified kernel image for aarch64"},
        {PE_MACHINE_RISCV32, "a UEFI application for riscv32",
                "a unified kernel image for riscv32"},
        {PE_MACHINE_RISCV64, "a UEFI application for riscv64",
                "a unified kernel image for riscv64"},
        {PE_MACHINE_LOONGARCH32, "a UEFI application for loongarch32",
                "a unified kernel image for loongarch32"},
        {PE_MACHINE_LOONGARCH64, "a UEFI application for loongarch64",
                "a unified kernel image for loongarch64"},
        {PE_MACHINE_IA64, "a UEFI application for ia64", "a unified kernel image for ia64"},
};

struct zboot_type {
	const char *name, *detail;
};

static const struct zboot_type zboot_types[] = {
        {"gzip", "EFI zboot, gzip"},
        {"zstd", "EFI zboot, zstd"},
        {"xzkern", "EFI zboot, xz"},
        {"lzma", "EFI zboot, lzma"},
        {"lzo", "EFI zboot, lzo"},
        {"lz4", "EFI zboot, lz4"},
};

/* The payload's compression in words; its name is NUL-terminated. */
static const char *
zboot_detail(struct span head)
{
	for (size_t i = 0; i < sizeof(zboot_types) / sizeof(zboot_types[0]); i++) {
		const char *name = zboot_types[i].name;

		if (span_is(head, ZBOOT_TYPE, name, text_span(name).size + 1))
			return zboot_types[i].detail;
	}
	return "EFI zboot";
}

/* What a PE file is by its sections, in the words of UAPI's "Unified Kernel Image". */
enum form {
	FORM_OTHER,
	FORM_ADDON,    /* words, initrds or device trees for another image */
	FORM_NO_LINUX, /* says which system it is, and has no kernel */
	FORM_UKI,
};

struct form_section {
	char name[9]; /* eight bytes, with NULs at their end */
	enum form form;
};

static const struct form_section form_sections[] = {
        {".linux\0", FORM_UKI},
        {".osrel\0", FORM_NO_LINUX},
        {".uname\0", FORM_NO_LINUX},
        {".cmdline", FORM_ADDON},
        {".initrd", FORM_ADDON},
        {".ucode\0", FORM_ADDON},
        {".dtb\0\0\0", FORM_ADDON},
        {".dtbauto", FORM_ADDON},
};

/* The first form of the table that a section speaks for; a table that is cut has none. */
static enum refusal_code
find_form(const struct image *im, uint64_t pe, struct span header, enum form *ret_form,
        struct refusal *why)
{
	uint64_t count = PE_GET(header, 0, pe_coff, sections);
	struct span table;
	enum refusal_code code =
	        image_get(im, pe + PE_HEADER + PE_GET(header, 0, pe_coff, optional_size),
	                count * SECTION_SIZE, REFUSAL_KERNEL_PE, &table, why);

	*ret_form = FORM_OTHER;
	if (code)
		return code == REFUSAL_NEED ? code : REFUSAL_NONE;
	for (uint64_t i = 0; i < count; i++) {
		for (size_t n = 0; n < sizeof(form_sections) / sizeof(form_sections[0]); n++) {
			const struct form_section *s = &form_sections[n];

			if (span_is(table, i * SECTION_SIZE, s->name, 8) && s->form > *ret_form)
				*ret_form = s->form;
		}
	}
	return REFUSAL_NONE;
}

static const char *const form_names[] = {
        [FORM_OTHER] = "no kernel that kshim knows inside",
        [FORM_ADDON] = "an addon of unified kernel images: it has no .linux",
        [FORM_NO_LINUX] = "a unified kernel image without .linux",
        [FORM_UKI] = "a unified kernel image",
};

static enum refusal_code
name_pe(const struct image *im, uint64_t pe, struct span header, struct refusal *why)
{
	uint64_t machine = PE_GET(header, 0, pe_coff, machine);
	enum form form;
	enum refusal_code code = find_form(im, pe, header, &form, why);

	if (code)
		return code;
	for (size_t i = 0; i < sizeof(pe_machines) / sizeof(pe_machines[0]); i++) {
		const struct pe_machine *m = &pe_machines[i];

		if (machine == m->number)
			return refuse_detail(why, REFUSAL_KERNEL_ARCH,
			        form == FORM_UKI ? m->unified : m->name,
			        pe + offsetof(struct pe_coff, machine), machine,
			        PE_MACHINE_X86_64);
	}
	return refuse_detail(why, REFUSAL_KERNEL_PE, form_names[form], pe, machine, 0);
}

enum refusal_code
pe_probe(const struct image *im, struct span head, struct refusal *ret_why)
{
	uint64_t pe = PE_GET(head, 0, pe_dos, lfanew);
	struct span header;
	enum refusal_code code;

	if (!span_is(head, 0, "MZ", 2))
		return REFUSAL_NONE;
	if (span_is(head, 4, "zimg", 4))
		return refuse_detail(
		        ret_why, REFUSAL_KERNEL_PE, zboot_detail(head), 4, 0x7a696d67, 0);
	code = image_get(im, pe, PE_HEADER, REFUSAL_KERNEL_OTHER, &header, ret_why);
	if (code == REFUSAL_NEED)
		return code;
	if (code == REFUSAL_NONE && span_is(header, 0, "PE\0\0", 4))
		return name_pe(im, pe, header, ret_why);
	return refuse_detail(ret_why, REFUSAL_KERNEL_OTHER, "a DOS program", 0, 0x4d5a, 0);
}

enum refusal_code
pe_riscv_probe(const struct image *im, struct span head, struct refusal *ret_why)
{
	uint64_t pe = PE_GET(head, 0, pe_dos, lfanew);
	struct span header;
	enum form form;
	enum refusal_code code;

	if (!span_is(head, 0, "MZ", 2) || span_is(head, 4, "zimg", 4))
		return REFUSAL_NONE;
	code = image_get(im, pe, PE_HEADER, REFUSAL_KERNEL_OTHER, &header, ret_why);
	if (code)
		return code == REFUSAL_NEED ? code : REFUSAL_NONE;
	if (!span_is(header, 0, "PE\0\0", 4) ||
	        PE_GET(header, 0, pe_coff, machine) != PE_MACHINE_RISCV64)
		return REFUSAL_NONE;
	code = find_form(im, pe, header, &form, ret_why);
	if (code)
		return code;
	return refuse_detail(ret_why, REFUSAL_RISCV_FORM,
	        form == FORM_UKI ? "a unified kernel image for riscv64"
	                         : "a UEFI application for riscv64",
	        pe + offsetof(struct pe_coff, machine), PE_MACHINE_RISCV64, 0);
}
