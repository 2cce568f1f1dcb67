/* SPDX-License-Identifier: BSD-2-Clause */
/* The bzImage probe: a valid kernel, then one field of its setup header changed at a time. */
#include "unit.h"

#include <string.h>

#include "tests/unit/build_bzimage.h"
#include "tests/unit/probing.h"

static struct bz_build b;
static struct facts facts;
static struct refusal why;

static enum refusal_code
probe(void)
{
	return probe_both(b.bytes, b.size, &facts, &why);
}

/* A header of that version that reaches as far as that version's does. */
static void
valid_version(uint16_t version, unsigned end)
{
	bz_valid(&b);
	BZ_SET(&b, version, version);
	BZ_SET(&b, jump, 0xeb | (end - 0x202) << 8);
}

static void
assert_header_refused(const char *field, size_t off, uint64_t found)
{
	assert_int_equal(probe(), REFUSAL_BZ_HEADER);
	assert_string_equal(why.detail, field);
	assert_int_equal(why.where, off);
	assert_int_equal(why.found, found);
}

static void
valid_2_15(void **state)
{
	const struct bzimage_facts *z = &facts.bz;

	(void)state;
	bz_valid(&b);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_BZIMAGE);
	assert_int_equal(facts.size, b.size);
	assert_int_equal(z->version, 0x20f);
	assert_int_equal(z->loadflags, 1);
	assert_int_equal(z->xloadflags, 0x7f);
	assert_int_equal(z->header_len, 0x26c - 0x1f1);
	assert_memory_equal(z->header, b.bytes + 0x1f1, 0x26c - 0x1f1);
	assert_int_equal(z->code_off, BZ_CODE_OFF);
	assert_int_equal(z->code_len, BZ_CODE_LEN);
	assert_int_equal(z->code32_start, 0x100000);
	assert_int_equal(z->entry32_off, 0);
	assert_int_equal(z->initrd_last, 0x7fffffff);
	assert_int_equal(z->cmdline_max, 2047);
	assert_true(z->relocatable);
	assert_int_equal(z->alignment, 0x200000);
	assert_int_equal(z->min_alignment, 0x10000);
	assert_int_equal(z->pref_address, 0x1000000);
	assert_int_equal(z->init_size, 0x2000000);
	assert_int_equal(z->payload_off, BZ_CODE_OFF + BZ_PAYLOAD);
	assert_int_equal(z->payload_len, BZ_PAYLOAD_LEN);
	assert_true(z->has_kernel_info);
	assert_int_equal(z->setup_type_max, 9);
	assert_string_equal(b.bytes + z->version_off, BZ_VERSION);
}

static void
stream_loads_header_and_info_only(void **state)
{
	uint64_t loaded;

	(void)state;
	bz_valid(&b);
	assert_int_equal(stream_probe(b.bytes, b.size, &facts, &why, &loaded), REFUSAL_NONE);
	assert_int_equal(loaded, 4096 + 16);
}

/* Each version, down to 2.00: what it does not define has the document's default. */
static void
versions(void **state)
{
	static const struct {
		uint16_t version, end;
	} rows[] = {{0x200, 0x224}, {0x201, 0x228}, {0x202, 0x22c}, {0x203, 0x230},
	        {0x204, 0x230}, {0x205, 0x235}, {0x206, 0x23c}, {0x207, 0x248}, {0x208, 0x250},
	        {0x209, 0x258}, {0x20a, 0x264}, {0x20b, 0x268}, {0x20c, 0x268}, {0x20d, 0x268},
	        {0x20e, 0x268}, {0x20f, 0x26c}, {0x210, 0x26c}, {0x300, 0x26c}};
	const struct bzimage_facts *z = &facts.bz;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t v = rows[i].version;

		for (int whole = 0; whole < 2; whole++) {
			/* The second time the header is longer than the version says. */
			valid_version(v, whole ? 0x26c : rows[i].end);
			assert_int_equal(probe(), REFUSAL_NONE);
			assert_int_equal(z->version, v);
			assert_int_equal(z->initrd_last, v < 0x203 ? 0x37ffffff : 0x7fffffff);
			assert_int_equal(z->relocatable, v >= 0x205);
			assert_int_equal(z->alignment, v < 0x205 ? 0x1000 : 0x200000);
			assert_int_equal(z->cmdline_max, v < 0x206 ? 255 : 2047);
			assert_int_equal(z->payload_len, v < 0x208 ? 0 : BZ_PAYLOAD_LEN);
			assert_int_equal(z->pref_address, v < 0x20a ? 0 : 0x1000000);
			assert_int_equal(z->init_size, v < 0x20a ? 3 * BZ_CODE_LEN : 0x2000000);
			assert_int_equal(z->min_alignment, v < 0x20a ? z->alignment : 0x10000);
			assert_int_equal(z->xloadflags, v < 0x20c ? 0 : 0x7f);
			assert_int_equal(z->has_kernel_info, v >= 0x20f);
		}
	}
}

