/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as UEFI's load options: what is taken out of them lies in the text and is text; an
 * EFI_LOAD_OPTION's data are its last bytes; what the kernel gets reads the same when it is the
 * options of a second program.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "stub/input/efi_load_option.h"
#include "stub/input/efi_options.h"
#include "stub/input/utf.h"

static struct efi_options o, again;

static bool
is_inside(const char *path)
{
	return path >= o.text && path + strlen(path) < o.text + sizeof(o.text);
}

static void
check_text(const char *text)
{
	for (; *text; text++)
		REQUIRE((uint8_t)*text >= ' ' || strchr("\t\n\r", *text));
}

static void
check_path(const char *path)
{
	const char *rest;
	struct span volume = efi_path_volume(path, &rest);

	REQUIRE(is_inside(path) && !strchr(path, '"'));
	REQUIRE(rest == path + (volume.size ? volume.size + 1 : 0));
	check_text(path);
}

/* "x " in front, because no word of the kernel's is one of the leading ones then. */
static void
check_words(void)
{
	static char text[sizeof(o.words) + 2];
	static uint16_t wide[sizeof(text)];
	struct refusal why;
	size_t len = 0;

	if (strlen(o.words) + 3 > EFI_OPTIONS_ROOM)
		return;
	snprintf(text, sizeof(text), "x %s", o.words);
	REQUIRE(utf16_from_8(text, wide, sizeof(wide) / sizeof(wide[0])));
	while (wide[len])
		len++;
	REQUIRE(!efi_options_read(
	        (struct span){(const uint8_t *)wide, 2 * len}, "", &again, &why));
	REQUIRE(!again.kernel && !again.initrds && !again.ignored.code);
	REQUIRE(strcmp(again.words, o.words[0] ? text : "x") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span raw = {data, size}, optional;
	struct refusal why;

	if (efi_load_option_read(raw, &optional))
		REQUIRE(optional.base + optional.size == data + size);
	if (efi_options_read(raw, "\\EFI\\my kshim.efi", &o, &why))
		return 0;
	if (o.ignored.code)
		REQUIRE(!o.kernel && !o.initrds && !o.words[0] && o.ignored.where < size);
	if (o.kernel)
		check_path(o.kernel);
	for (uint32_t i = 0; i < o.initrds; i++)
		check_path(o.initrd[i]);
	check_text(o.words);
	check_words();
	return 0;
}
