/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a bzImage's setup header says, field by field: Linux Documentation/arch/x86/boot.rst.
 *
 * The core's facts are shown where it has them; the fields that it leaves alone come from the
 * header bytes that it keeps.
 */
#include "stub/wire/bootparam.h"
#include "tools/check/facts.h"
#include "tools/payload.h"

struct flag {
	uint32_t bit;
	const char *name, *set, *clear; /* clear NULL: not worth a word */
};

static const struct flag loadflags[] = {
        {ZP_LOADED_HIGH, "LOADED_HIGH", "the kernel is loaded at 1 MiB and above", NULL},
        {ZP_KASLR_FLAG, "KASLR_FLAG", "the decompressor tells the kernel that KASLR is on",
                NULL},
        {ZP_QUIET_FLAG, "QUIET_FLAG", "early messages are suppressed", NULL},
        {ZP_KEEP_SEGMENTS, "KEEP_SEGMENTS",
                "obsolete: segment registers stay as the loader set them", NULL},
        {ZP_CAN_USE_HEAP, "CAN_USE_HEAP", "the loader has given heap_end_ptr", NULL},
};

static const struct flag xloadflags[] = {
        {ZP_XLF_KERNEL_64, "KERNEL_64", "64-bit entry at load address + 0x200",
                "no 64-bit entry: it is entered in 32-bit mode"},
        {ZP_XLF_CAN_BE_LOADED_ABOVE_4G, "CAN_BE_LOADED_ABOVE_4G",
                "kernel, zero page, command line and initrd may lie above 4 GiB",
                "everything must lie below 4 GiB"},
        {ZP_XLF_EFI_HANDOVER_32, "EFI_HANDOVER_32",
                "EFI handover entry for 32-bit firmware (deprecated)", NULL},
        {ZP_XLF_EFI_HANDOVER_64, "EFI_HANDOVER_64",
                "EFI handover entry for 64-bit firmware (deprecated)", NULL},
        {ZP_XLF_EFI_KEXEC, "EFI_KEXEC", "kexec under EFI runtime services works", NULL},
        {ZP_XLF_5LEVEL, "5LEVEL", "can run with five-level paging", NULL},
        {ZP_XLF_5LEVEL_ENABLED, "5LEVEL_ENABLED", "five-level paging is built in", NULL},
        {ZP_XLF_MEM_ENCRYPTION, "MEM_ENCRYPTION", "memory encryption is built in", NULL},
};

static const struct {
	uint16_t version;
	const char *meaning;
} versions[] = {
        {0x200, "Linux 1.3.73: initrd, bzImage"},
        {0x201, "Linux 1.3.76: heap overrun warnings"},
        {0x202, "Linux 2.4.0-test3: a command line by address"},
        {0x203, "Linux 2.4.18: says how high an initrd may lie"},
        {0x204, "Linux 2.6.14: syssize has four bytes"},
        {0x205, "Linux 2.6.20: relocatable kernels"},
        {0x206, "Linux 2.6.22: says how long a command line may be"},
        {0x207, "Linux 2.6.24: paravirtualised boot"},
        {0x208, "Linux 2.6.26: says where its payload is"},
        {0x209, "Linux 2.6.26: setup_data"},
        {0x20a, "Linux 2.6.31: says how much memory it needs, and where it likes to be"},
        {0x20b, "Linux 3.6: EFI handover"},
        {0x20c, "Linux 3.8: 64-bit entry, memory above 4 GiB"},
        {0x20d, "Linux 3.14: more flags"},
        {0x20e, "used by mistake: to be read as 2.13"},
        {0x20f, "Linux 5.5: kernel_info"},
};

uint64_t
bzimage_field(const struct bzimage_facts *bz, uint64_t off, unsigned bytes)
{
	return span_le((struct span){bz->header, bz->header_len}, off - ZP_HEADER_OFF, bytes);
}

static void
add_flags(struct report *r, const char *name, uint32_t found, const struct flag *flag, size_t n)
{
	report_fact(r, name, value_hex(found), NULL);
	for (size_t i = 0; i < n; i++) {
		bool set = found & flag[i].bit;

		if (set || flag[i].clear)
			report_fact(r, report_format(r, "%s.%s", name, flag[i].name),
			        value_flag(set), set ? flag[i].set : flag[i].clear);
	}
}

static const char *
version_meaning(uint16_t version)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].version == version)
			return versions[i].meaning;
	return "newer than this program: read as 2.15";
}

