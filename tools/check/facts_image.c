/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a RISC-V or arm64 Image and an EFI zboot file say, and what an unpacked Linux of any
 * machine says of its version.
 *
 * Linux Documentation/arch/riscv/boot-image-header.rst, Documentation/arch/arm64/booting.rst,
 * drivers/firmware/efi/libstub/zboot-header.S. kshim boots no arm64 kernel; its header is read
 * here for people who are told so.
 */
#include <string.h>

#include "tools/check/facts.h"
#include "tools/linux_banner.h"
#include "tools/payload.h"

static const char *const page_sizes[] = {"unspecified", "4 KiB", "16 KiB", "64 KiB"};

void
facts_riscv(struct report *r)
{
	const struct riscv_facts *v = &r->facts.riscv;

	report_fact(r, "image.version",
	        value_text(report_format(r, "%u.%u", v->version_major, v->version_minor)),
	        "of the Image header");
	report_fact(r, "image.text-offset", value_hex(v->text_offset),
	        "where it is loaded, from a multiple of 2 MiB");
	report_fact(r, "image.size", value_bytes(v->image_size),
	        v->is_elf ? "memory that it needs, BSS included"
	                  : "memory that it needs, BSS included; the file is shorter");
	if (v->is_elf)
		report_fact(r, "elf.segments", value_count(v->segments),
		        "laid out as in the Image that is made of it");
}

void
facts_arm64(struct report *r)
{
	uint64_t size = span_le64(r->bytes, 16), flags = span_le64(r->bytes, 24);

	report_fact(r, "image.text-offset", value_hex(size ? span_le64(r->bytes, 8) : 0x80000),
	        size ? "where it is loaded, from a multiple of 2 MiB"
	             : "image_size is 0: an old kernel, whose text_offset is always this");
	report_fact(r, "image.size", value_bytes(size),
	        "memory that it needs, BSS included; the file is shorter");
	report_fact(r, "image.flags", value_hex(flags), NULL);
	report_fact(r, "image.flags.BIG_ENDIAN", value_flag(flags & 1), NULL);
	report_fact(r, "image.flags.PAGE_SIZE", value_text(page_sizes[flags >> 1 & 3]), NULL);
	report_fact(r, "image.flags.ANYWHERE", value_flag(flags & 8),
	        flags & 8 ? "any multiple of 2 MiB in memory will do"
	                  : "it wants to be near the start of memory");
}

void
facts_zboot(struct report *r)
{
	struct payload p;

	if (!payload_find(r->bytes, &p))
		return;
	report_fact(r, "payload.compression",
	        value_text(p.compression ? p.compression : "none"), NULL);
	report_fact(r, "payload.offset", value_hex(p.off), NULL);
	report_fact(r, "payload.size", value_bytes(p.len), NULL);
}

void
facts_linux(struct report *r)
{
	struct span line, version;
	uint64_t end = sizeof(LINUX_BANNER) - 1;

	if (!linux_banner_find(r->bytes, &line))
		return;
	while (end < line.size && line.base[end] != ' ')
		end++;
	if (span_sub(
	            line, sizeof(LINUX_BANNER) - 1, end - (sizeof(LINUX_BANNER) - 1), &version))
		report_fact(r, "linux.version", value_text(report_text(r, version)), NULL);
	report_fact(r, "linux.banner", value_text(report_text(r, line)), NULL);
}
