/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a file is, by a stable name, and what to do with it.
 *
 * The core's probe says whether it is a kernel, and of what is none, what it is; its words are
 * looked up here. What the core does not know at all, identify_code.c and identify_programs.c
 * do.
 */
#include <string.h>

#include "stub/input/bundle.h"
#include "stub/wire/bootparam.h"
#include "stub/wire/elf.h"
#include "tools/check/check.h"
#include "tools/check/elf_view.h"
#include "tools/check/facts.h"
#include "tools/check/identify.h"

struct kind_row {
	const char *detail; /* the core's word for it, or how that begins */
	enum kind kind;
	const char *name;
	const char *next;
};

#define PACK_IT "give it as the initrd, beside a kernel: kshim bundle -o FILE KERNEL THIS"
#define TAKE_OUT                                                                               \
	"a kernel may be inside: take it out, for instance from /boot, and look at that one"
#define NAME_INSIDE "name a kernel inside: kshim check THIS:/boot/vmlinuz"
#define CONVERT     "convert it first: qemu-img convert -O raw THIS FILE.raw"

/* By the refusal's detail; the first that fits. */
static const struct kind_row kinds[] = {
        {"a unified kernel image without .linux", KIND_PE, "uki-empty",
                "make it anew with a kernel: ukify build --linux="},
        {"a unified kernel image for riscv64", KIND_UKI, "uki",
                "start it from UEFI, or as a kernel by kshim; kshim unpack -d DIR THIS takes it apart"},
        {"a unified kernel image for", KIND_PE, "uki",
                "UEFI firmware of its own machine can start it"},
        {"an addon of unified kernel images", KIND_ADDON, "uki-addon",
                "it adds to an image that systemd's stub starts: put it into IMAGE.efi.extra.d"},
        {"a unified kernel image", KIND_UKI, "uki",
                "start it from UEFI, or as a kernel by kshim; kshim unpack -d DIR THIS takes it apart"},
        {"EFI zboot", KIND_ZBOOT, "efi-zboot",
                "UEFI starts it; or take the kernel out: kshim unpack -k -o FILE THIS"},
        {"no kernel that kshim knows inside", KIND_PE, "efi-application",
                "UEFI firmware can start it; kshim takes no kernel out of it"},
        {"a UEFI application", KIND_PE, "efi-application",
                "UEFI firmware of its own machine can start it"},
        {"an arm64 Image", KIND_ARM64, "arm64-image",
                "boot it on an arm64 machine: qemu-system-aarch64 -M virt -kernel"},
        {"an ELF for riscv64 whose relocations", KIND_OTHER, "elf-other",
                "give the Image of the same build, or its vmlinux.relocs"},
        {"an ELF for riscv64", KIND_OTHER, "elf-other",
                "a Linux kernel has an Image header where it is entered; this is another "
                "program"},
        {"an ELF for riscv32", KIND_OTHER, "elf-other",
                "boot it on its own machine: qemu-system-riscv32 -M virt -kernel"},
        {"an arm zImage", KIND_ARM_ZIMAGE, "arm-zimage",
                "boot it on a 32-bit arm machine: qemu-system-arm -M virt -kernel"},
        {"an initramfs", KIND_OTHER, "initramfs", PACK_IT},
        {"a cpio archive", KIND_OTHER, "initramfs",
                "Linux reads newc archives only: make it again with cpio -H newc"},
        {"a script", KIND_OTHER, "script",
                "look at its first lines: it may be what builds or fetches the kernel"},
        {"a web page", KIND_OTHER, "html",
                "a download went wrong: look at the page, then fetch the file itself"},
        {"an XML document", KIND_OTHER, "xml", "a download went wrong, perhaps"},
        {"a text file", KIND_OTHER, "text", "read it: it may say where the kernel is"},
        {"a U-Boot image", KIND_OTHER, "uimage",
                "take the kernel out with dumpimage (u-boot-tools)"},
        {"a device tree", KIND_OTHER, "device-tree",
                "a FIT image: dumpimage takes the kernel out; a device tree belongs to -dtb"},
        {"an Android boot image", KIND_OTHER, "android-boot",
                "take the kernel out with unpack_bootimg"},
        {"a tar archive", KIND_OTHER, "tar", "unpack it: tar -xf"},
        {"a Debian package", KIND_OTHER, "deb",
                "unpack it: dpkg-deb -x FILE DIR; the kernel is in DIR/boot"},
        {"an RPM package", KIND_OTHER, "rpm", "unpack it: rpm2cpio FILE | cpio -id"},
        {"a library", KIND_OTHER, "archive", "a library is not started"},
        {"a zip archive", KIND_OTHER, "zip", "unpack it"},
        {"a 7z archive", KIND_OTHER, "7z", "unpack it"},
        {"a cabinet archive", KIND_OTHER, "cab", "unpack it"},
        {"a disk image (GPT)", KIND_DISK, "disk", NAME_INSIDE},
        {"a disk image (MBR)", KIND_DISK, "disk", NAME_INSIDE},
        {"a disk image", KIND_OTHER, "disk", CONVERT},
        {"a boot sector", KIND_DISK, "boot-sector",
                "attach it as a disk; a BIOS starts it, no kernel loader does"},
        {"an encrypted disk", KIND_DISK, "disk", TAKE_OUT},
        {"a file system (FAT)", KIND_DISK, "file-system", NAME_INSIDE},
        {"a file system (ext", KIND_DISK, "file-system", NAME_INSIDE},
        {"a file system", KIND_DISK, "file-system", TAKE_OUT},
        {"a CD image", KIND_OTHER, "iso", TAKE_OUT},
        {"a DOS program", KIND_OTHER, "dos-program", "not a kernel: look for vmlinuz"},
        {"a Mach-O program", KIND_OTHER, "mach-o",
                "a program for Darwin, not a kernel of ours"},
        {"nothing but zeros", KIND_OTHER, "zeros",
                "the file was not written, or a copy was interrupted: fetch it again"},
};

