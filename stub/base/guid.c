/* SPDX-License-Identifier: BSD-2-Clause */
/* GUIDs as text; guid.h says in which order their bytes come. */
#include "guid.h"

void
uuid_text(const uint8_t uuid[GUID_LEN], char ret_text[GUID_TEXT])
{
	static const char digit[] = "0123456789abcdef";
	char *out = ret_text;

	for (unsigned i = 0; i < GUID_LEN; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digit[uuid[i] >> 4];
		*out++ = digit[uuid[i] & 15];
	}
	*out = 0;
}

void
guid_text(const uint8_t guid[GUID_LEN], char ret_text[GUID_TEXT])
{
	static const uint8_t order[GUID_LEN] = {
	        3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	uint8_t uuid[GUID_LEN];

	for (unsigned i = 0; i < GUID_LEN; i++)
		uuid[i] = guid[order[i]];
	uuid_text(uuid, ret_text);
}
