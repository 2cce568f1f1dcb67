/* SPDX-License-Identifier: BSD-2-Clause */
/* ISA strings, and loads and stores decoded; the encodings come from GNU as. */
#include "unit.h"

#include <string.h>

#include "stub/riscv/isa.h"
#include "stub/riscv/rvinsn.h"

static struct span
text(const char *s)
{
	return (struct span){(const uint8_t *)s, strlen(s) + 1};
}

static void
isa_strings_are_taken_apart(void **state)
{
	(void)state;
	assert_true(isa_has(text("rv64imafdch_zicsr_sstc"), "h"));
	assert_true(isa_has(text("rv64imafdch_zicsr_sstc"), "sstc"));
	assert_true(isa_has(text("rv64imafdch_zicsr"), "i"));
	assert_false(isa_has(text("rv64imafdc_zicsr_zihintpause"), "h"));
	assert_false(isa_has(text("rv64imafdc_zicsr_sstcx"), "sstc"));
	assert_true(isa_has(text("rv64imafdcsstc_zba"), "sstc")); /* no underscore needed */
	assert_false(isa_has(text("rv64imafdcsstc_zba"), "h"));
	assert_true(isa_has(text("rv64i2p1m2p0h1p0_zicsr2p0"), "h"));
	assert_false(isa_has(text("rv64"), "h"));
	assert_false(isa_has(text(""), "h"));
	assert_false(isa_has((struct span){NULL, 0}, "h"));
}

static void
guests_isa_lacks_what_is_the_hypervisors(void **state)
{
	static const struct {
		const char *isa;
		bool sstc;
		const char *wanted;
	} rows[] = {
	        {"rv64imafdch_zicsr_sstc", true, "rv64imafdc_zicsr_sstc"},
	        {"rv64imafdch_zicsr_sstc", false, "rv64imafdc_zicsr"},
	        {"rv64imafdch", true, "rv64imafdc"},
	        {"rv64imah_shcounterenw_shtvala_svpbmt", true, "rv64ima_svpbmt"},
	        {"rv64ih1p0_zba_smstateen_ssaia", true, "rv64i_zba"},
	        {"rv64ih_smmpm_sscofpmf_ssccptr_ssctr_ssdbltrp_zkr_zk_zkn_zicfiss_zicond", true,
	                "rv64i_ssccptr_zkn_zicond"},
	        {"rv64ic", true, "rv64ic"},
	        {"rv64", true, "rv64"},
	        {"rv6", true, "rv6"},
	        {"rv6_zba", true, "rv6_zba"}, /* no base, and not longer than it was */
	        {"rv64__zba", true, "rv64_zba"},
	        /* What was between two names keeps them apart. */
	        {"rv64im_z_hicsr", true, "rv64im_z_icsr"},
	        {"rv64im_zba_hv", true, "rv64im_zba_v"},
	        {"rv64i2hp0", true, "rv64i2_p0"},
	        {"rv64imhac", true, "rv64im_ac"},
	};
	char out[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t len = isa_for_guest(text(rows[i].isa), rows[i].sstc, out);

		assert_string_equal(out, rows[i].wanted);
		assert_int_equal(len, strlen(rows[i].wanted));
	}
}

static void
lists_are_filtered_too(void **state)
{
	static const char list[] = "i\0h\0zicsr\0sstc\0shtvala";
	struct span s = {(const uint8_t *)list, sizeof(list)};
	char out[64];

	(void)state;
	assert_int_equal(isa_list_for_guest(s, true, out), 13);
	assert_memory_equal(out, "i\0zicsr\0sstc", 13);
	assert_int_equal(isa_list_for_guest(s, false, out), 8);
	assert_memory_equal(out, "i\0zicsr", 8);
	assert_true(isa_list_has(s, "h"));
	assert_true(isa_list_has(s, "shtvala"));
	assert_false(isa_list_has(s, "shtval"));
	assert_false(isa_list_has(s, ""));
	assert_false(isa_list_has((struct span){NULL, 0}, "h"));
}

