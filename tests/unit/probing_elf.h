/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of an ELF's notes share: the kernel under construction, `b`, and what the
 * probe made of it.
 */
#ifndef TESTS_PROBING_ELF_H
#define TESTS_PROBING_ELF_H

#include "unit.h"

#include <string.h>

#include "tests/unit/build_elf.h"
#include "tests/unit/probing.h"

/* Types of Xen's notes. */
#define ENTRY 18
#define RELOC 19

static struct elf_build b;
static struct facts facts;
static struct refusal why;

static inline enum refusal_code
probe(void)
{
	return probe_both(b.bytes, b.size, &facts, &why);
}

static inline void
assert_pvh(uint32_t entry)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_true(facts.elf.pvh);
	assert_int_equal(facts.elf.pvh_entry, entry);
}

static inline void
assert_no_pvh(void)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_false(facts.elf.pvh);
}

/* A kernel of two segments, without notes; its segments are linked as Linux' are not. */
static inline void
kernel(bool is64)
{
	elf_new(&b, is64);
	elf_load(&b, ELF_PADDR, ELF_PADDR, 0x200, 0x3000);
	elf_load(&b, ELF_PADDR + 0x4000, ELF_PADDR + 0x4000, 0x100, 0x2000);
}

#endif
