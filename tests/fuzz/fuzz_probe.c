/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a kernel: what the probe accepts keeps the promises of facts.h, what it refuses
 * has words, and a stream says the same as the whole file.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tests/unit/stream.h"

static void
check_elf(const struct elf_facts *e, uint64_t size)
{
	uint64_t end = 0;
	bool loaded = false;

	REQUIRE(e->segments > 0 && e->segments <= FACTS_SEGMENTS);
	for (uint32_t i = 0; i < e->segments; i++) {
		const struct segment *s = &e->segment[i];

		REQUIRE(s->mem_len > 0 && s->file_len <= s->mem_len);
		REQUIRE(bounds_ok(size, s->off, s->file_len));
		REQUIRE(range_fits(s->paddr, s->mem_len));
		REQUIRE(i == 0 || s->paddr >= end);
		end = s->paddr + s->mem_len;
		loaded |= e->entry >= s->paddr && e->entry - s->paddr < s->file_len;
	}
	REQUIRE(loaded == e->entry_loaded);
	REQUIRE(!e->max_align || is_power_of_two(e->max_align));
	REQUIRE(!e->pvh || bounds_ok(size, e->pvh_note_off, 4));
	REQUIRE(!e->reloc || (e->pvh && is_power_of_two(e->reloc_align)));
	REQUIRE(!e->reloc || (e->reloc_align >= PAGE && e->reloc_min < e->reloc_max));
	REQUIRE(memchr(e->guest_os, 0, sizeof(e->guest_os)));
}

static void
check_bzimage(const struct bzimage_facts *z, uint64_t size)
{
	REQUIRE(z->version >= 0x200 && z->loadflags & 1);
	REQUIRE(z->header_len >= 0x21 && z->header_len <= FACTS_HEADER);
	REQUIRE(z->code_len > 0 && bounds_ok(size, z->code_off, z->code_len));
	REQUIRE(z->code_off >= 2 * 512 && z->entry32_off < z->code_len);
	REQUIRE(is_power_of_two(z->alignment) && is_power_of_two(z->min_alignment));
	REQUIRE(z->min_alignment <= z->alignment);
	REQUIRE(z->init_size >= z->code_len);
	REQUIRE(z->initrd_last > 0 && z->cmdline_max > 0);
	REQUIRE(bounds_ok(size, z->payload_off, z->payload_len));
	REQUIRE(z->version_off < z->code_off);
	REQUIRE(!(z->setup_type_max >> 31));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct facts facts, streamed;
	struct refusal why, stream_why;
	struct span bytes = {data, size};
	struct image im = image_of(bytes);
	enum refusal_code code = kernel_probe(&im, &facts, &why);
	char sentence[512];

	linux_evidence_in(&bytes, 1); /* of any bytes, as of a kernel that lies in memory */
	REQUIRE(code != REFUSAL_NEED);
	REQUIRE(stream_probe(data, size, &streamed, &stream_why, NULL) == code);
	if (code) {
		REQUIRE(why.code == code && refusal_name(code));
		REQUIRE(refusal_format(&why, sentence, sizeof(sentence)) < sizeof(sentence));
		return 0;
	}
	REQUIRE(facts.size == size && facts_same(&facts, &streamed));
	if (facts.format == KERNEL_BZIMAGE)
		check_bzimage(&facts.bz, size);
	else
		check_elf(&facts.elf, size);
	return 0;
}
