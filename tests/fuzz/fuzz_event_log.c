/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a TPM's event log: each event lies behind the one before, and its parts in the
 * log.
 */
#include "tests/fuzz/fuzz.h"

#include "tools/measure/log.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = {data, size};
	struct log log;
	struct log_event e;
	struct refusal why;
	uint64_t before = 0;
	bool found;

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
