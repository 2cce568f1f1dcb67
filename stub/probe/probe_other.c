/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that is no kernel for us into a refusal that says what it is.
 *
 * People hand over the initramfs, a vmlinux.gz, a disk image, a kernel for another machine, the
 * error page of a download: each is recognised by its magic numbers. Nothing is decided by
 * this but the words. Asks for the first 4 KiB, and 32 KiB further on for an ISO 9660 file
 * system only when nothing else fits.
 */
#include "probe.h"
#include "stub/base/text.h"
#include "stub/wire/bootparam.h"

#define ISO_OFF 0x8001 /* "CD001" of the first volume descriptor */

struct magic {
	uint16_t off;
	uint8_t len, code; /* enum refusal_code */
	const char *bytes;
	const char *detail;
};

#define MAGIC(off, bytes, code, detail)                                                        \
	{                                                                                      \
		off, sizeof(bytes) - 1, REFUSAL_KERNEL_##code, bytes, detail                   \
	}

/* In order: what can also be read as something else comes after that. */
static const struct magic magics[] = {
        MAGIC(0, "\x1f\x8b", COMPRESSED, "gzip"),
        MAGIC(0, "\x1f\x9e", COMPRESSED, "gzip, old form"),
        MAGIC(0, "\x1f\x9d", COMPRESSED, "compress"),
        MAGIC(0, "BZh", COMPRESSED, "bzip2"),
        MAGIC(0,
                "\xfd"
                "7zXZ\0",
                COMPRESSED, "xz"),
        MAGIC(0, "\x5d\0\0", COMPRESSED, "lzma"),
        MAGIC(0, "\x04\x22\x4d\x18", COMPRESSED, "lz4"),
        MAGIC(0, "\x02\x21\x4c\x18", COMPRESSED, "lz4, old form"),
        MAGIC(0, "\x28\xb5\x2f\xfd", COMPRESSED, "zstd"),
        MAGIC(0, "\x89LZO\0\r\n\x1a\n", COMPRESSED, "lzop"),
        MAGIC(0, "LZIP", COMPRESSED, "lzip"),
        MAGIC(0x38, "ARM\x64", ARCH, "an arm64 Image"),
        MAGIC(0x38, "RSC\x05", ARCH, "a RISC-V Image"),
        MAGIC(0x30, "RISCV\0\0\0", ARCH, "a RISC-V Image"),
        MAGIC(0x24, "\x18\x28\x6f\x01", ARCH, "an arm zImage"),
        MAGIC(0, "070701", OTHER, "an initramfs (cpio archive)"),
        MAGIC(0, "070702", OTHER, "an initramfs (cpio archive)"),
        MAGIC(0, "070707", OTHER, "an initramfs (cpio archive)"),
        MAGIC(0, "\xc7\x71", OTHER, "a cpio archive in the old binary form"),
        MAGIC(0, "#!", OTHER, "a script"),
        MAGIC(0, "\x27\x05\x19\x56", OTHER, "a U-Boot image (uImage)"),
        MAGIC(0, "\xd0\x0d\xfe\xed", OTHER, "a device tree or a FIT image"),
        MAGIC(0, "ANDROID!", OTHER, "an Android boot image"),
        MAGIC(0, "VNDRBOOT", OTHER, "an Android boot image"),
        MAGIC(257, "ustar", OTHER, "a tar archive"),
        MAGIC(0, "!<arch>\ndebian-binary", OTHER, "a Debian package"),
        MAGIC(0, "!<arch>\n", OTHER, "a library (ar archive)"),
        MAGIC(0, "\xed\xab\xee\xdb", OTHER, "an RPM package"),
        MAGIC(0, "PK\x03\x04", OTHER, "a zip archive"),
        MAGIC(0, "7z\xbc\xaf\x27\x1c", OTHER, "a 7z archive"),
        MAGIC(0, "MSCF", OTHER, "a cabinet archive"),
#define FORMAT(off, bytes, name) MAGIC(off, bytes, OTHER, "a disk image (" name ")"),
#include "stub/probe/disk_formats.def"
#undef FORMAT
        MAGIC(0, "# Disk DescriptorFile", OTHER, "a disk image (VMDK)"),
        MAGIC(0, "LUKS\xba\xbe", OTHER, "an encrypted disk (LUKS)"),
        MAGIC(0, "hsqs", OTHER, "a file system (squashfs)"),
        MAGIC(0, "XFSB", OTHER, "a file system (XFS)"),
        MAGIC(0x400, "\xe2\xe1\xf5\xe0", OTHER, "a file system (EROFS)"),
        MAGIC(0x438, "\x53\xef", OTHER, "a file system (ext2, ext3 or ext4)"),
        MAGIC(512, "EFI PART", OTHER, "a disk image (GPT)"),
        MAGIC(3, "NTFS    ", OTHER, "a file system (NTFS)"),
        MAGIC(54, "FAT1", OTHER, "a file system (FAT)"),
        MAGIC(82, "FAT32", OTHER, "a file system (FAT)"),
        MAGIC(0, "\xcf\xfa\xed\xfe", OTHER, "a Mach-O program"),
        MAGIC(0, "\xce\xfa\xed\xfe", OTHER, "a Mach-O program"),
        MAGIC(0, "\0asm", OTHER, "a WebAssembly program"),
        MAGIC(0, "BC\xc0\xde", OTHER, "LLVM bitcode"),
        MAGIC(0, "%PDF", OTHER, "a PDF document"),
        MAGIC(0, "\xde\x12\x04\x95", OTHER, "a message catalogue"),
};

