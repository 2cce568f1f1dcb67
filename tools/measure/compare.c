/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks the log once; each of its events is held against the next one that was foretold for its
 * PCR. Surprise: a log's texts are no part of what is hashed for files, so two events with the
 * same text and other sums are another content of one file; for a line the text is what is
 * hashed.
 */
#include "tools/measure/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/utf.h"

/* The text of an event of ours, or of Linux: UTF-16, behind tag and length in an EV_EVENT_TAG.
 */
static void
read_text(const struct log_event *e, char text[COMPARE_TEXT])
{
	struct span data = e->data;

	text[0] = 0;
	if (e->type == EV_EVENT_TAG && !span_sub(data, 8, data.size - 8, &data))
		return;
	if (e->type != EV_IPL && e->type != EV_EVENT_TAG)
		return;
	if (e->type == EV_EVENT_TAG && span_u8(data, 1)) /* Linux's are of bytes */
		snprintf(text, COMPARE_TEXT, "%.*s",
		        (int)(data.size < COMPARE_TEXT ? data.size : COMPARE_TEXT),
		        (const char *)data.base);
	else if (!utf8_from_16(data, text, COMPARE_TEXT))
		text[0] = 0;
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > 0x7e)
			*c = '?';
}

static bool
is_line(const struct event *e)
{
	return e->pcr == MEASURE_PCR_LINE && e->type == EV_IPL &&
	       strcmp(e->what, "archive") != 0;
}

static void
say_why(struct compared *c)
{
	const struct event *w = c->wanted;

	if (!w)
		snprintf(c->why, sizeof(c->why), "one more event than was foretold");
	else if (!c->found)
		snprintf(c->why, sizeof(c->why), "the log ends before the event of %s (%s)",
		        w->what, w->text);
	else if (c->event.type != w->type)
		snprintf(c->why, sizeof(c->why),
		        "an event of another type, where that of %s (%s) was foretold", w->what,
		        w->text);
	else if (w->type == EV_EFI_BOOT)
		snprintf(c->why, sizeof(c->why),
		        "the firmware started another image than %s, or another version of it",
		        w->text);
	else if (is_line(w))
		snprintf(c->why, sizeof(c->why), "another command line was measured");
	else if (w->type == EV_IPL && strcmp(w->what, "file") != 0 &&
	         strcmp(w->text, c->text) != 0)
		snprintf(c->why, sizeof(c->why), "another thing was measured here: %s (%s)",
		        w->what, w->text);
	else
		snprintf(c->why, sizeof(c->why), "%s (%s) has another content", w->what,
		        w->text);
}

/* The next event that was foretold for that PCR, behind `after`; NULL if there is none. */
static const struct event *
next_of(const struct events *all, uint32_t pcr, const struct event *after)
{
	uint32_t i = after ? (uint32_t)(after - all->event) + 1 : 0;

	while (i < all->count && all->event[i].pcr != pcr)
		i++;
	return i < all->count ? &all->event[i] : NULL;
}

/* One event of the log, of PCR number i of ours. */
static void
take(struct comparison *all, unsigned i, const struct events *foretold,
        const struct log_event *e)
{
	struct compared *c = &all->pcr[i];

	if (c->found || (!events_known(foretold, i) && e->type != EV_IPL))
		return;
	if (c->wanted && c->wanted->type == e->type &&
	        log_sums_are(&c->wanted->sums, e, all->banks)) {
		c->events++;
		c->wanted = next_of(foretold, e->pcr, c->wanted);
		return;
	}
	c->found = true;
	c->event = *e;
	read_text(e, c->text);
	say_why(c);
	if (!all->first) {
		all->first = c;
		all->first_pcr = e->pcr;
	}
}

static void
end(struct comparison *all)
{
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		struct compared *c = &all->pcr[i];

		c->same = !c->wanted && !c->found;
		if (c->same || c->found)
			continue;
		say_why(c);
		if (!all->first) {
			all->first = c;
			all->first_pcr = events_pcr(i);
		}
	}
}

enum refusal_code
compare(const struct events *all, struct span log, struct comparison *ret_comparison,
        struct refusal *ret_why)
{
	struct comparison *c = ret_comparison;
	struct log l;
	struct log_event e;
	bool found = true;
	enum refusal_code code = log_open(log, &l, ret_why);

	if (code)
		return code;
	memset(c, 0, sizeof(*c));
	c->banks = all->banks & l.banks;
	if (!c->banks) {
		refuse(ret_why, REFUSAL_MEASURE_LOG, 0, l.banks, all->banks);
		ret_why->detail = "it has none of the banks that were asked for (as bits)";
		return ret_why->code;
	}
	for (unsigned i = 0; i < FORETOLD_PCRS; i++)
		c->pcr[i].wanted = next_of(all, events_pcr(i), NULL);
	while (!(code = log_next(&l, &found, &e, ret_why)) && found) {
		for (unsigned i = 0; i < FORETOLD_PCRS && e.type != EV_NO_ACTION; i++) {
			if (events_pcr(i) == e.pcr)
				take(c, i, all, &e);
		}
	}
	if (!code)
		end(c);
	return code;
}
