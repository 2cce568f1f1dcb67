/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a bundle (stub/bundle.h) or a unified kernel image (UAPI Group Specifications, "Unified
 * Kernel Image") apart, a file's or our own.
 *
 * Nothing is copied: the parts stay where file or image lie. Surprise: a bzImage is a PE too;
 * only a .linux section makes a unified kernel image.
 */
#include "efi/boot.h"
#include "stub/bundle.h"

static struct file
part(const char *name, struct span whole, uint64_t off, uint64_t len)
{
	struct file file = {name, {whole.base, 0}};

	(void)span_sub(whole, off, len, &file.bytes);
	return file;
}

static enum refusal_code
take_bundle(struct boot *b, const struct bundle *m, struct refusal *ret_why)
{
	struct span whole = b->kernel.bytes;

	b->kernel.bytes = part("", whole, m->kernel_off, m->kernel_len).bytes;
	b->own_words = part("", whole, m->cmdline_off, m->cmdline_len).bytes;
	return sources_add_initrd(
	        b, part("initrd of the bundle", whole, m->initrd_off, m->initrd_len), ret_why);
}

/* A section's content in the file, or in the loaded image. */
static struct file
section(const struct pe *pe, const char *name, struct span whole, bool loaded)
{
	const struct pe_section *s = pe_find(pe, name);

	return s ? part(name, whole, loaded ? s->addr : s->off, s->len)
	         : (struct file){name, {NULL, 0}};
}

/* .linux is b->kernel already. */
static enum refusal_code
take_sections(struct boot *b, const struct pe *pe, struct span whole, bool loaded,
        struct refusal *ret_why)
{
	enum refusal_code code;

	b->own_words = section(pe, ".cmdline", whole, loaded).bytes;
	code = sources_add_initrd(b, section(pe, ".ucode", whole, loaded), ret_why);
	if (code)
		return code;
	return sources_add_initrd(b, section(pe, ".initrd", whole, loaded), ret_why);
}

enum refusal_code
unpack_kernel(struct boot *b, struct refusal *ret_why)
{
	static struct pe pe;
	struct span whole = b->kernel.bytes;
	struct image im = image_of(whole);
	struct bundle members;
	bool found;
	enum refusal_code code = bundle_read(&im, &found, &members, ret_why);

	if (!code && found) {
		code = take_bundle(b, &members, ret_why);
		b->whole = b->kernel.bytes;
		found = false; /* of no matter: a bundle holds a kernel and no image */
	} else if (!code) {
		b->whole = whole;
		code = pe_read(whole, &found, &pe, ret_why);
	}
	b->is_uki = !code && found && pe_find(&pe, ".linux");
	if (b->is_uki && b->secure)
		return REFUSAL_NONE; /* the firmware will start it as it is */
	if (b->is_uki) {
		b->kernel.bytes = section(&pe, ".linux", whole, false).bytes;
		code = take_sections(b, &pe, whole, false, ret_why);
	}
	if (code && !ret_why->subject)
		ret_why->subject = b->kernel.name;
	return code;
}

enum refusal_code
unpack_self(struct boot *b, bool *ret_found, struct refusal *ret_why)
{
	static struct pe pe;
	struct span whole = {fw.self->ImageBase, fw.self->ImageSize};
	enum refusal_code code = pe_read(whole, ret_found, &pe, ret_why);

	if (code || !*ret_found)
		return code;
	*ret_found = pe_find(&pe, ".linux") != NULL;
	if (!*ret_found)
		return REFUSAL_NONE;
	b->from = "sections of kshim.efi";
	b->kernel = section(&pe, ".linux", whole, true);
	return take_sections(b, &pe, whole, true, ret_why);
}