static void
accesses_are_decoded(void **state)
{
	static const struct {
		uint32_t insn;
		struct rv_access a;
	} rows[] = {
	        {0x00070783, {false, true, 1, 15, 4}},  /* lb a5,0(a4) */
	        {0x00271783, {false, true, 2, 15, 4}},  /* lh a5,2(a4) */
	        {0x00472783, {false, true, 4, 15, 4}},  /* lw a5,4(a4) */
	        {0x00873f83, {false, true, 8, 31, 4}},  /* ld t6,8(a4) */
	        {0x00074783, {false, false, 1, 15, 4}}, /* lbu a5,0(a4) */
	        {0x00075003, {false, false, 2, 0, 4}},  /* lhu zero,0(a4) */
	        {0x00076783, {false, false, 4, 15, 4}}, /* lwu a5,0(a4) */
	        {0x00f70023, {true, false, 1, 15, 4}},  /* sb a5,0(a4) */
	        {0x00f71023, {true, false, 2, 15, 4}},  /* sh a5,0(a4) */
	        {0xfef72e23, {true, false, 4, 15, 4}},  /* sw a5,-4(a4) */
	        {0x01f73023, {true, false, 8, 31, 4}},  /* sd t6,0(a4) */
	        {0x431c, {false, true, 4, 15, 2}},      /* c.lw a5,0(a4) */
	        {0x631c, {false, true, 8, 15, 2}},      /* c.ld a5,0(a4) */
	        {0xc310, {true, false, 4, 12, 2}},      /* c.sw a2,0(a4) */
	        {0xe310, {true, false, 8, 12, 2}},      /* c.sd a2,0(a4) */
	        {0x47a2, {false, true, 4, 15, 2}},      /* c.lwsp a5,8(sp) */
	        {0x67a2, {false, true, 8, 15, 2}},      /* c.ldsp a5,8(sp) */
	        {0xc43e, {true, false, 4, 15, 2}},      /* c.swsp a5,8(sp) */
	        {0xe43e, {true, false, 8, 15, 2}},      /* c.sdsp a5,8(sp) */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rv_access *w = &rows[i].a;
		struct rv_access a;

		assert_true(rv_decode(rows[i].insn, &a));
		assert_int_equal(a.store, w->store);
		assert_int_equal(a.bytes, w->bytes);
		assert_int_equal(a.reg, w->reg);
		assert_int_equal(a.length, w->length);
		if (!a.store)
			assert_int_equal(a.sign, w->sign);
	}
}

static void
others_are_not(void **state)
{
	static const uint32_t insns[] = {
	        0x00000013, /* nop */
	        0x00077783, /* a load of width 7 */
	        0x00f74023, /* a store of width 4 */
	        0x00072787, /* flw fa5,0(a4) */
	        0x08f7202f, /* amoswap.w zero,a5,(a4) */
	        0x27a2,     /* c.fldsp fa5,8(sp) */
	        0x4002,     /* c.lwsp to x0: reserved */
	        0x6002,     /* c.ldsp to x0: reserved */
	        0x8082,     /* ret */
	        0x0000,     /* illegal */
	        0x4781,     /* c.li a5,0 */
	};
	struct rv_access a;

	(void)state;
	for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++)
		assert_false(rv_decode(insns[i], &a));
}

static void
htinst_tells_the_length(void **state)
{
	struct rv_access a;

	(void)state;
	assert_true(rv_decode_htinst(0x00072783 & ~0xf8000u, &a)); /* lw a5 */
	assert_int_equal(a.length, 4);
	assert_int_equal(a.reg, 15);
	assert_true(rv_decode_htinst((0x00072783 & ~0xf8000u) & ~2u, &a)); /* from c.lw */
	assert_int_equal(a.length, 2);
	assert_false(rv_decode_htinst(0, &a));
	assert_false(rv_decode_htinst(0x2000, &a)); /* a read by the page table walk */
	assert_false(rv_decode_htinst(0x3020, &a)); /* a write by it */
}

static void
loads_are_extended(void **state)
{
	struct rv_access a = {.sign = true, .bytes = 1};

	(void)state;
	assert_int_equal(rv_extend(&a, 0x180), 0xffffffffffffff80);
	assert_int_equal(rv_extend(&a, 0x17f), 0x7f);
	a = (struct rv_access){.sign = true, .bytes = 4};
	assert_int_equal(rv_extend(&a, 0x80000000), 0xffffffff80000000);
	a.sign = false;
	assert_int_equal(rv_extend(&a, 0xff80000000), 0x80000000);
	a.bytes = 8;
	assert_int_equal(rv_extend(&a, 0x8000000000000000), 0x8000000000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(isa_strings_are_taken_apart),
	        cmocka_unit_test(guests_isa_lacks_what_is_the_hypervisors),
	        cmocka_unit_test(lists_are_filtered_too),
	        cmocka_unit_test(accesses_are_decoded),
	        cmocka_unit_test(others_are_not),
	        cmocka_unit_test(htinst_tells_the_length),
	        cmocka_unit_test(loads_are_extended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
