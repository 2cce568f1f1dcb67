/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a RISC-V or arm64 Image and an EFI zboot file say, and what an unpacked Linux of any
 * machine says of its version.
 *
 * Linux Documentation/arch/riscv/boot-image-header.rst, Documentation/arch/arm64/booting.rst,
 * drivers/firmware/efi/libstub/zboot-header.S. kshim boots no arm64 kernel; its header is read
 * here for people who are told so.
 */
#include <ctype.h>
#include <string.h>

#include "tools/budget.h"
#include "tools/check/facts.h"
#include "tools/payload.h"

#define BANNER     "Linux version "
#define BANNER_MAX 1024 /* bytes of a line that are looked at */

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

/*
 * "Linux version 6.1.0 (who@where) (compiler) #1 ..." as init/version.c makes it. The format
 * string of /proc has a %s for the version, and drivers print versions of their own.
 */
static bool
is_banner(struct span line)
{
	uint64_t at = sizeof(BANNER) - 1;

	if (!isdigit(span_u8(line, at)))
		return false;
	while (at < line.size && line.base[at] != ' ')
		at++;
	return span_is(line, at, " (", 2) && memmem(line.base, line.size, ") #", 3);
}

static struct span
line_at(struct span s, uint64_t at)
{
	uint64_t end = at;
	struct span line = {s.base, 0};

	while (end < s.size && end - at < BANNER_MAX && s.base[end] && s.base[end] != '\n')
		end++;
	(void)span_sub(s, at, end - at, &line);
	return line;
}

static bool
find_banner(struct span s, struct span *ret_line)
{
	uint64_t at = 0;

	s.size = s.size < BUDGET_LOOK ? s.size : BUDGET_LOOK;
	while (at < s.size) {
		const uint8_t *found =
		        memmem(s.base + at, s.size - at, BANNER, sizeof(BANNER) - 1);

		if (!found)
			return false;
		at = (uint64_t)(found - s.base);
		*ret_line = line_at(s, at);
		if (is_banner(*ret_line))
			return true;
		at += sizeof(BANNER) - 1;
	}
	return false;
}

void
facts_linux(struct report *r)
{
	struct span line, version;
	uint64_t end = sizeof(BANNER) - 1;

	if (!find_banner(r->bytes, &line))
		return;
	while (end < line.size && line.base[end] != ' ')
		end++;
	if (span_sub(line, sizeof(BANNER) - 1, end - (sizeof(BANNER) - 1), &version))
		report_fact(r, "linux.version", value_text(report_text(r, version)), NULL);
	report_fact(r, "linux.banner", value_text(report_text(r, line)), NULL);
}
