/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a TPM's event log: each event lies behind the one before, and its parts in the
 * log. What differs from a list of events is told by texts that end and have no controls.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tools/measure/compare.h"

/* Events of sums that no log has by chance: all that is there differs. */
static void
compare_with_some(struct span log)
{
	static struct comparison c;
	static char text[] = "a line";
	struct event event[FORETOLD_PCRS];
	struct events all = {.banks = 1u << BANK_SHA1 | 1u << BANK_SHA256,
	        .count = FORETOLD_PCRS,
	        .event = event};
	struct refusal why;

	for (unsigned i = 0; i < FORETOLD_PCRS; i++)
		event[i] = (struct event){.pcr = events_pcr(i),
		        .type = EV_IPL,
		        .what = "command-line",
		        .text = text};
	if (compare(&all, log, &c, &why)) {
		REQUIRE(why.code == REFUSAL_MEASURE_LOG);
		return;
	}
	for (unsigned i = 0; i < FORETOLD_PCRS; i++) {
		const struct compared *p = &c.pcr[i];

		REQUIRE(memchr(p->text, 0, sizeof(p->text)) &&
		        memchr(p->why, 0, sizeof(p->why)));
		REQUIRE(p->same || p->why[0]);
		for (const char *at = p->text; *at; at++)
			REQUIRE(*at >= ' ' && *at <= '~');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = {data, size};
	struct log log;
	struct log_event e;
	struct refusal why;
	uint64_t before = 0;
	bool found;

	compare_with_some(all);
	if (log_open(all, &log, &why)) {
		REQUIRE(why.code == REFUSAL_MEASURE_LOG);
		return 0;
	}
	while (!log_next(&log, &found, &e, &why) && found) {
		REQUIRE(e.off >= before && log.at > e.off && log.at <= size);
		before = log.at;
		REQUIRE(!e.data.size || inside(all, e.data));
		for (enum bank b = 0; b < BANKS; b++) {
			REQUIRE(!e.sum[b].size || inside(all, e.sum[b]));
			REQUIRE(!e.sum[b].size || e.sum[b].size == bank_size(b));
		}
	}
	return 0;
}
