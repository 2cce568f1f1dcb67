/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two lines an event, then the PCRs, then what the log says.
 */
#include <stdio.h>

#include "tools/measure/show.h"

const char *
measure_show_sum(const uint8_t *sum, unsigned len, char buf[SUM_TEXT])
{
	for (unsigned i = 0; i < len; i++)
		snprintf(buf + 2 * i, 3, "%02x", sum[i]);
	buf[2 * len] = 0;
	return buf;
}

/* A text of a file's bytes without what a terminal would obey. */
static void
print_clean(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void
print_sums(const char *before, const struct sums *sums, bank_set banks)
{
	char buf[SUM_TEXT];

	for (enum bank b = 0; b < BANKS; b++) {
		if (banks >> b & 1)
			printf("%s%s %s\n", before, bank_name(b),
			        measure_show_sum(sums->sum[b], bank_size(b), buf));
	}
}

static void
print_event(const struct event *e, bank_set banks)
{
	printf("PCR %u %s, %s ", e->pcr, log_type_name(e->type), e->what);
	print_clean(e->text);
	if (e->tag)
		printf(", tag 0x%x", e->tag);
	if (e->len)
		printf(", %llu bytes", (unsigned long long)e->len);
	putchar('\n');
	print_sums("    ", &e->sums, banks);
}

static void
print_difference(const struct comparison *c)
{
	const struct compared *d = c->first;

	if (d->found)
		printf("event %u of the log, at byte %llu, is the first that differs, in PCR %u: %s\n",
		        d->event.number, (unsigned long long)d->event.off, c->first_pcr,
		        d->why);
	else
		printf("PCR %u differs: %s\n", c->first_pcr, d->why);
	if (d->wanted) {
		printf("    foretold: ");
		print_clean(d->wanted->text);
		putchar('\n');
	}
	if (d->found)
		printf("    in the log: %s\n", d->text[0] ? d->text : "(no text)");
}

static void
print_comparison(const struct comparison *c)
{
	for (unsigned i = 0; i < FORETOLD_PCRS; i++)
		printf("PCR %u: %u events of the log are as foretold%s\n", events_pcr(i),
		        c->pcr[i].events, c->pcr[i].same ? "" : ", then it differs");
	if (c->first)
		print_difference(c);
	else
		puts("the log is as foretold");
}

void
measure_show_text(const struct measure_shown *s)
{
	const char *line;

	for (unsigned i = 0; (line = foretell_assumed(s->wishes, s->all, i)); i++)
		printf("assumed: %s\n", line);
	for (uint32_t i = 0; i < s->all->count; i++)
		print_event(&s->all->event[i], s->all->banks);
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		char before[16];

		snprintf(before, sizeof(before), "PCR %u ", events_pcr(i));
		if (events_known(s->all, i))
			print_sums(before, &s->all->pcr[i], s->all->banks);
	}
	if (s->comparison)
		print_comparison(s->comparison);
}
