/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a PE's section table (Microsoft PE Format, revision 12).
 *
 * Only the headers are looked at; the caller that uses a section's bytes bounds them by the
 * file or by the loaded image. Surprise: the tail of a section's raw data is padding to the
 * file alignment, so its virtual size says how much of it is content.
 */
#include "pe.h"

/* Where the optional header's data directories are; 0 if it is of no known form, or cut short.
 */
static uint64_t
directories(struct span optional)
{
	uint64_t magic = PE_GET(optional, 0, pe_optional, magic), at = 0;

	if (magic == PE_MAGIC_32)
		at = PE_DIRECTORIES_32;
	else if (magic == PE_MAGIC_32PLUS)
		at = PE_DIRECTORIES_32PLUS;
	return optional.size >= at ? at : 0;
}

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
	uint64_t at = coff_at + sizeof(struct pe_coff) + h->optional.size;
	enum refusal_code code;

	if (count > PE_SECTIONS)
		return bad(why, "number of sections",
		        coff_at + offsetof(struct pe_coff, sections), count, PE_SECTIONS);
	h->sections = count;
	code = image_get(
	        im, at, count * sizeof(struct pe_row), REFUSAL_PE_HEADER, &h->table, why);
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
	enum refusal_code code = header_part(im, 0, sizeof(struct pe_dos), &dos, ret_why);

	*ret_found = false;
	if (code || !span_is(dos, 0, "MZ", 2))
		return code;
	at = PE_GET(dos, 0, pe_dos, lfanew);
	code = header_part(im, at, sizeof(struct pe_coff), &coff, ret_why);
	if (code || !span_is(coff, 0, "PE\0\0", 4))
		return code;
	code = header_part(im, at + sizeof(struct pe_coff),
	        PE_GET(coff, 0, pe_coff, optional_size), &h->optional, ret_why);
	if (code || !directories(h->optional))
		return code;
	*ret_found = true;
	h->machine = (uint16_t)PE_GET(coff, 0, pe_coff, machine);
	h->linux_magic = PE_GET(dos, 0, pe_dos, linux_magic) == PE_LINUX_MAGIC;
	return find_table(im, at, (uint32_t)PE_GET(coff, 0, pe_coff, sections), h, ret_why);
}

struct pe_section
pe_section(const struct pe_headers *headers, uint32_t number)
{
	struct span row = {(const uint8_t *)"", 0};
	struct pe_section s = {.len = 0};
	uint64_t mem_len, file_len;

	if (!span_sub(headers->table, number * sizeof(struct pe_row), sizeof(struct pe_row),
	            &row))
		return s;
	mem_len = PE_GET(row, 0, pe_row, mem_len);
	file_len = PE_GET(row, 0, pe_row, file_len);
	memcpy(s.name, row.base, PE_NAME - 1);
	s.addr = PE_GET(row, 0, pe_row, addr);
	s.off = PE_GET(row, 0, pe_row, off);
	s.len = mem_len && mem_len < file_len ? mem_len : file_len;
	s.flags = (uint32_t)PE_GET(row, 0, pe_row, characteristics);
	return s;
}

static void
read_optional(struct span opt, struct pe *pe)
{
	uint64_t at = directories(opt), entry;

	pe->entry = (uint32_t)PE_GET(opt, 0, pe_optional, entry);
	pe->section_align = (uint32_t)PE_GET(opt, 0, pe_optional, section_align);
	pe->file_align = (uint32_t)PE_GET(opt, 0, pe_optional, file_align);
	pe->image_major = (uint16_t)PE_GET(opt, 0, pe_optional, image_major);
	pe->image_minor = (uint16_t)PE_GET(opt, 0, pe_optional, image_minor);
	pe->image_size = PE_GET(opt, 0, pe_optional, image_size);
	pe->subsystem = (uint16_t)PE_GET(opt, 0, pe_optional, subsystem);
	pe->dll_flags = (uint16_t)PE_GET(opt, 0, pe_optional, dll_characteristics);
	if (span_le32(opt, at - 4) > PE_DIRECTORY_CERTIFICATES) {
		entry = at + PE_DIRECTORY_CERTIFICATES * sizeof(struct pe_directory);
		pe->signature_off = PE_GET(opt, entry, pe_directory, addr);
		pe->signature_len = PE_GET(opt, entry, pe_directory, size);
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
	ret_pe->linux_magic = h.linux_magic;
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

struct span
pe_content(const struct pe *pe, const char *name, struct span whole, bool loaded)
{
	const struct pe_section *s = pe_find(pe, name);
	struct span content = {NULL, 0};

	if (s)
		(void)span_sub(whole, loaded ? s->addr : s->off, s->len, &content);
	return content;
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
