/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 and UTF-16 into buffers of every size around what they need, bad texts among them. */
#include "unit.h"

#include <string.h>

#include "stub/input/utf.h"

/* "aé€😀" in both forms */
static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
static const uint16_t units[] = {'a', 0xe9, 0x20ac, 0xd83d, 0xde00, 0};

static void
to_16_in_every_room(void **state)
{
	uint16_t out[8];
	struct refusal why;

	(void)state;
	for (size_t room = 0; room <= 7; room++) {
		memset(out, 0x5a, sizeof(out));
		assert_int_equal(utf16_from_8(text, out, room), room >= 6);
		assert_int_equal(out[room], 0x5a5a);
		if (room >= 6)
			assert_memory_equal(out, units, sizeof(units));
		assert_int_equal(utf16_exactly(text, out, room, &why),
		        room >= 6 ? REFUSAL_NONE : REFUSAL_CMDLINE_BUFFER);
		if (room < 6) {
			assert_int_equal(why.found, 5);
			assert_int_equal(why.wanted, room ? room - 1 : 0);
		}
	}
	assert_false(utf16_from_8("", out, 0));
	assert_true(utf16_from_8("", out, 1));
	assert_int_equal(out[0], 0);
}

static void
to_8_in_every_room(void **state)
{
	struct span in = {(const uint8_t *)units, sizeof(units)};
	char out[16];

	(void)state;
	for (size_t room = 0; room <= sizeof(text) + 1; room++) {
		memset(out, 0x5a, sizeof(out));
		assert_int_equal(utf8_from_16(in, out, room), room >= sizeof(text));
		assert_int_equal(out[room], 0x5a);
		if (room >= sizeof(text))
			assert_string_equal(out, text);
	}
	in.size = 0;
	assert_false(utf8_from_16(in, out, 0));
	assert_true(utf8_from_16(in, out, 1));
	assert_string_equal(out, "");
}

static void
bad_texts(void **state)
{
	static const uint16_t lone[] = {0xdc00, 'x', 0xd800, 0};
	static const struct {
		const char *text;
		uint64_t where, found;
	} rows[] = {{"ab\x80", 2, 0x80}, {"\xc0\x80", 0, 0xc0}, {"x\xed\xa0\x80", 1, 0xed},
	        {"\xf4\x90\x80\x80", 0, 0xf4}, {"xyz\xe2\x82", 3, 0xe2}};
	struct refusal why;
	uint16_t out[16];
	char back[16];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(utf16_exactly(rows[i].text, out, 16, &why), REFUSAL_EFI_UTF8);
		assert_int_equal(why.where, rows[i].where);
		assert_int_equal(why.found, rows[i].found);
		assert_true(utf16_from_8(rows[i].text, out, 16));
		assert_int_equal(out[rows[i].where], 0xfffd);
	}
	assert_true(utf8_from_16(
	        (struct span){(const uint8_t *)lone, sizeof(lone)}, back, sizeof(back)));
	assert_string_equal(back, "\xef\xbf\xbdx\xef\xbf\xbd");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(to_16_in_every_room),
	        cmocka_unit_test(to_8_in_every_room),
	        cmocka_unit_test(bad_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
