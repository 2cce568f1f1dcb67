/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes an EFI_LOAD_OPTION apart, if the bytes are one in all that can be checked.
 */
#include "efi_load_option.h"
#include "utf.h"

/* LOAD_OPTION_ACTIVE, _FORCE_RECONNECT, _HIDDEN, _CATEGORY */
#define KNOWN_ATTRIBUTES 0x00001f0bu
#define DESCRIPTION      6 /* behind Attributes and FilePathListLength */
#define NODE_HEADER      4

/* Nodes of device paths up to an end node that is the last bytes of `paths`. */
static bool
are_device_paths(struct span paths)
{
	uint64_t at = 0, last = 0;

	while (paths.size - at >= NODE_HEADER) {
		uint64_t len = span_le16(paths, at + 2);

		if (len < NODE_HEADER || len > paths.size - at)
			return false;
		last = at;
		at += len;
	}
	return at && at == paths.size && span_is(paths, last, "\x7f\xff\4\0", NODE_HEADER);
}

bool
efi_load_option_read(struct span raw, struct span *ret_data)
{
	struct span text, paths;
	uint64_t at = DESCRIPTION;

	if (raw.size < DESCRIPTION || span_le32(raw, 0) & ~(uint64_t)KNOWN_ATTRIBUTES)
		return false;
	(void)span_sub(raw, at, raw.size - at, &text);
	at += utf16_text(text).size + 2;
	if (!span_sub(raw, at, span_le16(raw, 4), &paths) || !are_device_paths(paths))
		return false;
	at += paths.size;
	return span_sub(raw, at, raw.size - at, ret_data);
}
