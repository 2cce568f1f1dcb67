/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TPM's event log as firmware and Linux write it (binary_bios_measurements): the crypto-agile
 * form, and the older one of SHA-1 alone.
 *
 * TCG PC Client Platform Firmware Profile, 1.06, 10.2 (TCG_PCR_EVENT, TCG_PCR_EVENT2,
 * TCG_EfiSpecIDEvent). Nothing is copied; what is read lies within the bytes that were given.
 */
#ifndef KSHIM_MEASURE_LOG_H
#define KSHIM_MEASURE_LOG_H

#include "stub/base/refusal.h"
#include "tools/measure/sums.h"

#define EV_NO_ACTION   0x03
#define EV_SEPARATOR   0x04
#define EV_EVENT_TAG   0x06
#define EV_IPL         0x0d
#define EV_EFI_BOOT    0x80000003 /* EV_EFI_BOOT_SERVICES_APPLICATION */
#define EV_EFI_GPT     0x80000006 /* EV_EFI_GPT_EVENT */
#define EV_EFI_ACTION  0x80000007
#define LOG_ALGORITHMS 16

struct log {
	struct span bytes;
	uint64_t at;
	uint32_t number;     /* of the next event, as tpm2_eventlog counts them */
	uint32_t algorithms; /* 0: the older form */
	struct {
		uint32_t id, size;
	} algorithm[LOG_ALGORITHMS];
	bank_set banks; /* of ours, that it has */
};

struct log_event {
	uint32_t number;
	uint64_t off; /* of the event in the log */
	uint32_t pcr, type;
	struct span sum[BANKS]; /* empty: it has none of that bank */
	struct span data;
};

/*
 * Begin to read. Errors: REFUSAL_MEASURE_LOG: no log, or more algorithms than there are, or one
 * of no length.
 */
enum refusal_code log_open(struct span bytes, struct log *ret_log, struct refusal *ret_why);

/*
 * The next event; *ret_found is false behind the last. Errors: REFUSAL_MEASURE_LOG: cut short,
 * a PCR that no TPM has, an algorithm that the log's head does not name.
 */
enum refusal_code log_next(
        struct log *log, bool *ret_found, struct log_event *ret_event, struct refusal *ret_why);

/* Are its sums in these banks those? */
bool log_sums_are(const struct sums *sums, const struct log_event *e, bank_set banks);

/* An event's type by its name in the specification; "EV_OTHER" if it has none here. */
const char *log_type_name(uint32_t type);

#endif
