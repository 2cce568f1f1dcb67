/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel bytes into facts: which format is it?
 *
 * An ELF is known by its magic, a bzImage by "HdrS" at 0x202 (Linux
 * Documentation/arch/x86/boot.rst); everything else is named by other_probe(). The ELF magic
 * is asked first: an ELF may hold anything at 0x202, a bzImage never starts with 0x7f.
 */
#include "probe.h"
#include "stub/wire/bootparam.h"

#define HEAD       4096        /* bytes */
#define ELF_MAGIC  0x464c457fu /* "\177ELF" */
#define SYSSIZE_AT 0x1f4

enum refusal_code
refuse_detail(struct refusal *why, enum refusal_code code, const char *detail, uint64_t where,
        uint64_t found, uint64_t wanted)
{
	refuse(why, code, where, found, wanted);
	why->detail = detail;
	return code;
}

enum refusal_code
image_get_detail(const struct image *im, uint64_t off, uint64_t len, enum refusal_code code,
        const char *detail, struct span *ret_bytes, struct refusal *ret_why)
{
	enum refusal_code got = image_get(im, off, len, code, ret_bytes, ret_why);

	if (got == code)
		ret_why->detail = detail;
	return got;
}

enum refusal_code
probe_head(const struct image *im, struct span *ret_head, struct refusal *ret_why)
{
	uint64_t len = im->size < HEAD ? im->size : HEAD;

	return image_get(im, 0, len, REFUSAL_NEED, ret_head, ret_why);
}

/*
 * The setup header of kshim.efi, and of what ukify makes of it, is there for QEMU's sake only:
 * no code belongs to it.
 */
static bool
is_bzimage(struct span head)
{
	return span_le32(head, 0x202) == ZP_HDRS &&
	       (span_le32(head, SYSSIZE_AT) || !span_is(head, 0, "MZ", 2));
}

enum refusal_code
kernel_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code;

	if (im->size == 0)
		return refuse(ret_why, REFUSAL_KERNEL_EMPTY, 0, 0, 0);
	code = probe_head(im, &head, ret_why);
	if (code)
		return code;
	if (span_le32(head, 0) == ELF_MAGIC)
		return elf_probe(im, ret_facts, ret_why);
	if (is_bzimage(head))
		return bzimage_read(im, head, ret_facts, ret_why);
	return other_probe(im, ret_why);
}
