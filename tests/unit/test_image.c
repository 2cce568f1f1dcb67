/* SPDX-License-Identifier: BSD-2-Clause */
/* Images: windows, members, what is asked for and in whose coordinates. */
#include "unit.h"

#include "stub/input/image.h"

static uint8_t bytes[256];

static int
setup(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	return 0;
}

static struct span
part(uint64_t off, uint64_t len)
{
	return (struct span){bytes + off, len};
}

static enum refusal_code
get(const struct image *im, uint64_t off, uint64_t len, struct span *ret, struct refusal *why)
{
	return image_get(im, off, len, REFUSAL_ELF_TRUNCATED, ret, why);
}

static void
whole_file_gives_every_part(void **state)
{
	struct image im = image_of(part(0, 100));
	struct refusal why;
	struct span s;

	(void)state;
	assert_int_equal(get(&im, 0, 100, &s, &why), REFUSAL_NONE);
	assert_ptr_equal(s.base, bytes);
	assert_int_equal(s.size, 100);
	assert_int_equal(get(&im, 99, 1, &s, &why), REFUSAL_NONE);
	assert_int_equal(s.base[0], 99);
}

static void
past_the_end_is_the_callers_code(void **state)
{
	struct image im = image_of(part(0, 100));
	struct refusal why;
	struct span s;

	(void)state;
	assert_int_equal(get(&im, 99, 2, &s, &why), REFUSAL_ELF_TRUNCATED);
	assert_int_equal(why.where, 99);
	assert_int_equal(why.found, 100);
	assert_int_equal(why.wanted, 101);
	assert_int_equal(get(&im, 101, 0, &s, &why), REFUSAL_ELF_TRUNCATED);
	assert_int_equal(get(&im, 1, UINT64_MAX, &s, &why), REFUSAL_ELF_TRUNCATED);
	assert_true(why.wanted == UINT64_MAX);
	assert_int_equal(get(&im, UINT64_MAX, UINT64_MAX, &s, &why), REFUSAL_ELF_TRUNCATED);
}

static void
nothing_of_anything_is_there(void **state)
{
	struct image im = image_stream(100);
	struct refusal why;
	struct span s = {NULL, 7};

	(void)state;
	assert_int_equal(get(&im, 100, 0, &s, &why), REFUSAL_NONE);
	assert_non_null(s.base);
	assert_int_equal(s.size, 0);
	im = image_of((struct span){NULL, 0});
	assert_int_equal(im.size, 0);
	assert_int_equal(get(&im, 0, 0, &s, &why), REFUSAL_NONE);
	assert_int_equal(get(&im, 0, 1, &s, &why), REFUSAL_ELF_TRUNCATED);
}

static void
stream_asks_for_what_it_lacks(void **state)
{
	struct image im = image_stream(100);
	struct refusal why;
	struct span s;

	(void)state;
	assert_int_equal(get(&im, 10, 20, &s, &why), REFUSAL_NEED);
	assert_int_equal(why.where, 10);
	assert_int_equal(why.wanted, 20);
	assert_true(image_add(&im, 10, part(10, 20)));
	assert_int_equal(get(&im, 10, 20, &s, &why), REFUSAL_NONE);
	assert_ptr_equal(s.base, bytes + 10);
	assert_int_equal(get(&im, 29, 1, &s, &why), REFUSAL_NONE);
	assert_int_equal(get(&im, 29, 2, &s, &why), REFUSAL_NEED);
	assert_int_equal(get(&im, 9, 2, &s, &why), REFUSAL_NEED);
}

static void
two_windows_are_not_joined(void **state)
{
	struct image im = image_stream(100);
	struct refusal why;
	struct span s;

	(void)state;
	assert_true(image_add(&im, 0, part(0, 50)));
	assert_true(image_add(&im, 50, part(50, 50)));
	assert_int_equal(get(&im, 49, 2, &s, &why), REFUSAL_NEED);
	assert_int_equal(why.where, 49);
	assert_int_equal(why.wanted, 2);
	assert_int_equal(get(&im, 50, 50, &s, &why), REFUSAL_NONE);
}

static void
table_of_windows_fills(void **state)
{
	struct image im = image_stream(100);

	(void)state;
	for (unsigned i = 0; i < IMAGE_WINDOWS; i++)
		assert_true(image_add(&im, i, part(i, 1)));
	assert_false(image_add(&im, 50, part(50, 1)));
	assert_int_equal(im.windows, IMAGE_WINDOWS);
	assert_false(image_add(&im, 0, part(0, 99)));
	assert_true(image_add(&im, 0, part(0, 100)));
	assert_int_equal(im.windows, 1);
}

static void
member_has_its_own_offsets(void **state)
{
	struct image im = image_of(part(0, 100)), member, inner;
	struct refusal why;
	struct span s;

	(void)state;
	assert_true(image_member(&im, 40, 20, &member));
	assert_int_equal(member.size, 20);
	assert_int_equal(get(&member, 0, 20, &s, &why), REFUSAL_NONE);
	assert_int_equal(s.base[0], 40);
	assert_int_equal(get(&member, 20, 1, &s, &why), REFUSAL_ELF_TRUNCATED);
	assert_int_equal(why.where, 20);
	assert_int_equal(why.found, 20);
	assert_true(image_member(&member, 5, 15, &inner));
	assert_int_equal(get(&inner, 0, 1, &s, &why), REFUSAL_NONE);
	assert_int_equal(s.base[0], 45);
}

static void
member_asks_in_the_files_coordinates(void **state)
{
	struct image im = image_stream(100), member;
	struct refusal why;
	struct span s;

	(void)state;
	assert_true(image_member(&im, 40, 20, &member));
	assert_int_equal(get(&member, 3, 4, &s, &why), REFUSAL_NEED);
	assert_int_equal(why.where, 43);
	assert_int_equal(why.wanted, 4);
	assert_true(image_add(&im, why.where, part(43, 4)));
	assert_true(image_member(&im, 40, 20, &member));
	assert_int_equal(get(&member, 3, 4, &s, &why), REFUSAL_NONE);
	assert_int_equal(s.base[0], 43);
	/* A window that begins before the member, and one that holds all of it. */
	assert_true(image_add(&member, 30, part(30, 40)));
	assert_int_equal(member.windows, 1);
	assert_int_equal(get(&member, 0, 20, &s, &why), REFUSAL_NONE);
	assert_int_equal(s.base[0], 40);
}

static void
member_must_lie_inside(void **state)
{
	struct image im = image_stream(100), member;

	(void)state;
	assert_true(image_member(&im, 0, 100, &member));
	assert_true(image_member(&im, 100, 0, &member));
	assert_false(image_member(&im, 0, 101, &member));
	assert_false(image_member(&im, 100, 1, &member));
	assert_false(image_member(&im, UINT64_MAX, 2, &member));
	assert_false(image_member(&im, 2, UINT64_MAX, &member));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole_file_gives_every_part),
	        cmocka_unit_test(past_the_end_is_the_callers_code),
	        cmocka_unit_test(nothing_of_anything_is_there),
	        cmocka_unit_test(stream_asks_for_what_it_lacks),
	        cmocka_unit_test(two_windows_are_not_joined),
	        cmocka_unit_test(table_of_windows_fills),
	        cmocka_unit_test(member_has_its_own_offsets),
	        cmocka_unit_test(member_asks_in_the_files_coordinates),
	        cmocka_unit_test(member_must_lie_inside),
	};

	return cmocka_run_group_tests_name("image", tests, setup, NULL);
}
