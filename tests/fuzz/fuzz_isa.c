/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as ISA strings and as instructions: what a guest is told of is a part of what the
 * hart has, and names no extension that it may not use; a decoded access is one that RISC-V
 * has.
 */
#include "tests/fuzz/fuzz.h"

#include "stub/riscv/isa.h"
#include "stub/riscv/rvinsn.h"

/* A name that comes of two, one behind the other, or is one's version. */
static const char *const names[] = {"i", "p", "v", "zicsr", "zba", "svpbmt", "zvbb"};

static void
check_strings(struct span isa, bool sstc)
{
	char *out = malloc((size_t)isa.size + 1);
	uint64_t len = isa_for_guest(isa, sstc, out);
	struct span guest = {(const uint8_t *)out, len};

	REQUIRE(len <= isa.size && !out[len]);
	REQUIRE(!isa_has(guest, "h") && !isa_has(guest, "smaia") && !isa_has(guest, "zkr"));
	REQUIRE(sstc || !isa_has(guest, "sstc"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		REQUIRE(!isa_has(guest, names[i]) || isa_has(isa, names[i]));
	len = isa_list_for_guest(isa, sstc, out);
	guest.size = len;
	REQUIRE(len <= isa.size + 1);
	REQUIRE(!isa_list_has(guest, "h") && !isa_list_has(guest, "shcounterenw"));
	free(out);
}

static void
check_access(bool found, const struct rv_access *a, uint64_t value)
{
	uint64_t v;

	if (!found)
		return;
	REQUIRE(a->bytes == 1 || a->bytes == 2 || a->bytes == 4 || a->bytes == 8);
	REQUIRE(a->reg < 32 && (a->length == 2 || a->length == 4));
	v = rv_extend(a, value);
	if (!a->sign && a->bytes < 8)
		REQUIRE(v >> (8 * a->bytes) == 0);
	REQUIRE((v ^ value) << (64 - 8 * a->bytes) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = {data, size};
	struct rv_access access;
	uint64_t value = feed_number(&f, 8);

	check_access(rv_decode((uint32_t)value, &access), &access, ~value);
	check_access(rv_decode_htinst(value, &access), &access, ~value);
	check_strings((struct span){f.data, f.size < ISA_MAX ? f.size : ISA_MAX}, value & 1);
	return 0;
}
