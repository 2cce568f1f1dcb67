/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are no kernels: what they are called, and that nothing is called so wrongly. */
#include "unit.h"

#include <string.h>

#include "tests/unit/build_bzimage.h"
#include "tests/unit/build_elf.h"
#include "tests/unit/probing.h"

static uint8_t bytes[40 * 1024];
static struct facts facts;
static struct refusal why;

static enum refusal_code
probe(size_t size)
{
	return probe_both(bytes, size, &facts, &why);
}

/* A file of nothing known: control bytes, no magic. */
static void
fill(void)
{
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x81 + i % 7);
	memcpy(bytes, "\x01\x02\x03\x04", 4);
}

static void
poke(size_t off, unsigned len, uint64_t value)
{
	for (unsigned i = 0; i < len; i++)
		bytes[off + i] = (uint8_t)(value >> (8 * i));
}

#define COMPRESSED REFUSAL_KERNEL_COMPRESSED
#define OTHER      REFUSAL_KERNEL_OTHER
#define ARCH       REFUSAL_KERNEL_ARCH

static const struct row {
	size_t off, len;
	const char *magic;
	enum refusal_code code;
	const char *detail;
} rows[] = {
        {0, 2, "\x1f\x9e", COMPRESSED, "gzip, old form"},
        {0, 2, "\x1f\x9d", COMPRESSED, "compress"},
        {0, 4, "LZIP", COMPRESSED, "lzip"},
        {0, 6, "070707", OTHER, "an initramfs (cpio archive)"},
        {0, 2, "\xc7\x71", OTHER, "a cpio archive in the old binary form"},
        {0, 8, "VNDRBOOT", OTHER, "an Android boot image"},
        {0, 4, "PK\x03\x04", OTHER, "a zip archive"},
        {0, 6, "7z\xbc\xaf\x27\x1c", OTHER, "a 7z archive"},
        {0, 4, "MSCF", OTHER, "a cabinet archive"},
        {0, 4, "KDMV", OTHER, "a disk image (VMDK)"},
        {0, 21, "# Disk DescriptorFile", OTHER, "a disk image (VMDK)"},
        {0, 8, "vhdxfile", OTHER, "a disk image (VHDX)"},
        {0, 8, "conectix", OTHER, "a disk image (VHD)"},
        {0x40, 4, "\x7f\x10\xda\xbe", OTHER, "a disk image (VDI)"},
        {0, 6, "LUKS\xba\xbe", OTHER, "an encrypted disk (LUKS)"},
        {0, 4, "XFSB", OTHER, "a file system (XFS)"},
        {0x400, 4, "\xe2\xe1\xf5\xe0", OTHER, "a file system (EROFS)"},
        {3, 8, "NTFS    ", OTHER, "a file system (NTFS)"},
        {54, 5, "FAT16", OTHER, "a file system (FAT)"},
        {82, 5, "FAT32", OTHER, "a file system (FAT)"},
        {0, 4, "\xcf\xfa\xed\xfe", OTHER, "a Mach-O program"},
        {0, 4, "\xce\xfa\xed\xfe", OTHER, "a Mach-O program"},
        {0, 4, "\0asm", OTHER, "a WebAssembly program"},
        {0, 4, "BC\xc0\xde", OTHER, "LLVM bitcode"},
        {0, 4, "%PDF", OTHER, "a PDF document"},
        {0, 4, "\xde\x12\x04\x95", OTHER, "a message catalogue"},
        {0, 3, "\x1f\x8b\x08", COMPRESSED, "gzip"},
        {0, 4, "BZh9", COMPRESSED, "bzip2"},
        {0, 6, "\xfd\x37\x7a\x58\x5a\x00", COMPRESSED, "xz"},
        {0, 5, "\x5d\x00\x00\x80\x00", COMPRESSED, "lzma"},
        {0, 4, "\x04\x22\x4d\x18", COMPRESSED, "lz4"},
        {0, 4, "\x02\x21\x4c\x18", COMPRESSED, "lz4, old form"},
        {0, 4, "\x28\xb5\x2f\xfd", COMPRESSED, "zstd"},
        {0, 9, "\x89LZO\x00\r\n\x1a\n", COMPRESSED, "lzop"},
        {0x38, 4, "\x41\x52\x4d\x64", ARCH, "an arm64 Image"},
        {0x38, 4, "RSC\x05", ARCH, "a RISC-V Image"},
        {0x30, 8, "RISCV\0\0\0", ARCH, "a RISC-V Image"},
        {0x24, 4, "\x18\x28\x6f\x01", ARCH, "an arm zImage"},
        {0, 6, "070701", OTHER, "an initramfs (cpio archive)"},
        {0, 6, "070702", OTHER, "an initramfs (cpio archive)"},
        {0, 10, "#!/bin/sh\n", OTHER, "a script"},
        {0, 4, "\x27\x05\x19\x56", OTHER, "a U-Boot image (uImage)"},
        {0, 4, "\xd0\x0d\xfe\xed", OTHER, "a device tree or a FIT image"},
        {0, 8, "ANDROID!", OTHER, "an Android boot image"},
        {257, 5, "ustar", OTHER, "a tar archive"},
        {0, 21, "!<arch>\ndebian-binary", OTHER, "a Debian package"},
        {0, 8, "!<arch>\n", OTHER, "a library (ar archive)"},
        {0, 4, "\xed\xab\xee\xdb", OTHER, "an RPM package"},
        {0, 4, "QFI\xfb", OTHER, "a disk image (qcow2)"},
        {512, 8, "EFI PART", OTHER, "a disk image (GPT)"},
        {0x438, 2, "\x53\xef", OTHER, "a file system (ext2, ext3 or ext4)"},
        {0, 4, "hsqs", OTHER, "a file system (squashfs)"},
        {0x8001, 5, "CD001", OTHER, "a CD image (ISO 9660)"},
};

