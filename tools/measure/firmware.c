/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What UEFI firmware measures around a boot by kshim.efi: TCG PC Client Platform Firmware
 * Profile, 1.06, 3.3.4 (PCR 4: what it starts; PCR 5: partition tables and
 * ExitBootServices()).
 */
#include <string.h>

#include "stub/base/text.h"
#include "tools/cmd.h"
#include "tools/measure/authenticode.h"
#include "tools/measure/boot.h"

#define BOOT_ACTION "Calling EFI Application from Boot Option"
#define GPT_HEADER  92 /* bytes of the header that are measured */
#define GPT_TYPE    16 /* bytes of a type, which are 0 in an entry that is not used */

static void
add_action(struct boot *b, uint32_t pcr, const char *text)
{
	struct event e = {.pcr = pcr, .type = EV_EFI_ACTION, .what = "action", .text = text};

	events_add_bytes(b->all, e, text_span(text));
}

static void
add_separator(struct boot *b, uint32_t pcr)
{
	struct event e = {.pcr = pcr,
	        .type = EV_SEPARATOR,
	        .what = "separator",
	        .text = "four zero bytes"};

	events_add_bytes(b->all, e, (struct span){(const uint8_t *)"\0\0\0", 4});
}

static enum refusal_code
image_event(const struct boot *b, const struct file *f, struct event *ret_event,
        struct refusal *ret_why)
{
	*ret_event = (struct event){.pcr = MEASURE_PCR_KERNEL,
	        .type = EV_EFI_BOOT,
	        .what = "image",
	        .text = f->path};
	return authenticode(file_span(f), b->all->banks, &ret_event->sums, ret_why);
}

int
firmware_image(struct boot *b, const struct file *f)
{
	struct event e;
	struct refusal why;

	if (image_event(b, f, &e, &why))
		return fail_refusal(f->path, why);
	events_add(b->all, &e);
	return STATUS_OK;
}

void
firmware_addon(struct boot *b, const struct file *f)
{
	struct event e;
	struct refusal why;

	if (!image_event(b, f, &e, &why))
		events_add(b->all, &e);
}

/* The bytes of a disk, for which the image has been read whole. */
static struct span
disk_bytes(const struct boot *b, uint64_t at, uint64_t len)
{
	struct span s = {NULL, 0};

	(void)span_sub(file_span(&b->media.bytes), at, len, &s);
	return s;
}

/* The table of the disk that the image came from: header, count, the entries in use. */
static void
add_gpt(struct boot *b)
{
	const struct partitions *t = &b->media.table;
	struct event e = {.pcr = MEASURE_PCR_CONFIG,
	        .type = EV_EFI_GPT,
	        .what = "partitions",
	        .text = b->media.name};
	static const char unused[GPT_TYPE];
	struct summing s;
	uint64_t used = 0;

	sums_start(&s, b->all->banks);
	sums_add(&s, disk_bytes(b, b->media.disk.disk.sector_size, GPT_HEADER));
	for (unsigned pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < t->entries; i++) {
			struct span entry = disk_bytes(
			        b, t->entries_at + (uint64_t)i * t->entry_size, t->entry_size);

			if (span_is(entry, 0, unused, sizeof(unused)))
				continue;
			used += pass == 0;
			if (pass)
				sums_add(&s, entry);
		}
		if (!pass)
			sums_add(&s, (struct span){(const uint8_t *)&used, sizeof(used)});
	}
	sums_end(&s, &e.sums);
	e.len = GPT_HEADER + sizeof(used) + used * t->entry_size;
	events_add(b->all, &e);
}

/* Is the image on a disk whose partition table is known? */
static bool
from_gpt(const struct boot *b)
{
	return b->media.bytes.data && b->own != MEDIA_HOST &&
	       b->media.table.table == PARTITION_TABLE_GPT;
}

int
firmware_before(struct boot *b)
{
	struct event image;
	struct refusal why;

	if (image_event(b, b->image, &image, &why))
		return fail_refusal(b->image->path, why);
	if (b->w->before)
		return before_take(b, &image);
	add_action(b, MEASURE_PCR_KERNEL, BOOT_ACTION);
	add_separator(b, MEASURE_PCR_KERNEL);
	if (b->all->has_config)
		add_separator(b, MEASURE_PCR_CONFIG);
	if (from_gpt(b))
		add_gpt(b);
	events_add(b->all, &image);
	return STATUS_OK;
}

void
firmware_after(struct boot *b)
{
	if (!b->all->has_config)
		return;
	add_action(b, MEASURE_PCR_CONFIG, "Exit Boot Services Invocation");
	add_action(b, MEASURE_PCR_CONFIG, "Exit Boot Services Returned with Success");
}
