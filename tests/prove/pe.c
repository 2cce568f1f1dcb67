/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PE's headers and its section table lie in the file, and what is read of a section is in its
 * row.
 *
 * Inputs: every file of up to 200 bytes that lies in memory, a section of every number.
 *
 * parts: stub/input/image.c
 * shrink: PE_SECTIONS=2
 * unwind: 9
 */
#include "stub/input/pe.c"
#include "prove.h"

#define LENGTH 200

PROVE_REFUSE

static void
prove_section(const struct pe_headers *h, struct span file)
{
	uint32_t number;
	struct pe_section s = pe_section(h, number);
	struct span row;

	PROVE(s.name[PE_NAME - 1] == '\0', "a section's name has its NUL");
	if (number >= h->sections) {
		PROVE(!s.len && !s.off, "a section that the table does not have is empty");
		return;
	}
	row = (struct span){
	        h->table.base + number * sizeof(struct pe_row), sizeof(struct pe_row)};
	PROVE(is_inside(row, file), "a section's row lies in the file");
	PROVE(s.off == PE_GET(row, 0, pe_row, off) && s.addr == PE_GET(row, 0, pe_row, addr),
	        "its places are those of the row");
	PROVE(s.len <= PE_GET(row, 0, pe_row, file_len),
	        "its content is no longer than its bytes in the file");
}

int
main(void)
{
	uint8_t byte[LENGTH];
	struct span file = {byte, 0};
	struct image im;
	struct pe_headers h;
	struct refusal why;
	uint64_t size;
	bool found = true;
	enum refusal_code code;

	ASSUME(size <= LENGTH);
	file.size = size;
	im = image_of(file);
	code = pe_headers(&im, &found, &h, &why);
	PROVE(!code || code == REFUSAL_PE_HEADER, "a file in memory needs no more bytes");
	if (code || !found) {
		PROVE(!code || found, "only a PE is refused");
		return 0;
	}
	PROVE(h.sections <= PE_SECTIONS, "there are at most as many sections as are kept");
	PROVE(is_inside(h.optional, file), "the optional header lies in the file");
	PROVE(directories(h.optional) <= h.optional.size,
	        "it is long enough for its data directories");
	PROVE(h.table.size == h.sections * sizeof(struct pe_row), "a section has a row");
	PROVE(is_inside(h.table, file), "the section table lies in the file");
	PROVE(!h.sections || h.table.base == h.optional.base + h.optional.size,
	        "behind the optional header");
	prove_section(&h, file);
}