/* A version that defines a field, and a header too short to hold it. */
static void
field_past_the_header_is_not_read(void **state)
{
	const struct bzimage_facts *z = &facts.bz;

	(void)state;
	for (unsigned end = 0x212; end <= 0x281; end++) {
		valid_version(0x20f, end);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(z->header_len, end - 0x1f1);
		assert_int_equal(z->code32_start, end < 0x218 ? 0 : 0x100000);
		assert_int_equal(z->initrd_last, end < 0x230 ? 0x37ffffff : 0x7fffffff);
		assert_int_equal(z->relocatable, end >= 0x235);
		assert_int_equal(z->xloadflags, end < 0x238 ? 0 : 0x7f);
		assert_int_equal(z->cmdline_max, end < 0x23c ? 255 : 2047);
		assert_int_equal(z->pref_address, end < 0x260 ? 0 : 0x1000000);
		assert_int_equal(z->init_size, end < 0x264 ? 3 * BZ_CODE_LEN : 0x2000000);
		assert_int_equal(z->has_kernel_info, end >= 0x26c);
	}
}

/* Trap: the header copied by our size and not by its own. */
static void
header_length(void **state)
{
	(void)state;
	valid_version(0x20f, 0x211);
	assert_header_refused("length", 0x201, 0x0f);
	assert_int_equal(why.wanted, 0x10);
	valid_version(0x20f, 0x212);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.header_len, 0x212 - 0x1f1);
	for (unsigned end = 0x280; end <= 0x282; end++) {
		valid_version(0x20f, end);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.header_len, (end > 0x281 ? 0x281 : end) - 0x1f1);
	}
	bz_valid(&b);
	BZ_SET(&b, jump, 0); /* no jump: never entered in real mode */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.header_len, FACTS_HEADER);
}

/* Trap: setup_sects 0 not read as 4. */
static void
setup_sects(void **state)
{
	(void)state;
	bz_valid(&b);
	BZ_SET(&b, setup_sects, 0);
	BZ_SET(&b, syssize, (BZ_CODE_LEN - 512) / 16);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.code_off, 5 * 512);
	assert_int_equal(facts.bz.code_len, b.size - 5 * 512);
	BZ_SET(&b, setup_sects, 1);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.code_off, 2 * 512);
}

/* Trap: the setup area longer than the file. */
static void
setup_longer_than_the_file(void **state)
{
	(void)state;
	bz_valid(&b);
	b.size = BZ_CODE_OFF;
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_string_equal(why.detail, "protected-mode code");
	assert_int_equal(why.where, BZ_CODE_OFF);
	assert_int_equal(why.found, BZ_CODE_OFF);
	assert_int_equal(why.wanted, BZ_CODE_OFF + BZ_CODE_LEN);
	b.size = 0x26b;
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_string_equal(why.detail, "setup header");
	assert_int_equal(why.wanted, 0x26c);
	b.size = 0x26c;
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_string_equal(why.detail, "protected-mode code");
	bz_valid(&b);
	b.size = BZ_CODE_OFF;
	BZ_SET(&b, syssize, 0);
	BZ_SET(&b, payload_length, 0);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_int_equal(why.wanted, BZ_CODE_OFF + 1);
	b.size++;
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.code_len, 1);
	bz_valid(&b);
	BZ_SET(&b, setup_sects, 255);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_int_equal(why.where, 256 * 512);
	BZ_SET(&b, syssize, 0);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_int_equal(why.wanted, 256 * 512 + 1);
}

static void
cut_short_anywhere(void **state)
{
	(void)state;
	bz_valid(&b);
	for (size_t size = 0x206; size < BZ_CODE_OFF + BZ_CODE_LEN - 15; size += 7) {
		b.size = size;
		assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
		assert_int_equal(why.found, size);
	}
}

