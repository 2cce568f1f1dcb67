/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file system a device of GRUB's script means: by UUID, label, file or number. */
#include "boot_grub.h"

#include "stub/base/text.h"

/* "hd0,gpt2": digits at the end, behind a comma. */
static bool
read_number(struct span device, uint32_t *ret_number)
{
	uint32_t number = 0, unit = 1;
	uint64_t i = device.size;
	bool comma = false;

	while (i && device.base[i - 1] >= '0' && device.base[i - 1] <= '9' && unit <= 1000) {
		number += (device.base[--i] - '0') * unit;
		unit *= 10;
	}
	while (i && !comma)
		comma = device.base[--i] == ',';
	*ret_number = number;
	return comma && number;
}

bool
boot_device_read(struct span device, struct boot_device *ret_device)
{
	*ret_device = (struct boot_device){.kind = BOOT_BY_NUMBER, .text = device};
	if (span_take(&ret_device->text, "uuid:"))
		ret_device->kind = BOOT_BY_UUID;
	else if (span_take(&ret_device->text, "label:"))
		ret_device->kind = BOOT_BY_LABEL;
	else if (span_take(&ret_device->text, "file:"))
		ret_device->kind = BOOT_BY_FILE;
	else
		return read_number(device, &ret_device->number);
	return true;
}

/* Is that the UUID, in letters of either case? */
static bool
is_uuid(struct span text, const char *uuid)
{
	uint64_t i = 0;

	while (i < text.size && uuid[i] &&
	        text_lower(text.base[i]) == text_lower((uint8_t)uuid[i]))
		i++;
	return i && i == text.size && !uuid[i];
}

bool
boot_device_is(
        const struct boot_device *what, struct file_system *fs, const struct partition *part)
{
	struct fs_node node;
	struct refusal ignored;

	switch (what->kind) {
	case BOOT_BY_UUID:
		return is_uuid(what->text, fs->uuid);
	case BOOT_BY_LABEL:
		return span_equals(what->text, fs->label);
	case BOOT_BY_FILE:
		return !fs_find(fs, what->text, &node, &ignored);
	case BOOT_BY_NUMBER:
	default:
		return part->number == what->number;
	}
}
