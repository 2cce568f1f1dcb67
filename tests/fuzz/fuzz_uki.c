/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a unified kernel image: its parts lie in the file, and a stream says the same as
 * the whole file.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/uki.h"
#include "tests/unit/stream.h"

static void
check_part(uint64_t size, struct uki_part part)
{
	REQUIRE(bounds_ok(size, part.off, part.len));
}

static void
check_profile(const uint8_t *data, size_t size, const char *profile)
{
	struct image im = image_of((struct span){data, size});
	struct stream s;
	struct uki uki, streamed;
	struct refusal why, stream_why;
	enum refusal_code code = uki_read(&im, profile, &uki, &why), stream_code;

	stream_open(&s, data, size);
	while ((stream_code = uki_read(&s.im, profile, &streamed, &stream_why)) == REFUSAL_NEED)
		stream_load(&s, &stream_why);
	stream_close(&s);
	REQUIRE(code == stream_code);
	if (code)
		return;
	REQUIRE(memcmp(&uki, &streamed, sizeof(uki)) == 0);
	check_part(size, uki.kernel);
	check_part(size, uki.cmdline);
	check_part(size, uki.ucode);
	check_part(size, uki.initrd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image im = image_of((struct span){data, size});
	struct refusal why;
	bool found;

	if (uki_look(&im, &found, &why) || !found)
		return 0;
	check_profile(data, size, "");
	check_profile(data, size, "@1");
	check_profile(data, size, "rescue");
	return 0;
}