static void
magics(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		fill();
		memcpy(bytes + r->off, r->magic, r->len);
		assert_int_equal(probe(sizeof(bytes)), r->code);
		assert_string_equal(why.detail, r->detail);
		assert_int_equal(why.where, r->off);
		/* Cut right after the magic it is still known, before it not. */
		assert_int_equal(probe(r->off + r->len), r->code);
		assert_string_equal(why.detail, r->detail);
		if (r->len < 9) {
			probe(r->off + 1);
			if (why.detail)
				assert_string_not_equal(why.detail, r->detail);
		}
	}
}

static void
empty(void **state)
{
	struct image im = image_stream(0);

	(void)state;
	assert_int_equal(probe(0), REFUSAL_KERNEL_EMPTY);
	assert_int_equal(why.where, 0);
	assert_int_equal(other_probe(&im, &why), REFUSAL_KERNEL_EMPTY);
}

static void
unknown(void **state)
{
	(void)state;
	fill();
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_UNKNOWN);
	assert_int_equal(why.found, 0x01020304); /* in the order of the file */
	assert_int_equal(why.wanted, 0x7f454c46);
	assert_int_equal(probe(1), REFUSAL_KERNEL_UNKNOWN);
	assert_int_equal(why.found, 0x01000000);
}

static void
only_iso_is_looked_for_far_away(void **state)
{
	uint64_t loaded;

	(void)state;
	fill();
	stream_probe(bytes, sizeof(bytes), &facts, &why, &loaded);
	assert_int_equal(loaded, 4096 + 5);
}

static void
zeros(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_string_equal(why.detail, "nothing but zeros at its start");
}

