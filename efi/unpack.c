/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a bundle (stub/input/bundle.h) or a unified kernel image (UAPI Group Specifications,
 * "Unified Kernel Image") apart, a file's or our own.
 *
 * Nothing is copied: the parts stay where file or image lie. Surprise: a bzImage is a PE too;
 * only a .linux section makes a unified kernel image.
 */
#include "efi/unpack.h"
#include "efi/initrds.h"
#include "stub/input/bundle.h"

static struct file
part(const char *name, struct span whole, uint64_t off, uint64_t len)
{
	struct file file = {.name = name, .bytes = {whole.base, 0}};

	(void)span_sub(whole, off, len, &file.bytes);
	return file;
}

static enum refusal_code
take_bundle(struct boot *b, const struct bundle *m, struct refusal *ret_why)
{
	struct span whole = b->kernel.bytes;

	b->kernel.bytes = part("", whole, m->kernel_off, m->kernel_len).bytes;
	b->kernel.device = NULL;
	b->own_words = part("", whole, m->cmdline_off, m->cmdline_len).bytes;
	return initrds_add(
	        b, part("initrd of the bundle", whole, m->initrd_off, m->initrd_len), ret_why);
}

/* A section's content in the file, or in the loaded image. */
static struct file
section(const struct pe *pe, const char *name, struct span whole, bool loaded)
{
	return (struct file){.name = name, .bytes = pe_content(pe, name, whole, loaded)};
}

/* .linux is b->kernel already. */
static enum refusal_code
take_sections(struct boot *b, const struct pe *pe, struct span whole, bool loaded,
        struct refusal *ret_why)
{
	enum refusal_code code;

	b->own_words = section(pe, ".cmdline", whole, loaded).bytes;
	b->own_is_section = true;
	code = initrds_add(b, section(pe, ".ucode", whole, loaded), ret_why);
	if (code)
		return code;
	return initrds_add(b, section(pe, ".initrd", whole, loaded), ret_why);
}

/* Leave of a unified kernel image what the chosen profile has, or profile 0. */
static enum refusal_code
take_profile(const struct boot *b, struct pe *pe, struct refusal *ret_why)
{
	uint32_t profiles = pe_profiles(pe);

	if (pe_take_profile(pe, b->profile))
		return REFUSAL_NONE;
	return refuse(ret_why, REFUSAL_EFI_PROFILE, 0, b->profile, profiles);
}

static enum refusal_code
take_image(struct boot *b, struct pe *pe, struct refusal *ret_why)
{
	struct span whole = b->kernel.bytes;
	enum refusal_code code = take_profile(b, pe, ret_why);

	if (code || b->secure)
		return code; /* the firmware will start it as it is */
	b->kernel.bytes = section(pe, ".linux", whole, false).bytes;
	return take_sections(b, pe, whole, false, ret_why);
}

enum refusal_code
unpack_kernel(struct boot *b, struct refusal *ret_why)
{
	static struct pe pe;
	struct image im = image_of(b->kernel.bytes);
	struct bundle members;
	bool found;
	enum refusal_code code = bundle_read(&im, &found, &members, ret_why);

	if (!code && found) {
		code = take_bundle(b, &members, ret_why);
		found = false; /* of no matter: a bundle holds a kernel and no image */
	} else if (!code) {
		code = pe_read(b->kernel.bytes, &found, &pe, ret_why);
	}
	b->whole = b->kernel.bytes;
	b->is_uki = !code && found && pe_find(&pe, ".linux");
	if (b->is_uki)
		code = take_image(b, &pe, ret_why);
	else if (!code && b->has_profile)
		code = refuse(ret_why, REFUSAL_EFI_PROFILE, 0, b->profile, 0);
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

	if (!code && *ret_found)
		*ret_found = pe_find(&pe, ".linux") != NULL;
	if (code || !*ret_found)
		return code;
	b->from = "sections of kshim.efi";
	code = take_profile(b, &pe, ret_why);
	if (code) {
		ret_why->subject = "kshim.efi";
		return code;
	}
	b->kernel = section(&pe, ".linux", whole, true);
	return take_sections(b, &pe, whole, true, ret_why);
}

bool
unpack_own(const struct boot *b, struct pe *ret_pe)
{
	struct span whole = {fw.self->ImageBase, fw.self->ImageSize};
	struct refusal why;
	bool found;

	return !pe_read(whole, &found, ret_pe, &why) && found &&
	       pe_take_profile(ret_pe, b->profile);
}

bool
unpack_own_section(const struct boot *b, const char *name, struct span *ret_content)
{
	static struct pe pe;
	struct span whole = {fw.self->ImageBase, fw.self->ImageSize};

	if (!unpack_own(b, &pe))
		return false;
	*ret_content = pe_content(&pe, name, whole, true);
	return ret_content->size;
}
