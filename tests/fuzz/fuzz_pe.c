/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a PE file: sections are as many as promised and have content and a name that
 * ends; each profile of a unified kernel image has its own sections before the common ones.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/input/pe.h"

static void
check_sections(const struct pe *pe)
{
	REQUIRE(pe->sections <= PE_SECTIONS);
	for (uint32_t i = 0; i < pe->sections; i++) {
		const struct pe_section *s = &pe->section[i];

		REQUIRE(s->len && s->len <= UINT32_MAX && s->addr <= UINT32_MAX);
		REQUIRE(memchr(s->name, 0, PE_NAME));
		REQUIRE(pe_find(pe, s->name) && pe_find(pe, s->name) <= s);
	}
}

static void
check_profiles(const struct pe *pe)
{
	uint32_t profiles = pe_profiles(pe);

	REQUIRE(profiles && profiles <= PE_SECTIONS);
	for (uint32_t i = 0; i <= profiles; i++) {
		struct pe one = *pe;

		REQUIRE(pe_take_profile(&one, i) == (i < profiles));
		REQUIRE(one.sections <= pe->sections);
		check_sections(&one);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pe pe;
	struct refusal why;
	bool found;

	if (pe_read((struct span){data, size}, &found, &pe, &why)) {
		REQUIRE(found && why.code == REFUSAL_PE_HEADER && why.detail);
		return 0;
	}
	if (!found)
		return 0;
	check_sections(&pe);
	check_profiles(&pe);
	return 0;
}