static void
texts(void **state)
{
	static const struct {
		const char *text, *detail;
	} t[] = {{"hello\n", "a text file"}, {"\n <!DOCTYPE html>\n", "a web page (HTML)"},
	        {"<HtMl lang=Z>", "a web page (HTML)"},
	        {"\xef\xbb\xbf<html>", "a web page (HTML)"}, {"<[html>", "a text file"},
	        {"<?xml version='1.0'?>", "an XML document"}, {"<htm", "a text file"},
	        {"caf\xc3\xa9", "a text file"}, {" ", "a text file"}};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memcpy(bytes, t[i].text, strlen(t[i].text));
		assert_int_equal(probe(strlen(t[i].text)), REFUSAL_KERNEL_OTHER);
		assert_string_equal(why.detail, t[i].detail);
	}
	memcpy(bytes, "text\0", 5);
	assert_int_equal(probe(5), REFUSAL_KERNEL_UNKNOWN);
	memcpy(bytes, "text\x7f", 5);
	assert_int_equal(probe(5), REFUSAL_KERNEL_UNKNOWN);
}

/* A boot sector with no partitions. */
static void
boot_sector(void)
{
	fill();
	memset(bytes + 0x1be, 0, 64);
	bytes[0x1f1] = 9;
	poke(0x1fe, 2, 0xaa55);
}

static void
disk_with_partitions(void **state)
{
	(void)state;
	boot_sector();
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_string_equal(why.detail, "a boot sector");
	bytes[0x1f1] = 0;
	bytes[0x1be] = 0x80;
	bytes[0x1be + 4] = 0x83;
	poke(0x1be + 12, 4, 2048);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_string_equal(why.detail, "a disk image (MBR)");
	bytes[0x1ce] = 0x7f;
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_string_equal(why.detail, "a boot sector");
}

static void
kernel_before_2_00(void **state)
{
	(void)state;
	boot_sector();
	memcpy(bytes, "\xb8\xc0\x07\x8e\xd8", 5);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_BZ_OLD);
	assert_int_equal(why.where, 0x202);
	/* The file may lack, or have more than, what syssize counts: less than 16 bytes. */
	for (int d = -16; d <= 16; d++) {
		boot_sector();
		bytes[0x1f1] = 4;
		poke(0x1f4, 2, 0x100);
		assert_int_equal(probe((size_t)(2560 + 0x1000 + d)),
		        d == -16 || d == 16 ? REFUSAL_KERNEL_OTHER : REFUSAL_BZ_OLD);
	}
	boot_sector();
	bytes[0x1f1] = 0;
	poke(0x1f4, 2, 1);
	assert_int_equal(probe(2560), REFUSAL_KERNEL_OTHER); /* all setup, no code */
	boot_sector();
	bytes[0x1f1] = 4;
	for (int d = -16; d <= 16; d += 16) {
		poke(0x1f4, 2, (sizeof(bytes) - 2560 + (unsigned)d) / 16);
		assert_int_equal(
		        probe(sizeof(bytes)), d ? REFUSAL_KERNEL_OTHER : REFUSAL_BZ_OLD);
	}
}

/* A PE file with `sections` sections, whose header is at `pe`. */
static void
pe(size_t at, uint16_t machine, uint16_t sections)
{
	fill();
	memcpy(bytes, "MZ", 2);
	poke(0x3c, 4, at);
	memcpy(bytes + at, "PE\0\0", 4);
	poke(at + 4, 2, machine);
	poke(at + 6, 2, sections);
	poke(at + 20, 2, 0xf0);
}

static void
uefi_applications(void **state)
{
	static const size_t places[] = {0x80, 0x5000};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t table = places[i] + 24 + 0xf0;

		pe(places[i], 0x8664, 3);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		assert_string_equal(why.detail, "no kernel that kshim knows inside");
		memcpy(bytes + table + 80, ".linux\0\0", 8);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		assert_string_equal(why.detail, "a unified kernel image");
		poke(places[i] + 6, 2, 2);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		assert_string_equal(why.detail, "no kernel that kshim knows inside");
		poke(places[i] + 6, 2, 0xffff); /* a table that is not there */
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		memcpy(bytes + table + 80, ".linuxed", 8);
		poke(places[i] + 6, 2, 3);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		assert_string_equal(why.detail, "no kernel that kshim knows inside");
	}
}