/* syssize counts in 16 bytes: the last may lack up to 15 of them. */
static void
syssize_against_the_file(void **state)
{
	(void)state;
	bz_valid(&b);
	b.size -= 15;
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.code_len, BZ_CODE_LEN - 15);
	b.size--;
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	valid_version(0x203, 0x230); /* two bytes wide there and not to be trusted */
	BZ_SET(&b, syssize, 0xffff);
	assert_int_equal(probe(), REFUSAL_NONE);
	bz_valid(&b);
	BZ_SET(&b, syssize, UINT32_MAX);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_int_equal(why.wanted, BZ_CODE_OFF + 16ull * UINT32_MAX);
	BZ_SET(&b, syssize, 1); /* a signature, say, follows the code */
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.code_len, BZ_CODE_LEN);
}

/* memdisk, GRUB's lnxboot.img: nothing of the header describes protected-mode code. */
static void
valid_real_mode(uint16_t version, unsigned end)
{
	valid_version(version, end);
	BZ_SET(&b, syssize, 0);
	BZ_SET(&b, payload_length, 0);
	BZ_SET(&b, relocatable_kernel, 0);
	BZ_SET(&b, xloadflags, 0);
	BZ_SET(&b, init_size, 0);
}

static void
assert_real_mode(bool real_mode)
{
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.real_mode, real_mode);
}

static void
programs_for_a_bios(void **state)
{
	static const uint16_t versions[] = {0x200, 0x203, 0x204, 0x207, 0x20c, 0x20f};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		valid_real_mode(versions[i], 0x26c);
		assert_real_mode(true);
		BZ_SET(&b, syssize, 1);
		assert_real_mode(false);
	}
	valid_real_mode(0x203, 0x230);
	BZ_SET(&b, relocatable_kernel, 1); /* 2.03 has no such fields */
	BZ_SET(&b, xloadflags, 1);
	BZ_SET(&b, init_size, 1);
	assert_real_mode(true);
	BZ_SET(&b, version, 0x205);
	BZ_SET(&b, jump, 0xeb | (0x26c - 0x202) << 8);
	assert_real_mode(false);
}

/* Kernels that leave syssize out and describe their code otherwise are no such programs. */
static void
kernels_without_syssize(void **state)
{
	(void)state;
	valid_real_mode(0x20f, 0x26c);
	BZ_SET(&b, relocatable_kernel, 1);
	assert_real_mode(false);
	valid_real_mode(0x20f, 0x26c);
	BZ_SET(&b, xloadflags, 1);
	assert_real_mode(false);
	valid_real_mode(0x20f, 0x26c);
	BZ_SET(&b, init_size, 0x800000);
	assert_real_mode(false);
}

/* Before 2.04 syssize has 16 bits, which are 0 for a whole number of MiB. */
static void
whole_mib_before_2_04(void **state)
{
	static uint8_t bytes[BZ_CODE_OFF + 2 * MIB + 16];

	(void)state;
	valid_real_mode(0x203, 0x230);
	memcpy(bytes, b.bytes, b.size);
	for (int off = -16; off <= 1; off++) {
		bool whole = off > -16 && off <= 0;

		assert_int_equal(
		        probe_both(bytes, (size_t)(BZ_CODE_OFF + 2 * (int64_t)MIB + off),
		                &facts, &why),
		        REFUSAL_NONE);
		assert_int_equal(facts.bz.real_mode, !whole);
	}
}

/* lnxboot.img alone is the setup only: what it is, not that it is cut. */
static void
real_mode_setup_alone(void **state)
{
	(void)state;
	valid_real_mode(0x203, 0x230);
	b.size = BZ_CODE_OFF;
	assert_int_equal(probe(), REFUSAL_BZ_REAL_MODE);
	assert_string_equal(why.detail, "syssize");
	assert_int_equal(why.where, 0x1f4);
	BZ_SET(&b, syssize, 0x100);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
}

static void
boot_flag(void **state)
{
	(void)state;
	bz_valid(&b);
	BZ_SET(&b, boot_flag, 0xaa54);
	assert_header_refused("boot_flag", 0x1fe, 0xaa54);
	assert_int_equal(why.wanted, 0xaa55);
}

static void
old_protocol(void **state)
{
	struct image im;

	(void)state;
	bz_valid(&b);
	BZ_SET(&b, version, 0x1ff);
	assert_int_equal(probe(), REFUSAL_BZ_OLD);
	assert_int_equal(why.where, 0x206);
	bz_valid(&b);
	BZ_SET(&b, header, 0);
	im = image_of((struct span){b.bytes, b.size});
	assert_int_equal(bzimage_probe(&im, &facts, &why), REFUSAL_BZ_OLD);
	assert_int_equal(why.where, 0x202);
}

