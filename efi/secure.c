/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Secure Boot allows: who vouches for kernel, initrd and command line.
 *
 * Sections of our own image are covered by its signature; anything else must be pinned in
 * .kshpin, or be an image that the firmware itself verifies (start.c). Surprise: an absent
 * initrd or an empty line counts as such, so that leaving one away is no way around its pin.
 * Parts that are pinned for two boots are not to be mixed: what is pinned together counts.
 */
#include "efi/secure.h"
#include "efi/kept_text.h"
#include "stub/input/pin.h"

static struct span
pins(void)
{
	static struct pe pe;
	struct span image = {fw.self->ImageBase, fw.self->ImageSize};
	struct refusal why;
	bool found;

	if (pe_read(image, &found, &pe, &why) || !found)
		return (struct span){NULL, 0};
	return pe_content(&pe, ".kshpin", image, true);
}

bool
secure_is_own(struct span bytes)
{
	uint64_t base = (uintptr_t)fw.self->ImageBase, at = (uintptr_t)bytes.base;

	return at >= base && bounds_ok(fw.self->ImageSize, at - base, bytes.size);
}

static bool
pinned(const char *name, struct span bytes)
{
	uint8_t sum[SHA256_LEN];

	sha256_of(bytes, sum);
	return pin_has(pins(), name, sum);
}

static bool
initrds_pinned(const struct boot *b)
{
	uint8_t sum[SHA256_LEN];
	struct sha256 h;

	sha256_start(&h);
	for (uint32_t i = 0; i < b->initrds; i++)
		pin_add_initrd(&h, b->initrd[i].bytes, i + 1 == b->initrds);
	sha256_end(&h, sum);
	return pin_has(pins(), "initrd", sum);
}

static bool
initrds_own(const struct boot *b)
{
	bool own = true;

	for (uint32_t i = 0; i < b->initrds; i++)
		own = own && secure_is_own(b->initrd[i].bytes);
	return own;
}

/* Is all that would be in the initrd signed with us, or pinned? */
static bool
initrds_allowed(const struct boot *b)
{
	return (!pin_names(pins(), "initrd") && initrds_own(b)) || initrds_pinned(b);
}

bool
secure_line_is_own(const struct boot *b)
{
	return b->own_words.size && secure_is_own(b->own_words) &&
	       !(b->entry && b->entry->options) && !b->options.words[0];
}

/* The whole line from our own section, or pinned: with our own words, which steer the boot. */
static bool
line_allowed(const struct boot *b)
{
	return secure_line_is_own(b) || pinned("cmdline", text_span(b->joined));
}

/* Pins for several boots: are the parts of this one pinned together? */
static bool
together_allowed(const struct boot *b)
{
	uint8_t sum[SHA256_LEN];
	struct sha256 h;

	if (!pin_names(pins(), "together") ||
	        (secure_is_own(b->kernel.bytes) && initrds_own(b) && secure_line_is_own(b)))
		return true;
	sha256_start(&h);
	pin_add_part(&h, b->kernel.bytes);
	for (uint32_t i = 0; i < b->initrds; i++)
		pin_add_part(&h, b->initrd[i].bytes);
	pin_add_part(&h, text_span(b->joined));
	sha256_end(&h, sum);
	return pin_has(pins(), "together", sum);
}

static enum refusal_code
not_allowed(const char *subject, const char *name, struct refusal *why)
{
	refuse(why, REFUSAL_EFI_UNSIGNED, 0, 0, 0);
	why->subject = subject;
	why->detail = name;
	return why->code;
}

/* The protocols of a shim before us (rhboot/shim, 16.1); the second one only since
 * version 16. */
static EFI_GUID shim_lock = {
        0x605dab50, 0xe046, 0x4300, {0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23}};
static EFI_GUID shim_loader = {
        0x1f492041, 0xfadb, 0x4e59, {0x9e, 0x57, 0x7c, 0xaf, 0xe7, 0x3a, 0x55, 0xab}};

const char *
secure_why_not_loaded(EFI_STATUS status)
{
	if (status != EFI_SECURITY_VIOLATION && status != EFI_ACCESS_DENIED)
		return "the firmware does not load it";
	if (protocol_any(&shim_loader))
		return "no key of the firmware's or of shim's verifies it";
	if (protocol_any(&shim_lock))
		return "no key of the firmware's verifies it, and shim loads images since version 16 only";
	return "no key of the firmware's verifies it";
}

bool
secure_kernel_allowed(const struct boot *b)
{
	return secure_is_own(b->kernel.bytes) || pinned("kernel", b->kernel.bytes);
}

enum refusal_code
secure_check(const struct boot *b, struct refusal *ret_why)
{
	if (!secure_kernel_allowed(b))
		return not_allowed(b->kernel.name, "kernel", ret_why);
	if (!initrds_allowed(b))
		return not_allowed(
		        b->initrds == 1 ? b->initrd[0].name : "the initrd", "initrd", ret_why);
	if (!line_allowed(b))
		return not_allowed("the command line", "cmdline", ret_why);
	if (!together_allowed(b))
		return not_allowed("kernel, initrds and command line", "together", ret_why);
	return REFUSAL_NONE;
}
