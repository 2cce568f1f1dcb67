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
#define DOS_LEN           64
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

/* Part of the headers; what the file does not have is empty. Errors: REFUSAL_NEED. */
static enum refusal_code
header_part(const struct image *im, uint64_t off, uint64_t len, struct span *ret_part,
        struct refusal *why)
{
	enum refusal_code code = image_get(im, off, len, REFUSAL_PE_HEADER, ret_part, why);

	if (code != REFUSAL_PE_HEADER)
		return code;
	*ret_part = (struct span){(const uint8_t *)"", 0};
	return REFUSAL_NONE;
}

static enum refusal_code
find_table(const struct image *im, uint64_t coff_at, uint32_t count, struct pe_headers *h,
        struct refusal *why)
{
	uint64_t at = coff_at + COFF_LEN + h->optional.size;
	enum refusal_code code;

	if (count > PE_SECTIONS)
		return bad(why, "number of sections", coff_at + 6, count, PE_SECTIONS);
	h->sections = count;
	code = image_get(im, at, count * SECTION_LEN, REFUSAL_PE_HEADER, &h->table, why);
	if (code == REFUSAL_PE_HEADER)
		why->detail = "section table";
	return code;
}

enum refusal_code
pe_headers(const struct image *im, bool *ret_found, struct pe_headers *ret_headers,
        struct refusal *ret_why)
{
	struct pe_headers *h = ret_headers;
	struct span dos, coff;
	uint64_t at;
	enum refusal_code code = header_part(im, 0, DOS_LEN, &dos, ret_why);

	*ret_found = false;
	if (code || !span_is(dos, 0, "MZ", 2))
		return code;
	at = span_le32(dos, LFANEW_OFF);
	code = header_part(im, at, COFF_LEN, &coff, ret_why);
	if (code || !span_is(coff, 0, "PE\0\0", 4))
		return code;
	code = header_part(im, at + COFF_LEN, span_le16(coff, 20), &h->optional, ret_why);
	if (code || h->optional.size < OPTIONAL_LEAST ||
	        span_le16(h->optional, 0) != MAGIC_PE32PLUS)
		return code;
	*ret_found = true;
	h->machine = span_le16(coff, 4);
	return find_table(im, at, span_le16(coff, 6), h, ret_why);
}

struct pe_section
pe_section(const struct pe_headers *headers, uint32_t number)
{
	struct span row = {(const uint8_t *)"", 0};
	struct pe_section s = {.len = 0};
	uint64_t mem_len, file_len;

	if (!span_sub(headers->table, number * (uint64_t)SECTION_LEN, SECTION_LEN, &row))
		return s;
	mem_len = span_le32(row, 8);
	file_len = span_le32(row, 16);
	memcpy(s.name, row.base, PE_NAME - 1);
	s.addr = span_le32(row, 12);
	s.off = span_le32(row, 20);
	s.len = mem_len && mem_len < file_len ? mem_len : file_len;
	s.flags = span_le32(row, 36);
	return s;
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
	struct image im = image_of(file);
	struct pe_headers h;
	enum refusal_code code = pe_headers(&im, ret_found, &h, ret_why);

	if (code || !*ret_found)
		return code;
	memset(ret_pe, 0, sizeof(*ret_pe));
	ret_pe->machine = h.machine;
	read_optional(h.optional, ret_pe);
	for (uint32_t i = 0; i < h.sections; i++) {
		ret_pe->section[ret_pe->sections] = pe_section(&h, i);
		ret_pe->sections += ret_pe->section[ret_pe->sections].len != 0;
	}
	return REFUSAL_NONE;
}

bool
pe_section_is(const struct pe_section *s, const char *name)
{
	const char *a = s->name;

	while (*a && *a == *name) {
		a++;
		name++;
	}
	return *a == *name;
}

const struct pe_section *
pe_find(const struct pe *pe, const char *name)
{
	for (uint32_t i = 0; i < pe->sections; i++) {
		if (pe_section_is(&pe->section[i], name))
			return &pe->section[i];
	}
	return NULL;
}

uint32_t
pe_profiles(const struct pe *pe)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pe->sections; i++)
		n += pe_section_is(&pe->section[i], PE_PROFILE);
	return n ? n : 1;
}

/* Append those of `from` that belong to profile `wanted`; 0: to all profiles. */
static void
add_profile(const struct pe *from, uint32_t wanted, struct pe *to)
{
	uint32_t profile = 0;

	for (uint32_t i = 0; i < from->sections; i++) {
		profile += pe_section_is(&from->section[i], PE_PROFILE);
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