static void
add_entries(struct report *r, const struct bzimage_facts *bz)
{
	report_fact(r, "boot.code32-start", value_hex(bz->code32_start), NULL);
	report_fact(r, "boot.entry16", value_hex(0x200),
	        "real mode, in the setup sectors: what a BIOS and kvmtool use");
	report_fact(r, "boot.entry32", value_hex(bz->entry32_off),
	        "32-bit protected mode, from the load address");
	if (bz->xloadflags & ZP_XLF_KERNEL_64)
		report_fact(r, "boot.entry64", value_hex(0x200),
		        "64-bit mode, from the load address");
	if (bz->version >= 0x20b && BZIMAGE_FIELD(bz, handover_offset))
		report_fact(r, "boot.handover-offset",
		        value_hex(BZIMAGE_FIELD(bz, handover_offset)),
		        "EFI handover, from the load address (deprecated)");
}

static void
add_place(struct report *r, const struct bzimage_facts *bz)
{
	uint64_t alignment = BZIMAGE_FIELD(bz, kernel_alignment);

	report_fact(r, "boot.relocatable", value_flag(bz->relocatable),
	        bz->relocatable ? "may be loaded at any multiple of its alignment"
	                        : "runs at one address only");
	if (bz->version >= 0x205)
		report_fact(r, "boot.alignment", value_hex(alignment),
		        alignment == bz->alignment
		                ? NULL
		                : "no power of two: of no matter to a kernel that may lie at one place only");
	if (bz->version >= 0x20a) {
		report_fact(r, "boot.min-alignment", value_hex(bz->min_alignment),
		        "a loader may go down to this and must then say so");
		report_fact(r, "boot.pref-address", value_hex(bz->pref_address),
		        "where it likes to be; loaded lower it moves itself up to here");
	}
	report_fact(r, "boot.init-size", value_bytes(bz->init_size),
	        bz->version >= 0x20a
	                ? "memory that it needs from there on before it reads the memory map"
	                : "estimated: before 2.10 no kernel says");
}

static void
add_limits(struct report *r, const struct bzimage_facts *bz)
{
	report_fact(r, "boot.cmdline-max", value_bytes(bz->cmdline_max),
	        bz->version >= 0x206 ? "longest command line, without the NUL"
	                             : "longest command line: before 2.06 it is always so");
	report_fact(r, "boot.initrd-max", value_hex(bz->initrd_last),
	        bz->version >= 0x203
	                ? "the last byte that an initrd may occupy"
	                : "the last byte of an initrd: before 2.03 it is always so");
	if (bz->has_kernel_info)
		report_fact(r, "boot.setup-type-max", value_hex(bz->setup_type_max),
		        "kernel_info: the newest setup_data type that it knows");
}

static void
add_payload(struct report *r, const struct bzimage_facts *bz)
{
	struct payload p;

	if (bz->version < 0x208 || !payload_find(r->bytes, &p) || p.in != PAYLOAD_BZIMAGE)
		return;
	report_fact(r, "payload.compression",
	        value_text(p.compression ? p.compression : "none"), NULL);
	report_fact(r, "payload.offset", value_hex(p.off), NULL);
	report_fact(r, "payload.size", value_bytes(p.len), NULL);
	if (p.has_size)
		report_fact(r, "payload.unpacked-size", value_bytes(p.size),
		        "as the kernel's build wrote behind the payload");
}

bool
is_real_mode_only(const struct report *r)
{
	const struct bzimage_facts *bz = &r->facts.bz;

	return r->known && r->facts.format == KERNEL_BZIMAGE &&
	       (bz->real_mode || (!bz->code32_start && !(bz->xloadflags & ZP_XLF_KERNEL_64)));
}

void
facts_bzimage(struct report *r)
{
	const struct bzimage_facts *bz = &r->facts.bz;
	struct span rest = {r->bytes.base, 0};

	if (bz->version_off &&
	        span_sub(r->bytes, bz->version_off, r->bytes.size - bz->version_off, &rest))
		report_fact(r, "linux.version", value_text(report_text(r, rest)), NULL);
	report_fact(r, "boot.version",
	        value_text(report_format(r, "%u.%02u", bz->version >> 8, bz->version & 0xff)),
	        version_meaning(bz->version));
	report_fact(r, "boot.setup-sects", value_count(BZIMAGE_FIELD(bz, setup_sects)),
	        report_format(r, "the protected-mode code starts at %#llx",
	                (unsigned long long)bz->code_off));
	report_fact(r, "boot.header-length", value_bytes(bz->header_len),
	        "what a loader has to copy, from 0x1f1");
	add_flags(r, "boot.loadflags", bz->loadflags, loadflags,
	        sizeof(loadflags) / sizeof(loadflags[0]));
	if (bz->version >= 0x20c)
		add_flags(r, "boot.xloadflags", bz->xloadflags, xloadflags,
		        sizeof(xloadflags) / sizeof(xloadflags[0]));
	add_entries(r, bz);
	add_place(r, bz);
	add_limits(r, bz);
	add_payload(r, bz);
}
