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

#define ELF_MAGIC 0x464c457fu /* "\177ELF" */

/*
 * The setup header of kshim.efi, and of what ukify makes of it, is there for QEMU's sake only:
 * no code belongs to it.
 */
static bool
is_bzimage(struct span head)
{
	return span_le32(head, ZP_AT(header)) == ZP_HDRS &&
	       (span_le32(head, ZP_AT(syssize)) || !span_is(head, 0, "MZ", 2));
}

enum refusal_code
kernel_probe(const struct image *im, struct facts *ret_facts, struct refusal *ret_why)
{
	struct span head;
	enum refusal_code code;

	code = probe_head(im, &head, ret_why);
	if (code)
		return code;
	if (span_le32(head, 0) == ELF_MAGIC)
		return elf_probe(im, ret_facts, ret_why);
	if (is_bzimage(head))
		return bzimage_probe(im, ret_facts, ret_why);
	return other_probe(im, ret_why);
}
