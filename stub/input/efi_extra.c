/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies beside a unified kernel image (systemd-stub(7), "Companion Files", "Initrd
 * Resources").
 */
#include "efi_extra.h"
#include "stub/base/text.h"

const struct efi_extra_files *
efi_extra_files(unsigned i)
{
	static const struct efi_extra_files kinds[EFI_EXTRA_FILES] = {
	        {NULL, ".cred", NULL, {".extra/credentials", 0500, 0400}, EXTRA_CREDENTIALS,
	                "Credentials initrd", MEASURE_PCR_LINE},
	        {"\\loader\\credentials", ".cred", NULL,
	                {".extra/global_credentials", 0500, 0400}, EXTRA_CREDENTIALS,
	                "Global credentials initrd", MEASURE_PCR_LINE},
	        {NULL, ".raw", ".confext.raw", {".extra/sysext", 0555, 0444}, EXTRA_SYSEXTS,
	                "System extension initrd", MEASURE_PCR_EXTENSION},
	        {"\\loader\\extensions", ".raw", ".confext.raw",
	                {".extra/global_sysext", 0555, 0444}, EXTRA_SYSEXTS,
	                "Global system extension initrd", MEASURE_PCR_EXTENSION},
	        {NULL, ".confext.raw", NULL, {".extra/confext", 0555, 0444}, EXTRA_CONFEXTS,
	                "Configuration extension initrd", MEASURE_PCR_LINE},
	        {"\\loader\\extensions", ".confext.raw", NULL,
	                {".extra/global_confext", 0555, 0444}, EXTRA_CONFEXTS,
	                "Global configuration extension initrd", MEASURE_PCR_LINE},
	};

	return &kinds[i];
}

const struct efi_extra_target efi_extra_section_target = {".extra", 0555, 0444};
const struct efi_extra_target efi_extra_secret_target = {".extra", 0555, 0400};

const struct efi_extra_section *
efi_extra_section(unsigned i)
{
	static const struct efi_extra_section sections[EFI_EXTRA_SECTIONS] = {
	        {".pcrsig", "tpm2-pcr-signature.json"},
	        {".pcrpkey", "tpm2-pcr-public-key.pem"},
	        {".osrel", "os-release"},
	        {".profile", "profile"},
	};

	return &sections[i];
}

const char *
efi_addon_folder(unsigned i)
{
	return i ? NULL : "\\loader\\addons";
}

void
efi_extra_write(struct newc *a, const struct efi_extra_target *target,
        const struct efi_extra_names *names, const struct span *file)
{
	newc_folder(a, target->path, target->folder_mode);
	for (uint32_t i = 0; i < names->count; i++)
		newc_file(a, target->path, names->name[i], target->file_mode, file[i]);
	newc_end(a);
}

/* The end of a counter +LEFT[-DONE] that begins at `at`; `at` if there is none. */
static uint64_t
counter_end(struct span s, uint64_t at)
{
	uint64_t end = at;

	for (unsigned part = 0; part < 2; part++) {
		uint64_t digit = end + 1;

		if (span_u8(s, end) != (part ? '-' : '+'))
			break;
		while (span_u8(s, digit) >= '0' && span_u8(s, digit) <= '9')
			digit++;
		if (digit == end + 1)
			return at;
		end = digit;
	}
	return end == s.size || span_u8(s, end) == '.' ? end : at;
}

bool
efi_extra_folder(const char *self, char *buf, size_t size)
{
	struct text out = text_init(buf, size);
	struct span path = text_span(self);
	uint64_t name = 0;

	for (uint64_t i = 0; i < path.size; i++) {
		if (path.base[i] == '\\' || path.base[i] == '/')
			name = i + 1;
	}
	for (uint64_t i = 0; i < path.size; i++) {
		if (i >= name)
			i = counter_end(path, i);
		if (i < path.size)
			text_char(&out, (char)path.base[i]);
	}
	text_str(&out, ".extra.d");
	return name < path.size && out.len < size;
}

static bool
ends_with(struct span name, const char *suffix)
{
	struct span end = text_span(suffix);
	uint64_t skip = name.size - end.size;

	if (end.size > name.size)
		return false;
	for (uint64_t i = 0; i < end.size; i++) {
		if (text_lower(name.base[skip + i]) != end.base[i])
			return false;
	}
	return true;
}

bool
efi_extra_name(const uint16_t *wide, size_t units, const char *suffix, const char *but,
        char ret_name[EFI_EXTRA_NAME])
{
	struct span name = {(const uint8_t *)ret_name, 0};

	while (name.size < units && wide[name.size]) {
		if (name.size + 1 == EFI_EXTRA_NAME || wide[name.size] > 0x7f)
			return false;
		ret_name[name.size] = (char)wide[name.size];
		name.size++;
	}
	if (name.size == units)
		return false;
	ret_name[name.size] = 0;
	return ret_name[0] != '.' && ends_with(name, suffix) && !(but && ends_with(name, but));
}

static bool
comes_after(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a > (uint8_t)*b;
}

void
efi_extra_sort(char (*names)[EFI_EXTRA_NAME], uint32_t count)
{
	char moved[EFI_EXTRA_NAME];

	for (uint32_t i = 1; i < count; i++) {
		uint32_t to = i;

		memcpy(moved, names[i], sizeof(moved));
		for (; to && comes_after(names[to - 1], moved); to--)
			memcpy(names[to], names[to - 1], sizeof(moved));
		memcpy(names[to], moved, sizeof(moved));
	}
}
