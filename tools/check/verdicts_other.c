/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps of Images, PE files, unified kernel images, and of what is packed inside.
 */
#include <string.h>

#include "stub/base/text.h"
#include "tools/check/check.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"
#include "tools/payload.h"
#include "tools/sbat.h"

#define ULL(v) ((unsigned long long)(v))

void
verdicts_payload(struct report *r, bool unpacked, const char *why, uint64_t size)
{
	struct payload p;

	if (!unpacked) {
		r->damaged = report_format(r, "what is inside %s", why);
		report_verdict(r, V_PAYLOAD_UNPACKS, LEVEL_ERROR, "%s", r->damaged);
		return;
	}
	if (!payload_find(r->bytes, &p))
		return;
	report_fact(r, "payload.unpacked", value_bytes(size), NULL);
	if (p.compression)
		report_verdict(r, V_PAYLOAD_UNPACKS, LEVEL_OK,
		        "what is inside (%s) unpacks to %llu bytes", p.compression, ULL(size));
	if (p.has_size && p.size != size)
		report_verdict(r, V_PAYLOAD_SIZE, LEVEL_WARNING,
		        "the size written behind it is %llu, it unpacks to %llu", ULL(p.size),
		        ULL(size));
	else if (p.has_size)
		report_verdict(
		        r, V_PAYLOAD_SIZE, LEVEL_OK, "the size written behind it is right");
}

static void
judge_size(struct report *r, uint64_t size)
{
	if (size > r->bytes.size)
		report_verdict(r, V_IMAGE_SIZE, LEVEL_NOTE,
		        "it needs %llu KiB more memory than the file has: keep initrd and device tree out",
		        ULL((size - r->bytes.size) / KIB));
	else
		report_verdict(r, V_IMAGE_SIZE, size ? LEVEL_OK : LEVEL_WARNING,
		        size ? "the file has all of its memory"
		             : "image_size is 0: nobody knows how much memory it needs");
}

void
verdicts_image(struct report *r)
{
	if (r->kind == KIND_RISCV) {
		judge_size(r, r->facts.riscv.image_size);
		report_verdict(r, V_IMAGE_MAGIC, LEVEL_OK, "it has the magic RSC\\x05");
		report_verdict(r, V_IMAGE_OFFSET, LEVEL_OK,
		        "it is loaded %#llx bytes above a multiple of 2 MiB",
		        ULL(r->facts.riscv.text_offset));
	} else if (r->kind == KIND_ARM64) {
		judge_size(r, span_le64(r->bytes, 16));
	}
}

static void
judge_sections(struct report *r)
{
	const struct pe *pe = &r->pe;

	for (uint32_t i = 0; i < pe->sections; i++) {
		uint32_t wx = PE_SECTION_WRITE | PE_SECTION_EXECUTE;

		if ((pe->section[i].flags & wx) != wx)
			continue;
		report_verdict(r, V_PE_WX, LEVEL_NOTE, "section %s is writable and executable",
		        report_text(r, (struct span){(const uint8_t *)pe->section[i].name,
		                               sizeof(pe->section[i].name) - 1}));
		return;
	}
	report_verdict(r, V_PE_WX, LEVEL_OK, "no section is both writable and executable");
}

static void
judge_uki(struct report *r)
{
	const struct pe_section *linux_section = pe_find(&r->pe, ".linux");
	const struct pe_section *initrd = pe_find(&r->pe, ".initrd");
	bool good = r->inner && r->inner->known;

	if (linux_section)
		report_verdict(r, V_UKI_LINUX, good ? LEVEL_OK : LEVEL_ERROR,
		        good ? "its .linux section holds a kernel"
		             : "its .linux section holds no kernel that is known here");
	if (initrd && initrd->len % 4)
		report_verdict(r, V_UKI_PIECES, LEVEL_NOTE,
		        "its .initrd has %llu bytes: pieces are joined at multiples of 4",
		        ULL(initrd->len));
}

/* The number of the line, from 1 on; empty ones count. */
static uint32_t
line_number(struct span text, const struct sbat_line *line)
{
	uint32_t n = 1;

	for (const uint8_t *at = text.base; at < line->field[0].base; at++)
		n += *at == '\n';
	return n;
}

/* The line of .sbat that shim does not take, from 1 on; 0: all are good. */
static uint32_t
bad_sbat_line(struct span sbat)
{
	struct span left = sbat;
	struct sbat_line line;
	bool first = true;

	for (; sbat_next(&left, &line); first = false) {
		if (!sbat_line_good(&line) || (first && !span_equals(line.field[0], "sbat")))
			return line_number(sbat, &line);
	}
	return first;
}

/* Without a section nothing is lost where no shim is, so only what is signed is judged. */
static void
judge_sbat(struct report *r)
{
	struct span sbat = pe_content(&r->pe, ".sbat", r->bytes, false);
	uint32_t bad = bad_sbat_line(sbat);

	if (!sbat.size && r->pe.signature_len)
		report_verdict(r, V_PE_SBAT, LEVEL_NOTE,
		        "it has no .sbat: shim starts it only for a loader that has it verified, such as GRUB");
	else if (sbat.size && bad)
		report_verdict(r, V_PE_SBAT, LEVEL_WARNING,
		        "line %u of its .sbat is not as shim wants it: %d fields between commas, the second a number; the first line is sbat's",
		        bad, SBAT_FIELDS);
	else if (sbat.size)
		report_verdict(r, V_PE_SBAT, LEVEL_OK, "its .sbat says which generation it is");
}

void
verdicts_pe(struct report *r)
{
	if (!r->has_pe)
		return;
	if (r->pe.dll_flags & PE_DLL_NX_COMPAT)
		report_verdict(r, V_PE_NX, LEVEL_OK, "it says that it is NX-compatible");
	else
		report_verdict(
		        r, V_PE_NX, LEVEL_NOTE, "it does not say that it is NX-compatible");
	judge_sections(r);
	if (r->pe.signature_len)
		report_verdict(r, V_PE_SIGNED, LEVEL_OK, "it is signed for Secure Boot");
	else
		report_verdict(r, V_PE_SIGNED, LEVEL_NOTE,
		        "it is not signed: Secure Boot will not start it");
	judge_sbat(r);
	if (r->kind == KIND_UKI)
		judge_uki(r);
	else if (r->kind == KIND_BZIMAGE)
		report_verdict(r, V_PE_INITRD, has_loadfile2(r) ? LEVEL_OK : LEVEL_WARNING,
		        has_loadfile2(r)
		                ? "its EFI stub takes initrds by LoadFile2"
		                : "its EFI stub takes no initrd by LoadFile2: use initrd= or the handover entry");
}
