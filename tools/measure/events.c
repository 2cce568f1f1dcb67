/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the list of events.
 */
#include "tools/measure/events.h"

#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"

uint32_t
events_pcr(unsigned i)
{
	static const uint32_t pcrs[FORETOLD_PCRS] = {MEASURE_PCR_KERNEL, MEASURE_PCR_CONFIG,
	        MEASURE_PCR_INITRD, MEASURE_PCR_SECTIONS, MEASURE_PCR_LINE,
	        MEASURE_PCR_EXTENSION};

	return pcrs[i];
}

bool
events_known(const struct events *all, unsigned i)
{
	return events_pcr(i) != MEASURE_PCR_CONFIG || all->has_config;
}

void
events_add(struct events *all, const struct event *e)
{
	struct event *more = realloc(all->event, (all->count + 1) * sizeof(*more));
	char *text = strdup(e->text);

	if (!more || !text)
		no_memory();
	all->event = more;
	more[all->count] = *e;
	more[all->count].text = text;
	all->count++;
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		if (events_pcr(i) == e->pcr)
			sums_extend(&all->pcr[i], &e->sums, all->banks);
	}
}

void
events_add_bytes(struct events *all, struct event e, struct span bytes)
{
	struct summing s;

	sums_start(&s, all->banks);
	sums_add(&s, bytes);
	sums_end(&s, &e.sums);
	e.len = bytes.size;
	events_add(all, &e);
}

void
events_free(struct events *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		free((char *)(uintptr_t)all->event[i].text);
	free(all->event);
}
