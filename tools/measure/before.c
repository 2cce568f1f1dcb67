/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes from an event log of the machine what its PCRs 4 and 5 have before kshim.efi measures:
 * what the firmware does, and what it starts before the image.
 *
 * The event of the image is the one with its sum, else the only one of an image whose device
 * path ends with its name, as an older version of it has; in its place goes the image's own.
 */
#include <string.h>

#include "stub/base/text.h"
#include "tools/cmd.h"
#include "tools/measure/boot.h"

#define FILE_NODE 0x0404 /* type and subtype of a device path's node with a file's path */

/* A walk through the log. */
struct walk {
	const struct events *all;
	const struct event *image;
	const char *name; /* of the image's file */
	bool exact;       /* an event has its sum */
	uint32_t named;   /* events that have its sum or name so far, and of the last: */
	uint32_t number;
	uint64_t off;
};

/* Is it a whole name in a path: behind a separator or a file's node, before a NUL? */
static bool
is_whole(struct span data, uint64_t at, uint64_t len)
{
	uint16_t before = at >= 2 ? span_le16(data, at - 2) : 0;
	bool starts = at >= 4 && span_le16(data, at - 4) == FILE_NODE;

	return (starts || before == '\\' || before == '/') && !span_le16(data, at + len);
}

/* In UTF-16, in either case of letters. */
static bool
is_text_at(struct span data, uint64_t at, const char *text)
{
	for (; *text; text++, at += 2) {
		uint16_t c = span_le16(data, at);

		if (c > UINT8_MAX || text_lower((uint8_t)c) != text_lower((uint8_t)*text))
			return false;
	}
	return true;
}

/* Do the event's data have the file's name? */
static bool
names(struct span data, const char *name)
{
	uint64_t len = 2 * strlen(name);

	for (uint64_t at = 0; at + len <= data.size; at++) {
		if (is_text_at(data, at, name) && is_whole(data, at, len))
			return true;
	}
	return false;
}

/* Is it the event of the image? Its sum counts more than its name. */
static void
look(struct walk *w, const struct log_event *e)
{
	if (e->type != EV_EFI_BOOT || e->pcr != MEASURE_PCR_KERNEL || w->exact)
		return;
	w->exact = log_sums_are(&w->image->sums, e, w->all->banks);
	if (w->exact || names(e->data, w->name)) {
		w->named++;
		w->number = e->number;
		w->off = e->off;
	}
}

/* Without a sum in a bank nothing is known of that bank's PCR. */
static enum refusal_code
check_sums(const struct log_event *e, bank_set wanted, struct refusal *ret_why)
{
	bank_set there = 0;

	for (enum bank b = 0; b < BANKS; b++)
		there |= e->sum[b].size ? 1u << b : 0;
	if (!(wanted & ~there))
		return REFUSAL_NONE;
	refuse(ret_why, REFUSAL_MEASURE_LOG, e->off, there, wanted);
	ret_why->detail =
	        "an event has not the sums of all banks that were asked for (as bits)";
	return ret_why->code;
}

/* An event of the log as one that is foretold. */
static enum refusal_code
add(struct events *all, const struct log_event *found, struct refusal *ret_why)
{
	struct event e = {
	        .pcr = found->pcr, .type = found->type, .what = "before", .text = "", .len = 0};

	if (check_sums(found, all->banks, ret_why))
		return ret_why->code;
	for (enum bank b = 0; b < BANKS; b++) {
		if (all->banks >> b & 1)
			memcpy(e.sums.sum[b], found->sum[b].base, bank_size(b));
	}
	events_add(all, &e);
	return REFUSAL_NONE;
}

static bool
is_kshims(const struct log_event *e)
{
	return e->type == EV_IPL || e->type == EV_EVENT_TAG;
}

/* Behind the image's event only what the firmware says of the start counts. */
static bool
is_before(const struct walk *w, const struct log_event *e)
{
	if (e->pcr != MEASURE_PCR_KERNEL && e->pcr != MEASURE_PCR_CONFIG)
		return false;
	return e->type != EV_NO_ACTION && (e->number < w->number || e->type != EV_EFI_BOOT);
}

static enum refusal_code
take(struct events *all, const struct walk *w, struct span log, struct refusal *ret_why)
{
	struct log l;
	struct log_event e;
	bool found = true;
	enum refusal_code code = log_open(log, &l, ret_why);

	while (!code && !(code = log_next(&l, &found, &e, ret_why)) && found) {
		if (e.number > w->number && is_kshims(&e))
			break;
		if (e.number > w->number && e.pcr == MEASURE_PCR_CONFIG &&
		        e.type == EV_EFI_ACTION)
			break; /* ExitBootServices() */
		if (e.number == w->number)
			events_add(all, w->image);
		else if (is_before(w, &e))
			code = add(all, &e, ret_why);
	}
	return code;
}

static enum refusal_code
find(struct walk *w, struct span log, struct refusal *ret_why)
{
	struct log l;
	struct log_event e;
	bool found = true;
	enum refusal_code code = log_open(log, &l, ret_why);

	if (!code && w->all->banks & ~l.banks) {
		refuse(ret_why, REFUSAL_MEASURE_LOG, 0, l.banks, w->all->banks);
		ret_why->detail = "it has not all banks that were asked for (as bits)";
		return ret_why->code;
	}
	while (!code && !(code = log_next(&l, &found, &e, ret_why)) && found)
		look(w, &e);
	if (!code && !w->exact && w->named != 1) {
		refuse(ret_why, REFUSAL_MEASURE_LOG, w->named ? w->off : log.size, w->named, 1);
		ret_why->detail = w->named ? "several images have its name, and none its sum"
		                           : "it has no event of the image";
		return ret_why->code;
	}
	return code;
}

int
before_take(struct boot *b, const struct event *image)
{
	struct walk w = {.all = b->all, .image = image, .name = media_file_name(b->self)};
	const struct file *f;
	struct refusal why;
	int status = media_read_host(&b->media, b->w->before, &f);

	if (status != STATUS_OK)
		return status;
	if (find(&w, file_span(f), &why) || take(b->all, &w, file_span(f), &why))
		return fail_refusal(b->w->before, why);
	return STATUS_OK;
}
