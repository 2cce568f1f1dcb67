/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A RISC-V Image into facts.
 *
 * Linux Documentation/arch/riscv/boot-image-header.rst, header version 0.2. Known by magic2 at
 * 0x38 alone: Debian's Image is a PE file too ("MZ" at 0), and the older magic is deprecated.
 * image_size is what counts for memory; a file cannot be longer than it.
 */
#include "probe.h"
#include "stub/wire/elf.h"
#include "stub/wire/riscv_image.h"

#define AT(field) offsetof(struct riscv_image_header, field)

static enum refusal_code
bad(struct refusal *why, const char *field, uint64_t where, uint64_t found, uint64_t wanted)
{
	return refuse_detail(why, REFUSAL_RISCV_HEADER, field, where, found, wanted);
}

static enum refusal_code
read_header(struct span h, uint64_t size, struct facts *facts, struct refusal *why)
{
	uint32_t version = span_le32(h, AT(version));
	uint64_t flags = span_le64(h, AT(flags));
	struct riscv_facts r = {
	        .version_major = (uint16_t)(version >> 16),
	        .version_minor = (uint16_t)version,
	        .text_offset = span_le64(h, AT(text_offset)),
	        .image_size = span_le64(h, AT(image_size)),
	};

	if (r.version_major != RISCV_IMAGE_MAJOR || r.version_minor < 2)
		return bad(why, "version", AT(version), version, 2);
	if (flags & RISCV_IMAGE_BIG_ENDIAN)
		return refuse(why, REFUSAL_RISCV_BIG_ENDIAN, AT(flags), flags, 0);
	if (r.text_offset & (PAGE - 1))
		return bad(why, "text_offset", AT(text_offset), r.text_offset,
		        align_down(r.text_offset, PAGE));
	if (r.image_size < size)
		return bad(why, "image_size", AT(image_size), r.image_size, size);
	facts->format = KERNEL_RISCV;
	facts->size = size;
	facts->riscv = r;
	return REFUSAL_NONE;
}

/* An ELF for RISC-V is a kernel that was not made into an Image. */
static enum refusal_code
refuse_elf(struct span head, struct refusal *why)
{
	uint64_t at = offsetof(struct elf64_ehdr, e_machine);
	const char *what = "an ELF for riscv64 (vmlinux)";

	if (!span_is(head, 0, "\177ELF", 4) || span_u8(head, EI_DATA) != ELFDATA2LSB ||
	        span_le16(head, at) != EM_RISCV)
		return REFUSAL_NONE;
	if (span_u8(head, EI_CLASS) != ELFCLASS64)
		what = "an ELF for riscv32";
	return refuse_detail(why, REFUSAL_RISCV_FORM, what, at, EM_RISCV, 0);
}

/* Header version 0.1 has the older magic alone. */
static enum refusal_code
refuse_old_image(struct span head, struct refusal *why)
{
	if (!span_is(head, AT(magic), "RISCV\0\0\0", 8))
		return REFUSAL_NONE;
	return refuse_detail(why, REFUSAL_RISCV_FORM, "an Image with a header of version 0.1",
	        AT(version), span_le32(head, AT(version)), 2);
}

/*
 * A kernel for RISC-V that is no Image, by its name. Errors: REFUSAL_NEED; REFUSAL_RISCV_FORM;
 * REFUSAL_NONE if it is for another machine, or no kernel.
 */
static enum refusal_code
refuse_other_form(const struct image *im, struct span head, struct refusal *why)
{
	enum refusal_code code;

	if ((code = refuse_elf(head, why)) || (code = refuse_old_image(head, why)))
		return code;
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

static bool
is_image(struct span head)
{
	return span_le32(head, AT(magic2)) == RISCV_IMAGE_MAGIC2;
}

enum refusal_code
riscv_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code;

	code = probe_head(im, &head, ret_why);
	if (code)
		return code;
	if (!is_image(head)) {
		code = refuse_other_form(im, head, ret_why);
		return code ? code : refuse_x86(im, ret_why);
	}
	if (head.size < sizeof(struct riscv_image_header))
		return refuse_detail(ret_why, REFUSAL_RISCV_TRUNCATED, "Image header", 0,
		        head.size, sizeof(struct riscv_image_header));
	return read_header(head, im->size, ret_facts, ret_why);
}

enum refusal_code
any_kernel_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code = probe_head(im, &head, ret_why);

	if (code)
		return code;
	if (is_image(head))
		return riscv_probe(im, ret_facts, ret_why);
	code = refuse_other_form(im, head, ret_why);
	return code ? code : kernel_probe(im, ret_facts, ret_why);
}
