/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of a newc archive: name and data lie where they are said to, and the next member is
 * further on, so that the walk over an archive ends.
 *
 * Inputs: every file of up to 124 bytes that lies in memory, a member at every offset in it.
 *
 * parts: stub/input/image.c
 * unwind: 17
 */
#include "prove.h"
#include "stub/input/bundle.c"

#define LENGTH (HEADER + 14)

PROVE_REFUSE

static void
prove_take(struct reader *r, const struct member *m)
{
	uint64_t off = 1, len = 2;
	bool met, before = met;

	if (take(r, m, "member", &met, &off, &len)) {
		PROVE(off == 1 && len == 2, "a member that is refused has no place");
		return;
	}
	PROVE(!before && met, "a member of ours is taken once");
	PROVE(len == m->field[C_FILESIZE], "its length is what the header says");
	PROVE((wide)off + len <= r->im->size, "its data lie in the file");
	PROVE(!len || off == m->data_off, "behind its name");
}

int
main(void)
{
	uint8_t byte[LENGTH];
	struct span file = {byte, 0};
	struct image im;
	struct refusal why;
	struct reader r = {.im = &im, .why = &why};
	struct member m = {.off = any_u64()};
	uint64_t size;
	enum refusal_code code;

	ASSUME(size <= LENGTH);
	file.size = size;
	im = image_of(file);
	code = read_member(&r, &m);
	if (code) {
		PROVE(code == why.code && code != REFUSAL_NEED,
		        "what is refused has its code; a file in memory needs no more");
		return 0;
	}
	PROVE(m.off + HEADER <= size, "the header lies in the file");
	PROVE(m.field[C_NAMESIZE] > 0 && m.field[C_NAMESIZE] <= NAME_MAX,
	        "a name has a length of 1 to the most");
	PROVE(is_inside(m.name, file), "the name lies in the file");
	PROVE(m.name.base == byte + m.off + HEADER, "behind the header");
	PROVE(m.name.size <= m.field[C_NAMESIZE], "and is no longer than was said");
	PROVE(m.data_off >= m.off + HEADER + m.field[C_NAMESIZE], "data lie behind the name");
	PROVE(m.data_off % 4 == 0 && m.next % 4 == 0,
	        "data and members begin at multiples of 4");
	PROVE(m.next >= m.data_off && m.next - m.data_off >= m.field[C_FILESIZE],
	        "the next member lies behind the data, so the walk ends");
	prove_take(&r, &m);
}
