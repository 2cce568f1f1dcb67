/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a PE's section table (Microsoft PE Format, revision 12).
 *
 * Only the headers are looked at; the caller that uses a section's bytes bounds them by the
 * file or by the loaded image. Surprise: the tail of a section's raw data is padding to the
 * file alignment, so its virtual size says how much of it is content.
 */
#include "pe.h"

#define LFANEW_OFF        0x3c
#define COFF_LEN          24 /* signature and COFF header */
#define MAGIC_PE32PLUS    0x20b
#define OPTIONAL_LEAST    112 /* up to the data directories */
#define NUMBER_OF_RVAS    108
#define CERTIFICATE_ENTRY 4 /* its "address" is an offset in the file */
#define SECTION_LEN       40

static enum refusal_code
bad(struct refusal *why, const char *what, uint64_t off, uint64_t found, uint64_t wanted)
{
	refuse(why, REFUSAL_PE_HEADER, off, found, wanted);
	why->detail = what;
	return REFUSAL_PE_HEADER;
}

static void
read_section(struct span row, struct pe *pe)
{
	struct pe_section *s = &pe->section[pe->sections];
	uint64_t mem_len = span_le32(row, 8), file_len = span_le32(row, 16);

	memset(s, 0, sizeof(*s));
	memcpy(s->name, row.base, PE_NAME - 1);
	s->addr = span_le32(row, 12);
	s->off = span_le32(row, 20);
	s->len = mem_len && mem_len < file_len ? mem_len : file_len;
	s->flags = span_le32(row, 36);
	if (s->len)
		pe->sections++;
}

static void
read_optional(struct span opt, struct pe *pe)
{
	pe->entry = span_le32(opt, 16);
	pe->section_align = span_le32(opt, 32);
	pe->file_align = span_le32(opt, 36);
	pe->image_major = span_le16(opt, 44);
	pe->image_minor = span_le16(opt, 46);
	pe->image_size = span_le32(opt, 56);
	pe->subsystem = span_le16(opt, 68);
	pe->dll_flags = span_le16(opt, 70);
	if (span_le32(opt, NUMBER_OF_RVAS) > CERTIFICATE_ENTRY) {
		pe->signature_off = span_le32(opt, OPTIONAL_LEAST + CERTIFICATE_ENTRY * 8);
		pe->signature_len = span_le32(opt, OPTIONAL_LEAST + CERTIFICATE_ENTRY * 8 + 4);
	}
}

enum refusal_code
pe_read(struct span file, bool *ret_found, struct pe *ret_pe, struct refusal *ret_why)
{
	uint64_t at = span_le32(file, LFANEW_OFF), optional = at + COFF_LEN, table;
	struct span coff, opt, row;
	uint32_t count;

	*ret_found = false;
	if (!span_is(file, 0, "MZ", 2) || !span_sub(file, at, COFF_LEN, &coff) ||
	        !span_is(coff, 0, "PE\0\0", 4))
		return REFUSAL_NONE;
	if (span_le16(coff, 20) < OPTIONAL_LEAST ||
	        !span_sub(file, optional, span_le16(coff, 20), &opt) ||
	        span_le16(opt, 0) != MAGIC_PE32PLUS)
		return REFUSAL_NONE;
	*ret_found = true;
	memset(ret_pe, 0, sizeof(*ret_pe));
	ret_pe->machine = span_le16(coff, 4);
	read_optional(opt, ret_pe);
	count = span_le16(coff, 6);
	table = optional + opt.size;
	if (count > PE_SECTIONS)
		return bad(ret_why, "number of sections", at + 6, count, PE_SECTIONS);
	for (uint32_t i = 0; i < count; i++) {
		if (!span_sub(file, table + i * SECTION_LEN, SECTION_LEN, &row))
			return bad(ret_why, "section table", table, file.size,
			        table + count * SECTION_LEN);
		read_section(row, ret_pe);
	}
	return REFUSAL_NONE;
}

const struct pe_section *
pe_find(const struct pe *pe, const char *name)
{
	for (uint32_t i = 0; i < pe->sections; i++) {
		const char *a = pe->section[i].name, *b = name;

		while (*a && *a == *b) {
			a++;
			b++;
		}
		if (*a == *b)
			return &pe->section[i];
	}
	return NULL;
}

static bool
starts_profile(const struct pe_section *s)
{
	static const char name[PE_NAME] = ".profile";

	return memcmp(s->name, name, sizeof(name)) == 0;
}

uint32_t
pe_profiles(const struct pe *pe)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pe->sections; i++)
		n += starts_profile(&pe->section[i]);
	return n ? n : 1;
}

/* Append those of `from` that belong to profile `wanted`; 0: to all profiles. */
static void
add_profile(const struct pe *from, uint32_t wanted, struct pe *to)
{
	uint32_t profile = 0;

	for (uint32_t i = 0; i < from->sections; i++) {
		profile += starts_profile(&from->section[i]);
		if (profile == wanted)
			to->section[to->sections++] = from->section[i];
	}
}

bool
pe_take_profile(struct pe *pe, uint32_t number)
{
	struct pe all = *pe;

	if (number >= pe_profiles(pe))
		return false;
	pe->sections = 0;
	add_profile(&all, number + 1, pe);
	add_profile(&all, 0, pe);
	return true;
}
