/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps of a bzImage, one by one: Linux Documentation/arch/x86/boot.rst, and what others
 * fell into.
 */
#include <zlib.h>

#include "stub/wire/bootparam.h"
#include "tools/budget.h"
#include "tools/check/check.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"

#define ULL(v)      ((unsigned long long)(v))
#define HEADER_2_14 ZP_AT(kernel_info_offset) /* where the header ended before 2.15 */
#define CRC_OK      0xffffffffu

static void
judge_header(struct report *r, const struct bzimage_facts *bz)
{
	uint64_t end = ZP_HEADER_OFF + bz->header_len, wanted = HEADER_2_14;

	if (BZIMAGE_FIELD(bz, setup_sects) == 0)
		report_verdict(r, V_BZ_SECTS, LEVEL_WARNING, "setup_sects is 0, which means 4");
	else
		report_verdict(r, V_BZ_SECTS, LEVEL_OK,
		        "setup_sects is %llu, the code at %#llx",
		        ULL(BZIMAGE_FIELD(bz, setup_sects)), ULL(bz->code_off));
	if (bz->version >= 0x20f)
		wanted += 4;
	if (bz->version >= 0x20c && end < wanted)
		report_verdict(r, V_BZ_HEADER_LEN, LEVEL_WARNING,
		        "the header ends at %#llx, before %#llx where version %u.%02u's does",
		        ULL(end), ULL(wanted), bz->version >> 8, bz->version & 0xff);
	else
		report_verdict(r, V_BZ_HEADER_LEN, LEVEL_OK,
		        "the header is %u bytes long: a loader copies so many, from 0x1f1",
		        bz->header_len);
	if (bz->version == 0x20e)
		report_verdict(r, V_BZ_214, LEVEL_WARNING,
		        "version 2.14 was used by mistake and means 2.13");
}

static void
judge_length(struct report *r, const struct bzimage_facts *bz)
{
	uint64_t declared = BZIMAGE_FIELD(bz, syssize) * 16;

	if (bz->version < 0x204)
		report_verdict(r, V_BZ_SYSSIZE, LEVEL_NOTE,
		        "before 2.04 syssize has two bytes and cannot be trusted");
	else if (declared + 15 < bz->code_len)
		report_verdict(r, V_BZ_SYSSIZE, LEVEL_NOTE,
		        "%llu bytes follow what syssize counts%s", ULL(bz->code_len - declared),
		        r->has_pe && r->pe.signature_len ? ": the Secure Boot signature" : "");
	else if (declared > bz->code_len)
		report_verdict(r, V_BZ_SYSSIZE, LEVEL_OK,
		        "syssize counts %llu bytes of padding that the file does not have",
		        ULL(declared - bz->code_len));
	else
		report_verdict(r, V_BZ_SYSSIZE, LEVEL_OK, "syssize fits the file");
	if (bz->version >= 0x208 && r->bytes.size <= BUDGET_LOOK) {
		uint32_t crc = (uint32_t)crc32_z(0, r->bytes.base, r->bytes.size);
		bool good = crc == CRC_OK;

		report_verdict(r, V_BZ_CRC, good ? LEVEL_OK : LEVEL_NOTE,
		        good ? "the checksum at its end is right"
		             : "no right checksum at its end: signing breaks it, and Linux 6.15 and later write none");
	}
}

static void
judge_entry(struct report *r, const struct bzimage_facts *bz)
{
	if (bz->xloadflags & ZP_XLF_KERNEL_64)
		report_verdict(
		        r, V_BZ_ENTRY64, LEVEL_OK, "XLF_KERNEL_64: it has a 64-bit entry");
	else
		report_verdict(r, V_BZ_ENTRY64, LEVEL_NOTE,
		        "XLF_KERNEL_64 is clear: there is no 64-bit entry, only the 32-bit one");
	if (bz->xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G)
		report_verdict(r, V_BZ_ABOVE_4G, LEVEL_OK,
		        "kernel and initrd may lie above 4 GiB: a loader must pass 64-bit addresses");
	else
		report_verdict(
		        r, V_BZ_ABOVE_4G, LEVEL_NOTE, "kernel and initrd must lie below 4 GiB");
	if (bz->version >= 0x20b && BZIMAGE_FIELD(bz, handover_offset) &&
	        (bz->xloadflags & (ZP_XLF_EFI_HANDOVER_32 | ZP_XLF_EFI_HANDOVER_64)))
		report_verdict(r, V_BZ_HANDOVER, LEVEL_NOTE,
		        "it still has the EFI handover entry, which is deprecated");
}