static void
zimage(void **state)
{
	(void)state;
	bz_valid(&b);
	BZ_SET(&b, loadflags, 0x80);
	assert_int_equal(probe(), REFUSAL_BZ_ZIMAGE);
	assert_int_equal(why.where, 0x211);
	assert_int_equal(why.found, 0x80);
}

static void
kernel_alignment(void **state)
{
	static const uint32_t bad[] = {0, 3, 0x200001, 0x300000, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bz_valid(&b);
		BZ_SET(&b, kernel_alignment, bad[i]);
		assert_header_refused("kernel_alignment", 0x230, bad[i]);
		BZ_SET(&b, relocatable_kernel, 0);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_false(facts.bz.relocatable);
		assert_int_equal(facts.bz.alignment, 0x1000);
		assert_int_equal(facts.bz.min_alignment, 0x1000);
	}
}

static void
min_alignment(void **state)
{
	static const struct {
		uint8_t exponent;
		uint64_t align;
	} rows[] = {{0, 0x200000}, {1, 2}, {12, 0x1000}, {20, 0x100000}, {21, 0x200000},
	        {22, 0x200000}, {63, 0x200000}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bz_valid(&b);
		BZ_SET(&b, min_alignment, rows[i].exponent);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.min_alignment, rows[i].align);
	}
	for (unsigned exponent = 64; exponent < 256; exponent += 191) {
		bz_valid(&b);
		BZ_SET(&b, min_alignment, exponent);
		assert_header_refused("min_alignment", 0x235, exponent);
		assert_int_equal(why.wanted, 63);
		BZ_SET(&b, relocatable_kernel, 0);
		assert_int_equal(probe(), REFUSAL_NONE);
	}
}

static void
init_size(void **state)
{
	(void)state;
	for (int d = -1; d <= 1; d++) {
		bz_valid(&b);
		BZ_SET(&b, init_size, BZ_CODE_LEN + d);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.init_size, d > 0 ? BZ_CODE_LEN + 1 : BZ_CODE_LEN);
	}
	valid_version(0x209, 0x258);
	b.size -= 5;
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.init_size, 3 * BZ_CODE_LEN); /* of whole pages */
}

/* A stream may claim any size: the estimate then stays a number that no machine has. */
static void
init_size_of_an_endless_file(void **state)
{
	static const struct {
		uint64_t code_len, init_size;
	} rows[] = {{0x5555555555555000, 0xfffffffffffff000}, {0x5555555555555001, UINT64_MAX},
	        {UINT64_MAX - BZ_CODE_OFF, UINT64_MAX}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image im = image_stream(BZ_CODE_OFF + rows[i].code_len);

		valid_version(0x209, 0x258);
		assert_true(image_add(&im, 0, (struct span){b.bytes, 4096}));
		assert_int_equal(kernel_probe(&im, &facts, &why), REFUSAL_NONE);
		assert_true(facts.bz.code_len == rows[i].code_len);
		assert_true(facts.bz.init_size == rows[i].init_size);
	}
}

static void
entry_point_of_32_bits(void **state)
{
	static const struct {
		uint32_t start, off;
	} rows[] = {{0x100000, 0}, {0x100010, 0x10},
	        {0x100000 + BZ_CODE_LEN - 1, BZ_CODE_LEN - 1}, {0x100000 + BZ_CODE_LEN, 0},
	        {0, 0}, {0xfffff, 0}, {UINT32_MAX, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bz_valid(&b);
		BZ_SET(&b, code32_start, rows[i].start);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.code32_start, rows[i].start);
		assert_int_equal(facts.bz.entry32_off, rows[i].off);
	}
}

static void
limits_of_zero(void **state)
{
	(void)state;
	bz_valid(&b);
	BZ_SET(&b, cmdline_size, 0);
	BZ_SET(&b, initrd_addr_max, 0);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.cmdline_max, 255);
	assert_int_equal(facts.bz.initrd_last, 0x37ffffff);
	/* Trap: the image's own cmdline_size is passed on, whatever it is. */
	BZ_SET(&b, cmdline_size, UINT32_MAX);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.cmdline_max, UINT32_MAX);
}

