/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a boot entry's name and text, as loader.conf and as os-release: all that is
 * found lies inside the text and has no line end in it.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/bls.h"

static void
check_value(struct span text, struct span value)
{
	REQUIRE(inside(text, value));
	REQUIRE(!value.size || !memchr(value.base, '\n', (size_t)value.size));
}

static void
check_entry(struct span text, const struct bls_entry *e)
{
	const struct span one[] = {
	        e->title, e->version, e->machine_id, e->sort_key, e->architecture, e->kernel};

	for (unsigned i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		check_value(text, one[i]);
	REQUIRE(e->initrds <= BLS_INITRDS && e->options <= BLS_OPTIONS);
	for (uint32_t i = 0; i < e->initrds; i++) {
		check_value(text, e->initrd[i]);
		REQUIRE(e->initrd[i].size);
	}
	for (uint32_t i = 0; i < e->options; i++) {
		check_value(text, e->option[i]);
		REQUIRE(e->option[i].size);
	}
	REQUIRE(!text.size || !memchr(text.base, 0, (size_t)text.size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct span name = feed_span(&f, feed_number(&f, 1) % 32);
	struct span text = feed_span(&f, f.size);
	struct bls_entry entry;
	struct refusal why;

	memset(&entry, 0, sizeof(entry));
	if (bls_name(name, ".conf", &entry)) {
		REQUIRE(name.size > 5 && inside(name, entry.id));
		REQUIRE(entry.id.size + 5 <= name.size);
		REQUIRE(entry.counted == (entry.id.size + 5 < name.size));
	}
	if (!bls_entry_read(text, &entry, &why))
		check_entry(text, &entry);
	else
		REQUIRE(why.code == REFUSAL_BLS_ENTRY && why.where <= text.size && why.detail);
	check_value(text, bls_default(text));
	check_value(text, bls_os_release(text, "ID"));
	return 0;
}