static const struct kind_row *
find_kind(const char *detail)
{
	for (size_t i = 0; detail && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(detail, kinds[i].detail, strlen(kinds[i].detail)) == 0)
			return &kinds[i];
	return NULL;
}

void
identify_as(
        struct report *r, enum kind kind, const char *name, const char *what, const char *next)
{
	r->kind = kind;
	r->kind_name = name;
	r->what = what;
	r->next = next;
}

/* What the core takes for a kernel by its form may be any ELF. */
static const char *
what_elf(struct report *r, const char *multiboot)
{
	const struct elf_facts *elf = &r->facts.elf;
	const char *bits = r->facts.format == KERNEL_ELF64 ? "64" : "32";
	bool kernel = elf->pvh || elf->evidence != LINUX_NO || multiboot;

	if (!kernel && elf->program)
		return report_format(r, "an ELF%s, no kernel: %s", bits, elf->program);
	if (!kernel)
		return report_format(
		        r, "an ELF%s executable: neither PVH, Multiboot nor Linux", bits);
	if (multiboot)
		return report_format(r, "an ELF%s kernel with a %s%s header%s", bits,
		        elf->pvh ? "PVH entry and a " : "", multiboot,
		        elf->pvh ? "" : ", without a PVH entry");
	return report_format(r, "an ELF%s kernel%s", bits,
	        elf->pvh ? " with a PVH entry" : ", without a PVH entry");
}

static void
name_elf(struct report *r)
{
	const char *multiboot = identify_multiboot(r->bytes), *next = NULL;

	if (multiboot && !r->facts.elf.pvh && r->facts.elf.evidence == LINUX_NO)
		next = identify_how_by_multiboot(multiboot);
	else if (r->facts.elf.program)
		next = IDENTIFY_PROGRAM;
	identify_as(r, KIND_ELF, "elf", what_elf(r, multiboot), next);
}

static void
name_bzimage(struct report *r)
{
	const struct bzimage_facts *bz = &r->facts.bz;
	bool for_bios = is_real_mode_only(r);

	identify_as(r, KIND_BZIMAGE, "bzimage",
	        report_format(r, "%s, boot protocol %u.%02u",
	                for_bios ? "a program for a BIOS in a bzImage's form"
	                         : "a bzImage for x86",
	                bz->version >> 8, bz->version & 0xff),
	        for_bios
	                ? "start it from a BIOS: QEMU's -kernel with SeaBIOS, GRUB's linux16, syslinux"
	                : NULL);
}

/* What the probe took for a kernel. */
static void
name_kernel(struct report *r)
{
	const struct facts *f = &r->facts;

	switch (f->format) {
	case KERNEL_BZIMAGE:
		name_bzimage(r);
		break;
	case KERNEL_ELF64:
	case KERNEL_ELF32:
		name_elf(r);
		break;
	case KERNEL_RISCV:
		if (f->riscv.is_elf)
			identify_as(r, KIND_RISCV_ELF, "riscv-elf",
			        "an ELF64 kernel for riscv64 (vmlinux)", NULL);
		else
			identify_as(r, KIND_RISCV, "riscv-image", "a Linux Image for riscv64",
			        NULL);
		break;
	}
}

static const char *
what_of(struct report *r, enum kind kind, const char *detail)
{
	if (kind == KIND_ZBOOT)
		return report_format(r, "a kernel packed for UEFI (%s)", detail);
	if (kind == KIND_PE && strncmp(detail, "no ", 3) == 0)
		return report_format(r, "a UEFI application (%s)", detail);
	return report_format(r, "%s", detail);
}

/* Could it be a kernel for arm64 or arm? Object files and programs are none. */
static bool
is_arm_elf(struct span file)
{
	struct elf_view v = {.machine = 0};

	(void)elf_view_open(file, &v); /* it says whether it is for x86 */
	if ((v.machine != EM_AARCH64 && v.machine != EM_ARM) ||
	        (v.type != ET_EXEC && v.type != ET_DYN))
		return false;
	for (uint64_t i = 0; i < v.phnum; i++) {
		if (elf_view_segment(&v, i).type == PT_INTERP)
			return false;
	}
	return true;
}

