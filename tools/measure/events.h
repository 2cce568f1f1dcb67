/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events that a boot will have, in their order, and what the PCRs hold after them.
 */
#ifndef KSHIM_MEASURE_EVENTS_H
#define KSHIM_MEASURE_EVENTS_H

#include "stub/input/efi_measures.h"
#include "tools/measure/log.h"

#define FORETOLD_PCRS 6

struct event {
	uint32_t pcr, type, tag;
	const char *what; /* what the bytes are, in words */
	const char *text; /* of the event in the log, or what is known of it */
	uint64_t len;     /* bytes that are hashed; 0: it is an image's Authenticode hash */
	struct sums sums;
};

struct events {
	bank_set banks;
	bool has_config; /* all of PCR 5 is told, else only what kshim.efi measures into it */
	bool has_root;   /* the volume is known from which kshim.efi comes */
	uint32_t count;
	struct event *event;
	struct sums pcr[FORETOLD_PCRS];
};

/* The PCR whose value is pcr[i], if it is known. */
uint32_t events_pcr(unsigned i);
bool events_known(const struct events *all, unsigned i);

/* Append one, and extend its PCR. The text is copied. */
void events_add(struct events *all, const struct event *e);
/* The same of bytes that are hashed as they are. */
void events_add_bytes(struct events *all, struct event e, struct span bytes);
void events_free(struct events *all);

#endif
