/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums a PE file but for its checksum, the entry of its certificates, and these; sections in
 * the order in which they lie in the file.
 */
#include "tools/measure/authenticode.h"

#include <stdlib.h>

#include "stub/input/pe.h"

#define DIRECTORY_LEN sizeof(struct pe_directory)

static enum refusal_code
bad(struct refusal *why, const char *what, uint64_t off, uint64_t found, uint64_t wanted)
{
	refuse(why, REFUSAL_PE_HEADER, off, found, wanted);
	why->detail = what;
	return why->code;
}

static void
add(struct summing *s, struct span file, uint64_t from, uint64_t to)
{
	struct span part;

	if (from < to && span_sub(file, from, to - from, &part))
		sums_add(s, part);
}

/* The headers but for checksum and certificates' entry. */
static enum refusal_code
add_headers(struct summing *s, struct span file, const struct pe_headers *h, uint64_t *ret_end,
        uint64_t *ret_certificates, struct refusal *why)
{
	uint64_t optional = (uint64_t)(h->optional.base - file.base);
	uint64_t checksum = optional + offsetof(struct pe_optional, checksum);
	uint64_t list = PE_GET(h->optional, 0, pe_optional, magic) == PE_MAGIC_32
	                        ? PE_DIRECTORIES_32
	                        : PE_DIRECTORIES_32PLUS;
	uint64_t entry = optional + list + PE_DIRECTORY_CERTIFICATES * DIRECTORY_LEN;
	uint64_t end = PE_GET(h->optional, 0, pe_optional, headers_size);
	bool has = span_le32(file, optional + list - 4) > PE_DIRECTORY_CERTIFICATES;

	if (end > file.size || end < entry + DIRECTORY_LEN)
		return bad(why, "length of headers",
		        optional + offsetof(struct pe_optional, headers_size), end, file.size);
	add(s, file, 0, checksum);
	add(s, file, checksum + 4, has ? entry : end);
	if (has)
		add(s, file, entry + DIRECTORY_LEN, end);
	*ret_certificates = has ? PE_GET(file, entry, pe_directory, size) : 0;
	*ret_end = end;
	return REFUSAL_NONE;
}

static int
by_place(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* The sections' raw data; *end is what has been summed, as the specification counts it. */
static enum refusal_code
add_sections(struct summing *s, struct span file, const struct pe_headers *h, uint64_t *end,
        struct refusal *why)
{
	struct range part[PE_SECTIONS] = {{0, 0}};
	uint32_t parts = 0;

	for (uint32_t i = 0; i < h->sections; i++) {
		uint64_t row = i * sizeof(struct pe_row);

		part[parts] = (struct range){PE_GET(h->table, row, pe_row, off),
		        PE_GET(h->table, row, pe_row, file_len)};
		parts += part[parts].len != 0;
	}
	qsort(part, parts, sizeof(part[0]), by_place);
	for (uint32_t i = 0; i < parts; i++) {
		if (!bounds_ok(file.size, part[i].addr, part[i].len))
			return bad(why, "raw data of a section", part[i].addr, file.size,
			        part[i].addr + part[i].len);
		add(s, file, part[i].addr, part[i].addr + part[i].len);
		*end += part[i].len;
	}
	return REFUSAL_NONE;
}

enum refusal_code
authenticode(struct span file, bank_set wanted, struct sums *ret_sums, struct refusal *ret_why)
{
	struct image im = image_of(file);
	struct pe_headers h;
	struct summing s;
	uint64_t end = 0, certificates = 0;
	bool found;
	enum refusal_code code = pe_headers(&im, &found, &h, ret_why);

	if (!code && !found)
		code = bad(ret_why, "signature", 0, span_le16(file, 0), 0x5a4d);
	if (code)
		return code;
	sums_start(&s, wanted);
	code = add_headers(&s, file, &h, &end, &certificates, ret_why);
	if (!code)
		code = add_sections(&s, file, &h, &end, ret_why);
	if (code)
		return code;
	if (bounds_ok(file.size, end, certificates))
		add(&s, file, end, file.size - certificates);
	sums_end(&s, ret_sums);
	return REFUSAL_NONE;
}