static const char *
what_with_object(const char *detail)
{
	if (detail && strcmp(detail, "a core dump") == 0)
		return "gdb reads it together with its program; crash, if it is a kernel's, with vmlinux";
	return "a linker makes a program of it; a kernel loads it, if it is a module (.ko)";
}

static void
name_refused_elf(struct report *r, const struct refusal *why)
{
	bool arm = is_arm_elf(r->bytes);

	if (why->code == REFUSAL_KERNEL_ARCH)
		identify_as(r, arm ? KIND_ARM_ELF : KIND_OTHER, "elf-other",
		        report_format(r, "an ELF for another machine: %s", why->detail),
		        arm ? "boot it on its own machine; of Linux give the Image (arm64) or zImage (arm) of the same build"
		            : "boot it on its own machine");
	else if (why->code == REFUSAL_ELF_NOT_KERNEL)
		identify_as(r, KIND_OTHER, "elf-object",
		        report_format(r, "an ELF that is %s: no kernel", why->detail),
		        what_with_object(why->detail));
	else if (why->code == REFUSAL_ELF_MANY_SEGMENTS)
		identify_as(r, KIND_OTHER, "elf-segments",
		        "an ELF with more segments than kshim takes", NULL);
	else
		identify_as(
		        r, KIND_OTHER, "elf-damaged", "an ELF that cannot be a kernel", NULL);
}

/* An archive with kshim/kernel in it; one that is damaged says how. */
static bool
name_bundle(struct report *r)
{
	struct image im = image_of(r->bytes);
	struct refusal why = {0};
	struct bundle bundle;
	bool found = false;
	enum refusal_code code = bundle_read(&im, &found, &bundle, &why);

	if (code) {
		r->refusal = code;
		r->refused = report_sentence(r, &why);
		identify_as(r, KIND_OTHER, "bundle-damaged", "a bundle that is damaged",
		        "make it again: kshim bundle -o FILE KERNEL INITRD");
	} else if (found) {
		identify_as(r, KIND_BUNDLE, "bundle",
		        report_format(r, "a bundle: a kernel%s%s",
		                bundle.cmdline_len ? ", its command line" : "",
		                bundle.initrd_len ? ", an initrd" : ""),
		        "give it as the initrd to kshim.elf, kshim.rom, kshim.bzimage or kshim-riscv64.bin");
	}
	return code || found;
}

static void
name_refused(struct report *r, const struct refusal *why)
{
	const struct kind_row *row = find_kind(why->detail);

	if (why->code == REFUSAL_KERNEL_COMPRESSED)
		identify_as(r, KIND_COMPRESSED, "compressed",
		        report_format(r, "compressed as a whole (%s)", why->detail), NULL);
	else if (why->code == REFUSAL_KERNEL_EMPTY)
		identify_as(r, KIND_OTHER, "empty", "an empty file",
		        "a download or copy failed: fetch it again");
	else if (why->code == REFUSAL_KERNEL_UNKNOWN)
		identify_code(r);
	else if (why->code == REFUSAL_BZ_ZIMAGE)
		identify_as(r, KIND_OTHER, "zimage", "a zImage for x86: a kernel below 640 KiB",
		        "build it as a bzImage: make bzImage");
	else if (why->code == REFUSAL_BZ_REAL_MODE)
		identify_as(r, KIND_OTHER, "bios-program",
		        "the first part of a program for a BIOS in a bzImage's form",
		        "join it to its other part: cat lnxboot.img core.img >FILE");
	else if (why->code == REFUSAL_BZ_OLD)
		identify_as(r, KIND_OTHER, "old-kernel",
		        "a Linux from before boot protocol 2.00",
		        "it needs a BIOS and a boot loader of its time");
	else if (row)
		identify_as(
		        r, row->kind, row->name, what_of(r, row->kind, why->detail), row->next);
	else if (span_is(r->bytes, 0, "\177ELF", 4))
		name_refused_elf(r, why);
	else if (span_le32(r->bytes, ZP_AT(header)) == ZP_HDRS)
		identify_as(r, KIND_OTHER, "bzimage-damaged", "a bzImage that is damaged",
		        "compare its size and checksum with the original");
	else
		identify_as(r, KIND_OTHER, "other",
		        why->detail ? report_format(r, "%s", why->detail) : "not a kernel",
		        NULL);
}

void
identify(struct report *r)
{
	struct image im = image_of(r->bytes);
	struct refusal why = {0};
	bool pe = false;

	r->refusal = any_kernel_probe(&im, &r->facts, &why);
	r->known = r->refusal == REFUSAL_NONE;
	if (!pe_read(r->bytes, &pe, &r->pe, &(struct refusal){0}))
		r->has_pe = pe;
	if (r->known) {
		name_kernel(r);
		return;
	}
	r->refused = report_sentence(r, &why);
	if (!span_is(r->bytes, 0, "070701", 6) || !name_bundle(r))
		name_refused(r, &why);
	identify_programs(r);
}
