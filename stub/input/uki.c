/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the sections of a unified kernel image, of one of its profiles.
 */
#include "uki.h"
#include "bls.h"
#include "pe.h"

struct part_row {
	const char *section;
	size_t place; /* of its struct uki_part in struct uki */
};

static const struct part_row parts[] = {
        {".linux", offsetof(struct uki, kernel)},
        {".cmdline", offsetof(struct uki, cmdline)},
        {".ucode", offsetof(struct uki, ucode)},
        {".initrd", offsetof(struct uki, initrd)},
};

enum refusal_code
uki_look(const struct image *im, bool *ret_found, struct refusal *ret_why)
{
	struct pe_headers h;
	bool is_pe;
	enum refusal_code code = pe_headers(im, &is_pe, &h, ret_why);

	*ret_found = false;
	if (code || !is_pe ||
	        (h.machine != PE_MACHINE_X86_64 && h.machine != PE_MACHINE_I386 &&
	                h.machine != PE_MACHINE_RISCV64))
		return code;
	for (uint32_t i = 0; i < h.sections; i++) {
		struct pe_section s = pe_section(&h, i);

		if (s.len && pe_section_is(&s, parts[0].section))
			*ret_found = true;
	}
	return REFUSAL_NONE;
}

static enum refusal_code
section_bytes(const struct image *im, const struct pe_section *s, const char *name,
        struct span *ret_bytes, struct refusal *why)
{
	enum refusal_code code =
	        image_get(im, s->off, s->len, REFUSAL_PE_HEADER, ret_bytes, why);

	if (code == REFUSAL_PE_HEADER)
		why->detail = name;
	return code;
}

static bool
starts_profile(const struct pe_section *s)
{
	return s->len && pe_section_is(s, PE_PROFILE);
}

bool
uki_profile_number(const char *word, uint32_t *ret_number)
{
	uint32_t n = 0, digits = 0;

	if (word[0] != '@')
		return false;
	for (const char *at = word + 1; *at; at++, digits++) {
		if (*at < '0' || *at > '9' || digits == 4)
			return false;
		n = 10 * n + (uint32_t)(*at - '0');
	}
	*ret_number = n;
	return digits != 0;
}

/* The number of the profile whose .profile section says ID=`id`. */
static enum refusal_code
find_id(const struct image *im, const struct pe_headers *h, const char *id,
        uint32_t *ret_number, struct refusal *why)
{
	uint32_t profiles = 0;
	enum refusal_code code;
	struct span text;

	for (uint32_t i = 0; i < h->sections; i++) {
		struct pe_section s = pe_section(h, i);

		if (!starts_profile(&s))
			continue;
		code = section_bytes(im, &s, PE_PROFILE, &text, why);
		if (code)
			return code;
		*ret_number = profiles++;
		if (span_equals(bls_os_release(text, "ID"), id))
			return REFUSAL_NONE;
	}
	refuse(why, REFUSAL_UKI_PROFILE, 0, 0, profiles);
	why->detail = id;
	return why->code;
}

static enum refusal_code
find_profile(const struct image *im, const struct pe_headers *h, const char *profile,
        uint32_t *ret_number, struct refusal *why)
{
	uint32_t profiles = 0;

	*ret_number = 0;
	if (!profile[0])
		return REFUSAL_NONE;
	if (!uki_profile_number(profile, ret_number))
		return find_id(im, h, profile, ret_number, why);
	for (uint32_t i = 0; i < h->sections; i++) {
		struct pe_section s = pe_section(h, i);

		profiles += starts_profile(&s);
	}
	if (!profiles)
		profiles = 1;
	if (*ret_number >= profiles)
		return refuse(why, REFUSAL_EFI_PROFILE, 0, *ret_number, profiles);
	return REFUSAL_NONE;
}

/* The first section of that name that the profile has, else the first that all have. */
static struct pe_section
find_section(const struct pe_headers *h, const char *name, uint32_t profile)
{
	struct pe_section for_all = {.len = 0};
	uint32_t started = 0; /* .profile sections so far */

	for (uint32_t i = 0; i < h->sections; i++) {
		struct pe_section s = pe_section(h, i);

		started += starts_profile(&s);
		if (!s.len || !pe_section_is(&s, name))
			continue;
		if (started == profile + 1)
			return s;
		if (!started && !for_all.len)
			for_all = s;
	}
	return for_all;
}

static enum refusal_code
take_part(const struct image *im, const struct pe_section *s, const char *name,
        struct uki_part *ret_part, struct refusal *why)
{
	*ret_part = (struct uki_part){s->len ? s->off : 0, s->len};
	if (bounds_ok(im->size, ret_part->off, s->len))
		return REFUSAL_NONE;
	refuse(why, REFUSAL_PE_HEADER, s->off, im->size, s->off + s->len);
	why->detail = name;
	return why->code;
}

enum refusal_code
uki_read(const struct image *im, const char *profile, struct uki *ret_uki,
        struct refusal *ret_why)
{
	struct pe_headers h = {.sections = 0};
	struct uki uki = {.kernel = {0, 0}};
	uint32_t number = 0;
	bool is_pe;
	enum refusal_code code = pe_headers(im, &is_pe, &h, ret_why);

	if (!code)
		code = find_profile(im, &h, profile, &number, ret_why);
	for (size_t i = 0; !code && i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct pe_section s = find_section(&h, parts[i].section, number);
		struct uki_part part;

		code = take_part(im, &s, parts[i].section, &part, ret_why);
		memcpy((uint8_t *)&uki + parts[i].place, &part, sizeof(part));
	}
	if (!code)
		*ret_uki = uki;
	return code;
}