static uint64_t
first_word(struct span head)
{
	uint64_t word = 0;

	for (uint64_t i = 0; i < 4; i++)
		word = word << 8 | span_u8(head, i);
	return word;
}

static enum refusal_code
by_magic(struct span head, struct refusal *why)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *m = &magics[i];

		if (span_is(head, m->off, m->bytes, m->len))
			return refuse_detail(
			        why, m->code, m->detail, m->off, first_word(head), 0);
	}
	return REFUSAL_NONE;
}

/*
 * A kernel from before protocol 2.00: has the boot flag, as a disk has, and either the first
 * instructions of Linux' own boot sector (mov ax,0x07c0; mov ds,ax), or a size that fits.
 */
static bool
is_old_kernel(struct span head, uint64_t size)
{
	uint64_t sects = span_u8(head, ZP_AT(setup_sects));
	uint64_t syssize = span_le16(head, ZP_AT(syssize)) * 16ull;
	uint64_t setup = zp_setup_len(sects);

	if (span_is(head, 0, "\xb8\xc0\x07\x8e\xd8", 5))
		return true;
	return (sects == 0 || sects == 4) && syssize && size > setup &&
	       syssize + 15 >= size - setup && syssize <= size - setup + 15;
}

/* A table of four partitions: each is empty or has the flag 0 or 0x80, and one is not empty. */
static bool
is_mbr(struct span head)
{
	bool any = false;

	for (uint64_t at = 0x1be; at < 0x1fe; at += 16) {
		if (span_u8(head, at) & 0x7f)
			return false;
		if (span_u8(head, at + 4) && span_le32(head, at + 12))
			any = true;
	}
	return any;
}

static enum refusal_code
by_boot_flag(struct span head, uint64_t size, struct refusal *why)
{
	if (span_le16(head, ZP_AT(boot_flag)) != ZP_BOOT_FLAG)
		return REFUSAL_NONE;
	if (is_old_kernel(head, size))
		return refuse(
		        why, REFUSAL_BZ_OLD, ZP_AT(header), span_le32(head, ZP_AT(header)), 0);
	return refuse_detail(why, REFUSAL_KERNEL_OTHER,
	        is_mbr(head) ? "a disk image (MBR)" : "a boot sector", ZP_AT(boot_flag),
	        first_word(head), 0);
}

static bool
starts_with_tag(struct span text, uint64_t at, const char *tag)
{
	for (; *tag; tag++, at++) {
		if (text_lower(span_u8(text, at)) != (uint8_t)*tag)
			return false;
	}
	return true;
}

/* Text is what has no control bytes but blanks; UTF-8 and Latin-1 count. */
static enum refusal_code
by_text(struct span head, struct refusal *why)
{
	uint64_t start = span_is(head, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
	const char *kind = "a text file";

	for (uint64_t i = start; i < head.size; i++) {
		uint8_t c = head.base[i];

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f)
			return REFUSAL_NONE;
	}
	while (start < head.size && (head.base[start] <= ' '))
		start++;
	if (starts_with_tag(head, start, "<!doctype html") ||
	        starts_with_tag(head, start, "<html"))
		kind = "a web page (HTML)";
	else if (starts_with_tag(head, start, "<?xml"))
		kind = "an XML document";
	return refuse_detail(why, REFUSAL_KERNEL_OTHER, kind, 0, first_word(head), 0);
}

static enum refusal_code
by_iso(const struct image *im, struct span head, struct refusal *why)
{
	struct span id;
	enum refusal_code code = image_get(im, ISO_OFF, 5, REFUSAL_KERNEL_UNKNOWN, &id, why);

	if (code == REFUSAL_NONE && span_is(id, 0, "CD001", 5))
		return refuse_detail(why, REFUSAL_KERNEL_OTHER, "a CD image (ISO 9660)",
		        ISO_OFF, first_word(head), 0);
	return code == REFUSAL_NEED ? code : REFUSAL_NONE;
}

static bool
all_zero(struct span head)
{
	for (uint64_t i = 0; i < head.size; i++) {
		if (head.base[i])
			return false;
	}
	return true;
}

enum refusal_code
other_probe(const struct image *im, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code;

	if ((code = probe_head(im, &head, ret_why)) || (code = by_magic(head, ret_why)) ||
	        (code = pe_probe(im, head, ret_why)) || (code = by_iso(im, head, ret_why)) ||
	        (code = by_boot_flag(head, im->size, ret_why)) ||
	        (code = by_text(head, ret_why)))
		return code;
	if (all_zero(head))
		return refuse_detail(ret_why, REFUSAL_KERNEL_OTHER,
		        "nothing but zeros at its start", 0, 0, 0);
	return refuse(ret_why, REFUSAL_KERNEL_UNKNOWN, 0, first_word(head), 0x7f454c46);
}
