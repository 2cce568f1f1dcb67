/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A RISC-V kernel into facts: an Image, or the ELF that it was made from (vmlinux).
 *
 * Linux Documentation/arch/riscv/boot-image-header.rst. Known by magic2 at 0x38: Debian's Image
 * is a PE file too ("MZ" at 0). Header version 0.1 (Linux 5.3, 5.4) has the older magic at 0x30
 * alone, and the same fields. image_size is what counts for memory; an Image cannot be longer
 * than it. An Image is the ELF's segments laid out by physical address, so a vmlinux has the
 * same header, where it is entered; e_entry itself is virtual. An ELF whose virtual addresses
 * are its physical ones may hold them as absolute numbers, so it stays where it was linked.
 */
#include "probe.h"
#include "stub/wire/elf.h"
#include "stub/wire/riscv_image.h"

#define AT(field)   offsetof(struct riscv_image_header, field)
#define DYN_LEN     16   /* an Elf64_Dyn: tag, value */
#define RELA_LEN    24   /* an Elf64_Rela: offset, info, addend */
#define DYNAMIC_MAX 4096 /* bytes of it that are looked at; Linux has a tenth of that */

static enum refusal_code
bad(struct refusal *why, const char *field, uint64_t where, uint64_t found, uint64_t wanted)
{
	return refuse_detail(why, REFUSAL_RISCV_HEADER, field, where, found, wanted);
}

static bool
has_magic2(struct span header)
{
	return span_le32(header, AT(magic2)) == RISCV_IMAGE_MAGIC2;
}

static bool
is_image(struct span header)
{
	return has_magic2(header) || span_is(header, AT(magic), "RISCV\0\0\0", 8);
}

/* Version 0.1 has the older magic alone, the later ones have magic2. */
static enum refusal_code
check_version(struct span h, uint64_t off, uint32_t version, struct refusal *why)
{
	if (!has_magic2(h) && version >= 2)
		return bad(why, "magic2", off + AT(magic2), span_le32(h, AT(magic2)),
		        RISCV_IMAGE_MAGIC2);
	if (!has_magic2(h))
		return version == 1 ? REFUSAL_NONE
		                    : bad(why, "version", off + AT(version), version, 1);
	if (version >> 16 != RISCV_IMAGE_MAJOR || version < 2)
		return bad(why, "version", off + AT(version), version, 2);
	return REFUSAL_NONE;
}

/* The header's fields; `off` is where it lies in the file. */
static enum refusal_code
read_header(struct span h, uint64_t off, struct riscv_facts *r, struct refusal *why)
{
	uint32_t version = span_le32(h, AT(version));
	uint64_t flags = span_le64(h, AT(flags));
	enum refusal_code code = check_version(h, off, version, why);

	if (code)
		return code;
	r->version_major = (uint16_t)(version >> 16);
	r->version_minor = (uint16_t)version;
	r->text_offset = span_le64(h, AT(text_offset));
	r->image_size = span_le64(h, AT(image_size));
	if (flags & RISCV_IMAGE_BIG_ENDIAN)
		return refuse(why, REFUSAL_RISCV_BIG_ENDIAN, off + AT(flags), flags, 0);
	if (r->text_offset & (PAGE - 1))
		return bad(why, "text_offset", off + AT(text_offset), r->text_offset,
		        align_down(r->text_offset, PAGE));
	return REFUSAL_NONE;
}

/* All of an Image goes to one place. */
static enum refusal_code
read_image(
        const struct image *im, struct span head, struct facts *ret_facts, struct refusal *why)
{
	struct facts facts = {.format = KERNEL_RISCV, .size = im->size};
	struct riscv_facts *r = &facts.riscv;
	enum refusal_code code;

	if (head.size < sizeof(struct riscv_image_header))
		return refuse_detail(why, REFUSAL_RISCV_TRUNCATED, "Image header", 0, head.size,
		        sizeof(struct riscv_image_header));
	code = read_header(head, 0, r, why);
	if (code)
		return code;
	if (r->image_size < im->size)
		return bad(why, "image_size", AT(image_size), r->image_size, im->size);
	r->segments = 1;
	r->segment[0] = (struct segment){.file_len = im->size, .mem_len = r->image_size};
	*ret_facts = facts;
	return REFUSAL_NONE;
}

/* An ELF for RISC-V may be a kernel that was not made into an Image. */
static bool
is_riscv_elf(struct span head)
{
	return span_is(head, 0, "\177ELF", 4) && span_u8(head, EI_DATA) == ELFDATA2LSB &&
	       span_le16(head, offsetof(struct elf64_ehdr, e_machine)) == EM_RISCV;
}

static enum refusal_code
refuse_form(const char *what, struct refusal *why)
{
	return refuse_detail(why, REFUSAL_RISCV_FORM, what,
	        offsetof(struct elf64_ehdr, e_machine), EM_RISCV, 0);
}

/*
 * Cut off what lies before the kernel in its lowest segment: the ELF's own headers, which some
 * linkers put there.
 */
static void
start_at_entry(struct segment *lowest, uint64_t entry)
{
	uint64_t skip = entry - lowest->vaddr;

	if (skip >= lowest->file_len)
		return;
	lowest->off += skip;
	lowest->file_len -= skip;
	lowest->vaddr += skip;
	lowest->paddr += skip;
	lowest->mem_len -= skip;
}

/* Where in the file a virtual address is; false if in no segment's file part. */
static bool
find_in_file(const struct elf_facts *elf, uint64_t vaddr, uint64_t len, uint64_t *ret_off)
{
	for (uint32_t i = 0; i < elf->segments; i++) {
		const struct segment *s = &elf->segment[i];

		if (vaddr >= s->vaddr && bounds_ok(s->file_len, vaddr - s->vaddr, len)) {
			*ret_off = s->off + (vaddr - s->vaddr);
			return true;
		}
	}
	return false;
}