static void
judge_place(struct report *r, const struct bzimage_facts *bz)
{
	if (is_real_mode_only(r))
		return;
	if (bz->relocatable)
		report_verdict(r, V_BZ_RELOCATABLE, LEVEL_OK, "it is relocatable");
	else
		report_verdict(r, V_BZ_RELOCATABLE, LEVEL_WARNING,
		        "it is not relocatable: %#llx must be free memory",
		        ULL(bz->pref_address ? bz->pref_address : bz->code32_start));
	if (bz->version >= 0x20a && bz->pref_address & (bz->alignment - 1))
		report_verdict(r, V_BZ_PREF, bz->relocatable ? LEVEL_WARNING : LEVEL_NOTE,
		        "pref_address %#llx is no multiple of its alignment %#llx",
		        ULL(bz->pref_address), ULL(bz->alignment));
	else if (bz->version >= 0x20a)
		report_verdict(r, V_BZ_PREF, LEVEL_OK,
		        "pref_address %#llx is a multiple of its alignment",
		        ULL(bz->pref_address));
	if (bz->init_size > bz->code_len)
		report_verdict(r, V_BZ_INIT_SIZE, LEVEL_NOTE,
		        "it needs %llu KiB more memory than the file has: keep initrd and tables out",
		        ULL((bz->init_size - bz->code_len) / KIB));
}

static void
judge_limits(struct report *r, const struct bzimage_facts *bz)
{
	if (bz->initrd_last < 0x7fffffff && !(bz->xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G))
		report_verdict(r, V_BZ_INITRD, LEVEL_NOTE, "an initrd may end at %#llx at most",
		        ULL(bz->initrd_last));
	else
		report_verdict(r, V_BZ_INITRD, LEVEL_OK, "an initrd may end at %#llx%s",
		        ULL(bz->initrd_last),
		        bz->xloadflags & ZP_XLF_CAN_BE_LOADED_ABOVE_4G
		                ? ", or anywhere for loaders that pass 64 bits"
		                : "");
	report_verdict(r, V_BZ_CMDLINE, bz->cmdline_max < 2047 ? LEVEL_NOTE : LEVEL_OK,
	        "a command line may have %u bytes; the kernel cuts a longer one silently",
	        bz->cmdline_max);
	if (bz->version >= 0x20f && !bz->has_kernel_info)
		report_verdict(r, V_BZ_KERNEL_INFO, LEVEL_WARNING,
		        "version 2.15 without a valid kernel_info");
	else if (bz->has_kernel_info)
		report_verdict(r, V_BZ_KERNEL_INFO, LEVEL_OK,
		        "kernel_info is there; it knows setup_data up to type %u",
		        bz->setup_type_max);
}

/* What a Linux packs is a whole ELF; what other systems put there is their own affair. */
static void
judge_inside(struct report *r)
{
	bool elf = r->inner && span_is(r->inner->bytes, 0, "\177ELF", 4);

	if (!r->inner || (elf && r->inner->refusal != REFUSAL_ELF_TRUNCATED))
		return;
	if (report_find(r, "linux.version"))
		r->damaged = elf ? report_format(r, "the kernel inside is damaged: %s",
		                           r->inner->refused)
		                 : "what is inside is no kernel: neither an ELF nor compressed";
	report_verdict(r, V_PAYLOAD_KERNEL, r->damaged ? LEVEL_ERROR : LEVEL_WARNING, "%s",
	        r->damaged ? r->damaged : "what is inside is no ELF");
}

/* The memory that the unpacked kernel takes must be within init_size. */
static void
judge_payload(struct report *r, const struct bzimage_facts *bz)
{
	uint64_t span;

	if (!r->inner || r->inner->kind != KIND_ELF)
		return;
	span = elf_facts_span(&r->inner->facts.elf).len;
	report_verdict(r, V_BZ_INIT_PAYLOAD, span > bz->init_size ? LEVEL_ERROR : LEVEL_OK,
	        "init_size %llu KiB %s the %llu KiB of the kernel inside",
	        ULL(bz->init_size / KIB), span > bz->init_size ? "is less than" : "covers",
	        ULL(span / KIB));
}

void
verdicts_bzimage(struct report *r)
{
	const struct bzimage_facts *bz = &r->facts.bz;

	/* A PE may have the header for QEMU's sake only: it is none that is damaged. */
	if (!r->known && r->kind == KIND_OTHER &&
	        span_le32(r->bytes, ZP_AT(header)) == ZP_HDRS &&
	        !span_is(r->bytes, 0, "\177ELF", 4))
		report_verdict(r, V_KSHIM, LEVEL_ERROR, "%s", r->refused);
	if (r->kind != KIND_BZIMAGE)
		return;
	judge_header(r, bz);
	judge_length(r, bz);
	judge_entry(r, bz);
	judge_place(r, bz);
	judge_limits(r, bz);
	judge_inside(r);
	judge_payload(r, bz);
}
