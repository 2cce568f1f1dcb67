/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the PE header says: kernels with an EFI stub, unified kernel images, EFI zboot.
 *
 * Microsoft PE Format, revision 12; UEFI 2.10, chapter 32; UAPI "Unified Kernel Image".
 */
#include "tools/check/facts.h"
#include "tools/sbat.h"

#define SBAT_LINES 64 /* that are shown */

static const char *
machine_name(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {{PE_MACHINE_I386, "i386"}, {PE_MACHINE_X86_64, "x86-64"},
	        {PE_MACHINE_AARCH64, "aarch64"}, {PE_MACHINE_RISCV64, "riscv64"},
	        {PE_MACHINE_RISCV32, "riscv32"}, {PE_MACHINE_LOONGARCH64, "loongarch64"},
	        {PE_MACHINE_LOONGARCH32, "loongarch32"}, {PE_MACHINE_ARM, "arm"},
	        {PE_MACHINE_THUMB, "arm"}, {PE_MACHINE_ARMNT, "arm"},
	        {PE_MACHINE_IA64, "ia64"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return "unknown";
}

static void
add_sections(struct report *r)
{
	static const char *const columns[] = {"name", "perm", "address", "size", "offset"};
	struct table *t = report_table(r, "sections", 5, columns);

	for (uint32_t i = 0; i < r->pe.sections; i++) {
		const struct pe_section *s = &r->pe.section[i];
		struct row *row = report_row(r, t);
		struct span name = {(const uint8_t *)s->name, sizeof(s->name) - 1};

		row->cell[0] = value_text(report_text(r, name));
		row->cell[1] = value_text(permissions(s->flags & PE_SECTION_READ,
		        s->flags & PE_SECTION_WRITE, s->flags & PE_SECTION_EXECUTE));
		row->cell[2] = value_hex(s->addr);
		row->cell[3] = value_hex(s->len);
		row->cell[4] = value_hex(s->off);
	}
}

/* Who it is, and of which generation, for revocation by shim. */
static void
add_sbat(struct report *r)
{
	static const char *const columns[] = {"component", "generation", "vendor", "version"};
	struct span left = pe_content(&r->pe, ".sbat", r->bytes, false);
	struct table *t = left.size ? report_table(r, "sbat", 4, columns) : NULL;
	struct sbat_line line;

	for (uint32_t lines = 0; t && lines < SBAT_LINES && sbat_next(&left, &line); lines++) {
		struct row *row = report_row(r, t);

		row->cell[0] = value_text(report_text(r, line.field[0]));
		row->cell[1] = value_text(report_text(r, line.field[1]));
		row->cell[2] = value_text(report_text(r, line.field[2]));
		row->cell[3] = value_text(report_text(r, line.field[4]));
	}
}

/* The text of a section, as a fact. */
static void
add_text(struct report *r, const char *section, const char *name)
{
	struct span text = pe_content(&r->pe, section, r->bytes, false);

	if (!text.size)
		return;
	while (text.size && (text.base[text.size - 1] == '\n' || !text.base[text.size - 1]))
		text.size--;
	report_fact(r, name, value_text(report_text(r, text)), NULL);
}

enum refusal_code
uki_line(const struct report *r, struct cmdline *line, struct refusal *ret_why)
{
	static struct pe pe;
	struct span text;

	pe = r->pe;
	(void)pe_take_profile(&pe, 0);
	text = pe_content(&pe, ".cmdline", r->bytes, false);
	return text.size ? cmdline_append_section(line, text, ret_why) : REFUSAL_NONE;
}

/* One that is longer than any kernel takes is in the table of sections only. */
static void
add_line(struct report *r)
{
	static char room[UKI_LINE_ROOM];
	struct cmdline line = cmdline_init(room, sizeof(room));
	struct refusal why;

	if (pe_find(&r->pe, ".cmdline") && !uki_line(r, &line, &why))
		report_fact(r, "uki.cmdline",
		        value_text(report_text(
		                r, (struct span){(const uint8_t *)line.text, line.len})),
		        NULL);
}

/* Linux' version of its EFI stub: of any other PE the number means nothing. */
bool
has_loadfile2(const struct report *r)
{
	return (r->pe.linux_magic || r->kind == KIND_BZIMAGE || r->kind == KIND_RISCV ||
	               r->kind == KIND_ARM64 || r->kind == KIND_ZBOOT) &&
	       r->pe.image_major & 1;
}

void
facts_pe(struct report *r)
{
	const struct pe *pe = &r->pe;

	report_fact(r, "pe.machine", value_text(machine_name(pe->machine)), NULL);
	report_fact(r, "pe.subsystem", value_count(pe->subsystem),
	        pe->subsystem == PE_SUBSYSTEM_EFI ? "EFI application" : NULL);
	report_fact(r, "pe.entry", value_hex(pe->entry), "from where the firmware loads it");
	report_fact(r, "pe.image-version",
	        value_text(report_format(r, "%u.%u", pe->image_major, pe->image_minor)),
	        has_loadfile2(r) ? "an EFI stub that takes initrds by LoadFile2" : NULL);
	report_fact(r, "pe.nx-compatible", value_flag(pe->dll_flags & PE_DLL_NX_COMPAT), NULL);
	if (pe->signature_len)
		report_fact(r, "pe.signature", value_bytes(pe->signature_len),
		        "signed for Secure Boot; by whom is not checked here");
	else
		report_fact(
		        r, "pe.signature", value_text("none"), "not signed for Secure Boot");
	add_text(r, ".uname", "uki.uname");
	add_line(r);
	add_sbat(r);
	add_sections(r);
}