/* As kshim.efi has it; a bzImage has code that syssize counts. */
static void
setup_header_for_qemu_alone(void **state)
{
	(void)state;
	pe(0x280, 0x8664, 3);
	memcpy(bytes + 0x202, "HdrS", 4);
	poke(0x1f4, 4, 0);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
	poke(0x1f4, 4, 1);
	assert_int_not_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
	poke(0x1f4, 4, 0);
	bytes[0] = 0;
	assert_int_not_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
}

static void
uefi_applications_of_other_machines(void **state)
{
	static const uint16_t machines[] = {
	        0x1c0, 0x1c2, 0x1c4, 0x5032, 0x5064, 0x6232, 0x6264, 0x200};

	(void)state;
	pe(0x80, 0xaa64, 3);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_ARCH);
	assert_string_equal(why.detail, "a UEFI application for aarch64");
	assert_int_equal(why.where, 0x84);
	assert_int_equal(why.found, 0xaa64);
	assert_int_equal(why.wanted, 0x8664);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		pe(0x80, machines[i], 3);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_ARCH);
	}
	pe(0x80, 0x14c, 3);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
}

static void
zboot(void **state)
{
	static const char *const names[6][2] = {{"gzip", "EFI zboot, gzip"},
	        {"zstd", "EFI zboot, zstd"}, {"xzkern", "EFI zboot, xz"},
	        {"lzma", "EFI zboot, lzma"}, {"lzo", "EFI zboot, lzo"},
	        {"lz4", "EFI zboot, lz4"}};

	(void)state;
	pe(0x80, 0x8664, 3);
	memcpy(bytes + 4, "zimg", 4);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
	assert_string_equal(why.detail, "EFI zboot");
	for (size_t i = 0; i < 6; i++) {
		memcpy(bytes + 24, names[i][0], strlen(names[i][0]) + 1);
		assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_PE);
		assert_string_equal(why.detail, names[i][1]);
	}
	assert_int_equal(why.where, 4);
}

static void
dos_program(void **state)
{
	(void)state;
	pe(0x80, 0x8664, 3);
	bytes[0x81] = 'e';
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_string_equal(why.detail, "a DOS program");
	poke(0x3c, 4, UINT32_MAX);
	assert_int_equal(probe(sizeof(bytes)), REFUSAL_KERNEL_OTHER);
	assert_int_equal(probe(2), REFUSAL_KERNEL_OTHER);
}

static void
kernels_go_to_their_probe(void **state)
{
	static struct elf_build elf;
	static struct bz_build bz;

	(void)state;
	elf_valid(&elf, true);
	memcpy(elf.bytes + 0x38, "RSC\x05", 4);
	memcpy(elf.bytes + 0x202, "HdrS", 4);
	ELF_SET_E(&elf, e_phentsize, 56);
	ELF_SET_E(&elf, e_phnum, 3);
	assert_int_equal(probe_both(elf.bytes, elf.size, &facts, &why), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_ELF64);
	bz_valid(&bz);
	memcpy(bz.bytes, "\x1f\x8b", 2);
	assert_int_equal(probe_both(bz.bytes, bz.size, &facts, &why), REFUSAL_NONE);
	assert_int_equal(facts.format, KERNEL_BZIMAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(magics),
	        cmocka_unit_test(empty),
	        cmocka_unit_test(unknown),
	        cmocka_unit_test(only_iso_is_looked_for_far_away),
	        cmocka_unit_test(zeros),
	        cmocka_unit_test(texts),
	        cmocka_unit_test(disk_with_partitions),
	        cmocka_unit_test(kernel_before_2_00),
	        cmocka_unit_test(uefi_applications),
	        cmocka_unit_test(setup_header_for_qemu_alone),
	        cmocka_unit_test(uefi_applications_of_other_machines),
	        cmocka_unit_test(zboot),
	        cmocka_unit_test(dos_program),
	        cmocka_unit_test(kernels_go_to_their_probe),
	};

	return cmocka_run_group_tests_name("probe_other", tests, NULL, NULL);
}