/*
 * A relocatable Linux (6.5 and later) relocates itself, but some versions' builds take the
 * relocations out of vmlinux once the Image is made: what is left of them are zeros.
 */
static enum refusal_code
check_relocations(const struct image *im, const struct elf_facts *elf,
        const struct elf_header *dynamic, struct refusal *why)
{
	uint64_t rela = 0, len = 0, off;
	uint64_t size = dynamic->file_len < DYNAMIC_MAX ? dynamic->file_len : DYNAMIC_MAX;
	struct span tags, first;
	enum refusal_code code = image_get_detail(
	        im, dynamic->off, size, REFUSAL_ELF_TRUNCATED, "dynamic section", &tags, why);

	if (code)
		return code;
	for (uint64_t at = 0; at < tags.size; at += DYN_LEN) {
		if (span_le64(tags, at) == DT_RELA)
			rela = span_le64(tags, at + 8);
		if (span_le64(tags, at) == DT_RELASZ)
			len = span_le64(tags, at + 8);
	}
	if (!len)
		return REFUSAL_NONE;
	if (find_in_file(elf, rela, RELA_LEN, &off)) {
		code = image_get_detail(
		        im, off, RELA_LEN, REFUSAL_ELF_TRUNCATED, "relocations", &first, why);
		if (code || span_le64(first, 8))
			return code;
	}
	return refuse_form("an ELF for riscv64 whose relocations were taken out", why);
}

/*
 * The segments by their distance from the kernel's start; memory for all of them. `first` is
 * the lowest address of all.
 */
static void
take_segments(const struct elf_facts *elf, uint64_t first, struct riscv_facts *r)
{
	const struct segment *last = &elf->segment[elf->segments - 1];
	uint64_t start = elf->segment[0].paddr, len = last->paddr - start + last->mem_len;

	r->is_elf = true;
	r->linked = start == first ? start : 0;
	r->fixed = elf->segment[0].vaddr == start ? start : 0;
	r->segments = elf->segments;
	for (uint32_t i = 0; i < elf->segments; i++) {
		r->segment[i] = elf->segment[i];
		r->segment[i].paddr -= start;
	}
	if (r->image_size < len)
		r->image_size = len;
}

/* The Image header, which must be at the start of the lowest segment. */
static enum refusal_code
read_elf_header(const struct image *im, const struct segment *lowest, struct riscv_facts *r,
        struct refusal *why)
{
	struct span header = {NULL, 0};
	enum refusal_code code = REFUSAL_NONE;

	if (lowest->file_len >= sizeof(struct riscv_image_header))
		code = image_get_detail(im, lowest->off, sizeof(struct riscv_image_header),
		        REFUSAL_ELF_TRUNCATED, "segment", &header, why);
	if (code)
		return code;
	if (!is_image(header))
		return refuse_form("an ELF for riscv64 without an Image header", why);
	return read_header(header, lowest->off, r, why);
}

static enum refusal_code
read_elf(const struct image *im, struct span head, struct facts *ret_facts, struct refusal *why)
{
	struct facts facts = {.format = KERNEL_RISCV, .size = im->size};
	struct elf_facts elf;
	struct elf_header dynamic;
	struct segment *lowest = &elf.segment[0];
	uint64_t first;
	enum refusal_code code;

	if (span_u8(head, EI_CLASS) != ELFCLASS64)
		return refuse_form("an ELF for riscv32", why);
	code = elf_riscv_segments(im, &elf, &dynamic, why);
	if (code)
		return code;
	first = lowest->paddr;
	start_at_entry(lowest, elf.entry);
	code = read_elf_header(im, lowest, &facts.riscv, why);
	if (!code)
		code = check_relocations(im, &elf, &dynamic, why);
	if (code)
		return code;
	take_segments(&elf, first, &facts.riscv);
	*ret_facts = facts;
	return REFUSAL_NONE;
}

/* *ret_found is false if the file is not for RISC-V. Errors: what it lacks to be a kernel. */
static enum refusal_code
probe_riscv_forms(
        const struct image *im, bool *ret_found, struct facts *ret_facts, struct refusal *why)
{
	struct span head;
	enum refusal_code code = probe_head(im, &head, why);

	*ret_found = true;
	if (code)
		return code;
	if (is_riscv_elf(head))
		return read_elf(im, head, ret_facts, why);
	if (is_image(head))
		return read_image(im, head, ret_facts, why);
	*ret_found = false;
	return pe_riscv_probe(im, head, why);
}

/* What the other body's probe recognises is a kernel, but for another machine. */
static enum refusal_code
refuse_x86(const struct image *im, struct refusal *why)
{
	struct facts x86;
	enum refusal_code code = kernel_probe(im, &x86, why);

	if (code)
		return code;
	return refuse_detail(why, REFUSAL_KERNEL_ARCH,
	        x86.format == KERNEL_BZIMAGE ? "an x86 bzImage" : "an x86 ELF", 0, 0, 0);
}

enum refusal_code
riscv_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	bool found;
	enum refusal_code code = probe_riscv_forms(im, &found, ret_facts, ret_why);

	return code || found ? code : refuse_x86(im, ret_why);
}

enum refusal_code
any_kernel_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	bool found;
	enum refusal_code code = probe_riscv_forms(im, &found, ret_facts, ret_why);

	return code || found ? code : kernel_probe(im, ret_facts, ret_why);
}
