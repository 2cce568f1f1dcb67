/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kernel, initrds and command line come from, in this order: the load options, sections
 * of our own image, a bundle that the firmware offers by LoadFile2, boot entries.
 *
 * Initrds are those packed with the kernel, those that the options name, and what the firmware
 * offers; the kernel's line is what is packed with it, a blank, the options' words.
 */
#include "efi/boot.h"
#include "efi/entries.h"
#include "efi/initrds.h"
#include "efi/kept_text.h"
#include "efi/say.h"
#include "efi/unpack.h"
#include "stub/input/bundle.h"
#include "stub/input/efi_line.h"
#include "stub/input/utf.h"

/* The path that the firmware loaded us from: the file nodes of its device path, joined. */
static void
find_self(struct boot *b)
{
	const uint8_t *at = (const uint8_t *)fw.self->FilePath;
	uint64_t left = at ? device_path_len(fw.self->FilePath) : 0;
	static uint16_t path[FILE_PATH];
	size_t n = 0;

	while (left >= 4) {
		uint64_t len = at[2] | (uint64_t)at[3] << 8;

		if (at[0] == MEDIA_DEVICE_PATH && at[1] == MEDIA_FILEPATH_DP)
			for (uint64_t i = 4; i + 1 < len && n + 1 < FILE_PATH; i += 2) {
				path[n] = (uint16_t)(at[i] | at[i + 1] << 8);
				n += path[n] != 0;
			}
		at += len;
		left -= len;
	}
	if (!utf8_from_16(
	            (struct span){(const uint8_t *)path, 2 * n}, b->self, sizeof(b->self)))
		b->self[0] = 0;
}

enum refusal_code
sources_options(struct boot *b, struct refusal *ret_why)
{
	struct span raw = {fw.self->LoadOptions, fw.self->LoadOptionsSize};
	enum refusal_code code;

	find_self(b);
	if (!raw.base)
		raw.size = 0;
	code = efi_options_read(raw, b->self, &b->options, ret_why);
	if (b->options.was_load_option)
		say("the load options are a whole EFI_LOAD_OPTION: its optional data is taken");
	if (b->options.ignored.code)
		say_refusal(&b->options.ignored);
	b->profile = b->options.profile;
	b->has_profile = b->options.has_profile;
	return code;
}

static bool
is_bundle(struct file file)
{
	struct image im = image_of(file.bytes);
	struct bundle members;
	struct refusal why;
	bool found = false;

	return bundle_read(&im, &found, &members, &why) != REFUSAL_NONE || found;
}

/* The word of the load options that would have been the kernel, or NULL. */
static const char *
first_word(const struct boot *b)
{
	struct span word = text_span(b->options.words);

	for (uint64_t i = 0; i < word.size; i++) {
		if (word.base[i] == ' ')
			word.size = i;
	}
	return word.size ? text_keep(word, "", (struct span){NULL, 0}) : NULL;
}

/* The kernel that the options name, or else the next place's. */
static enum refusal_code
find_kernel(struct boot *b, struct file *firmwares, struct refusal *ret_why)
{
	bool found = false;
	enum refusal_code code = REFUSAL_NONE;

	if (b->options.kernel) {
		b->from = "the load options";
		code = file_read(b->options.kernel, &b->kernel, ret_why);
		return code ? code : unpack_kernel(b, ret_why);
	}
	code = unpack_self(b, &found, ret_why);
	if (code || found)
		return code;
	if (firmwares->bytes.size && is_bundle(*firmwares)) {
		b->from = "the firmware (LoadFile2)";
		b->kernel = *firmwares;
		firmwares->bytes.size = 0;
		return unpack_kernel(b, ret_why);
	}
	code = entries_find(b, &found, ret_why);
	if (code || found)
		return code;
	refuse(ret_why, REFUSAL_EFI_NO_KERNEL, 0, 0, 0);
	ret_why->subject = first_word(b);
	return ret_why->code;
}

enum refusal_code
sources_find(struct boot *b, struct refusal *ret_why)
{
	struct file firmwares;
	enum refusal_code code = file_from_firmware(&firmwares, ret_why);

	if (!code)
		code = find_kernel(b, &firmwares, ret_why);
	for (uint32_t i = 0; !code && i < b->options.initrds; i++) {
		struct file file;

		code = file_read(b->options.initrd[i], &file, ret_why);
		if (!code)
			code = initrds_add(b, file, ret_why);
	}
	return code ? code : initrds_add(b, firmwares, ret_why);
}

static enum refusal_code
take_words(struct boot *b, struct cmdline *line, struct refusal *ret_why)
{
	enum refusal_code code = cmdline_take_words(line, &b->words, ret_why);

	if (!code && b->words.entry && !b->config[1].name)
		code = cmdline_refuse_entry(ret_why);
	if (code || !b->words.profile)
		return code;
	refuse(ret_why, REFUSAL_CMDLINE_WORD, 0, 0, 0);
	ret_why->detail =
	        "kshim.efi has @N at the start of its load options for kshim.profile=";
	return ret_why->code;
}

enum refusal_code
sources_command_line(struct boot *b, struct refusal *ret_why)
{
	struct cmdline joined = cmdline_init(b->joined, sizeof(b->joined));
	const struct efi_line parts = {
	        b->own_words, b->own_is_section, b->entry, text_span(b->options.words)};
	enum refusal_code code = efi_line_join(&parts, &joined, ret_why);

	if (!code) {
		memcpy(b->line, b->joined, joined.len + 1);
		b->request.cmdline = (struct cmdline){b->line, sizeof(b->line), joined.len};
		code = take_words(b, &b->request.cmdline, ret_why);
	}
	if (code && !ret_why->subject)
		ret_why->subject = "command line";
	return code;
}