static void
payload(void **state)
{
	(void)state;
	bz_valid(&b);
	BZ_SET(&b, payload_length, BZ_CODE_LEN - BZ_PAYLOAD);
	assert_int_equal(probe(), REFUSAL_NONE);
	BZ_SET(&b, payload_length, BZ_CODE_LEN - BZ_PAYLOAD + 1);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
	assert_string_equal(why.detail, "payload");
	assert_int_equal(why.where, BZ_CODE_OFF + BZ_PAYLOAD);
	assert_int_equal(why.wanted, b.size + 1);
	BZ_SET(&b, payload_length, 0);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_int_equal(facts.bz.payload_off, 0);
	BZ_SET(&b, payload_offset, UINT32_MAX);
	BZ_SET(&b, payload_length, UINT32_MAX);
	assert_int_equal(probe(), REFUSAL_BZ_TRUNCATED);
}

static void
version_string(void **state)
{
	static const struct {
		uint16_t value;
		bool good;
	} rows[] = {{0, false}, {1, true}, {BZ_SETUP_SECTS * 512 - 1, true},
	        {BZ_SETUP_SECTS * 512, false}, {0xffff, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bz_valid(&b);
		BZ_SET(&b, kernel_version, rows[i].value);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(
		        facts.bz.version_off, rows[i].good ? rows[i].value + 0x200 : 0);
	}
}

static void
kernel_info(void **state)
{
	(void)state;
	bz_valid(&b);
	b.bytes[BZ_CODE_OFF + BZ_INFO] = 'l';
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_false(facts.bz.has_kernel_info);
	bz_valid(&b);
	for (unsigned size = 15; size <= 17; size++) {
		bz_poke(&b, BZ_CODE_OFF + BZ_INFO + 4, 4, size);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.has_kernel_info, size >= 16);
	}
	BZ_SET(&b, kernel_info_offset, 0);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_false(facts.bz.has_kernel_info);
	BZ_SET(&b, kernel_info_offset, UINT32_MAX);
	assert_int_equal(probe(), REFUSAL_NONE);
	assert_false(facts.bz.has_kernel_info);
	memcpy(b.bytes + b.size - 16, b.bytes + BZ_CODE_OFF + BZ_INFO, 16);
	for (int d = -1; d <= 1; d++) {
		memset(b.bytes + b.size - 17, 0, 18);
		memcpy(b.bytes + b.size - 16 + d, b.bytes + BZ_CODE_OFF + BZ_INFO, 16);
		BZ_SET(&b, kernel_info_offset, BZ_CODE_LEN - 16 + d);
		assert_int_equal(probe(), REFUSAL_NONE);
		assert_int_equal(facts.bz.has_kernel_info, d <= 0);
	}
}

static void
signed_kernel_is_a_pe_too(void **state)
{
	(void)state;
	bz_valid(&b);
	memcpy(b.bytes, "MZ", 2);
	assert_int_equal(probe(), REFUSAL_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(valid_2_15),
	        cmocka_unit_test(stream_loads_header_and_info_only),
	        cmocka_unit_test(versions),
	        cmocka_unit_test(field_past_the_header_is_not_read),
	        cmocka_unit_test(header_length),
	        cmocka_unit_test(setup_sects),
	        cmocka_unit_test(setup_longer_than_the_file),
	        cmocka_unit_test(cut_short_anywhere),
	        cmocka_unit_test(syssize_against_the_file),
	        cmocka_unit_test(programs_for_a_bios),
	        cmocka_unit_test(kernels_without_syssize),
	        cmocka_unit_test(whole_mib_before_2_04),
	        cmocka_unit_test(real_mode_setup_alone),
	        cmocka_unit_test(boot_flag),
	        cmocka_unit_test(old_protocol),
	        cmocka_unit_test(zimage),
	        cmocka_unit_test(kernel_alignment),
	        cmocka_unit_test(min_alignment),
	        cmocka_unit_test(init_size),
	        cmocka_unit_test(init_size_of_an_endless_file),
	        cmocka_unit_test(entry_point_of_32_bits),
	        cmocka_unit_test(limits_of_zero),
	        cmocka_unit_test(payload),
	        cmocka_unit_test(version_string),
	        cmocka_unit_test(kernel_info),
	        cmocka_unit_test(signed_kernel_is_a_pe_too),
	};

	return cmocka_run_group_tests_name("probe_bzimage", tests, NULL, NULL);
}
