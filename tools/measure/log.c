/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads event logs: log.h names the specification.
 *
 * The first event has the older form in both kinds of log; in a crypto-agile one it is an
 * EV_NO_ACTION that says "Spec ID Event03" and lists the algorithms with the lengths of their
 * sums.
 */
#include "tools/measure/log.h"

#define OLD_HEAD 32 /* PCR, type, SHA-1, length of the data */
#define OLD_SUM  20
#define PCR_MOST 32

#define SPEC_ID     "Spec ID Event03"
#define SPEC_COUNT  24 /* signature with its NUL, class, version, sizes */
#define SPEC_FIRST  28
#define SPEC_ENTRY  4
#define AGILE_FIRST 12 /* PCR, type, number of sums */

static enum refusal_code
bad(struct refusal *why, const char *what, uint64_t where, uint64_t found, uint64_t wanted)
{
	refuse(why, REFUSAL_MEASURE_LOG, where, found, wanted);
	why->detail = what;
	return why->code;
}

/* Is there so much of the log at `at`? */
static enum refusal_code
need(const struct log *log, uint64_t at, uint64_t len, const char *what, struct refusal *why)
{
	uint64_t left = at < log->bytes.size ? log->bytes.size - at : 0;

	return len <= left ? REFUSAL_NONE : bad(why, what, at, left, len);
}

/* An event's data, whose length stands before it at `at`; returns where it ends. */
static enum refusal_code
take_data(const struct log *log, uint64_t at, struct log_event *e, uint64_t *ret_end,
        struct refusal *why)
{
	uint64_t len;

	if (need(log, at, 4, "an event's length", why))
		return why->code;
	len = span_le32(log->bytes, at);
	if (need(log, at + 4, len, "an event's data", why))
		return why->code;
	span_sub(log->bytes, at + 4, len, &e->data);
	*ret_end = at + 4 + len;
	return REFUSAL_NONE;
}

static enum refusal_code
old_event(const struct log *log, struct log_event *e, uint64_t *ret_end, struct refusal *why)
{
	if (need(log, log->at, OLD_HEAD, "an event", why))
		return why->code;
	span_sub(log->bytes, log->at + 8, OLD_SUM, &e->sum[BANK_SHA1]);
	return take_data(log, log->at + 8 + OLD_SUM, e, ret_end, why);
}

/* The length of the sums of an algorithm; 0 if the head does not name it. */
static uint32_t
sum_len(const struct log *log, uint32_t id)
{
	for (uint32_t i = 0; i < log->algorithms; i++) {
		if (log->algorithm[i].id == id)
			return log->algorithm[i].size;
	}
	return 0;
}

static enum refusal_code
take_sum(const struct log *log, uint64_t *at, struct log_event *e, struct refusal *why)
{
	uint32_t id, len;
	enum bank b;

	if (need(log, *at, 2, "a sum's algorithm", why))
		return why->code;
	id = span_le16(log->bytes, *at);
	len = sum_len(log, id);
	if (!len)
		return bad(why, "an algorithm that its head does not name", *at, id, 0);
	if (need(log, *at + 2, len, "a sum", why))
		return why->code;
	if (bank_of_algorithm(id, &b))
		span_sub(log->bytes, *at + 2, len, &e->sum[b]);
	*at += 2 + len;
	return REFUSAL_NONE;
}

static enum refusal_code
agile_event(const struct log *log, struct log_event *e, uint64_t *ret_end, struct refusal *why)
{
	uint64_t at = log->at + AGILE_FIRST;
	uint32_t sums;

	if (need(log, log->at, AGILE_FIRST, "an event", why))
		return why->code;
	sums = span_le32(log->bytes, log->at + 8);
	if (sums > log->algorithms)
		return bad(
		        why, "an event's number of sums", log->at + 8, sums, log->algorithms);
	for (uint32_t i = 0; i < sums; i++) {
		if (take_sum(log, &at, e, why))
			return why->code;
	}
	return take_data(log, at, e, ret_end, why);
}

/* Algorithm i of the head's list, whose event data begin at `at`. */
static enum refusal_code
take_algorithm(struct log *log, struct span data, uint64_t at, uint32_t i, struct refusal *why)
{
	uint64_t entry = SPEC_FIRST + i * SPEC_ENTRY;
	uint32_t id = span_le16(data, entry), size = span_le16(data, entry + 2);
	enum bank b;

	if (!bounds_ok(data.size, entry, SPEC_ENTRY))
		return bad(why, "the list of algorithms", at + entry, data.size,
		        entry + SPEC_ENTRY);
	if (!size || size > SUM_MAX || (bank_of_algorithm(id, &b) && size != bank_size(b)))
		return bad(why, "the length of an algorithm's sums", at + entry + 2, size,
		        bank_of_algorithm(id, &b) ? bank_size(b) : SUM_MAX);
	log->algorithm[i].id = id;
	log->algorithm[i].size = size;
	if (bank_of_algorithm(id, &b))
		log->banks |= 1u << b;
	return REFUSAL_NONE;
}

static enum refusal_code
take_algorithms(struct log *log, struct span data, uint64_t at, struct refusal *why)
{
	uint32_t count = span_le32(data, SPEC_COUNT);

	if (!count || count > LOG_ALGORITHMS)
		return bad(why, "the number of algorithms", at + SPEC_COUNT, count,
		        LOG_ALGORITHMS);
	log->banks = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (take_algorithm(log, data, at, i, why))
			return why->code;
	}
	log->algorithms = count;
	return REFUSAL_NONE;
}

enum refusal_code
log_open(struct span bytes, struct log *ret_log, struct refusal *ret_why)
{
	struct log_event first = {0};
	uint64_t end = 0;

	*ret_log = (struct log){.bytes = bytes, .banks = 1u << BANK_SHA1};
	if (old_event(ret_log, &first, &end, ret_why))
		return ret_why->code;
	if (span_le32(bytes, 4) != EV_NO_ACTION ||
	        !span_is(first.data, 0, SPEC_ID, sizeof(SPEC_ID)))
		return REFUSAL_NONE;
	ret_log->at = end;
	ret_log->number = 1;
	return take_algorithms(ret_log, first.data, end - first.data.size, ret_why);
}

enum refusal_code
log_next(struct log *log, bool *ret_found, struct log_event *ret_event, struct refusal *ret_why)
{
	struct log_event e = {.number = log->number, .off = log->at};
	uint64_t end = 0;
	enum refusal_code code;

	*ret_found = false;
	if (log->at == log->bytes.size)
		return REFUSAL_NONE;
	code = log->algorithms ? agile_event(log, &e, &end, ret_why)
	                       : old_event(log, &e, &end, ret_why);
	if (code)
		return code;
	e.pcr = span_le32(log->bytes, log->at);
	e.type = span_le32(log->bytes, log->at + 4);
	if (e.pcr >= PCR_MOST && e.type != EV_NO_ACTION)
		return bad(ret_why, "the number of a PCR", log->at, e.pcr, PCR_MOST - 1);
	log->at = end;
	log->number++;
	*ret_found = true;
	*ret_event = e;
	return REFUSAL_NONE;
}

bool
log_sums_are(const struct sums *sums, const struct log_event *e, bank_set banks)
{
	for (enum bank b = 0; b < BANKS; b++) {
		struct span sum = {sums->sum[b], bank_size(b)};

		if (banks >> b & 1 && !span_same(sum, e->sum[b]))
			return false;
	}
	return true;
}

const char *
log_type_name(uint32_t type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {{EV_NO_ACTION, "EV_NO_ACTION"}, {EV_SEPARATOR, "EV_SEPARATOR"},
	        {0x05, "EV_ACTION"}, {EV_EVENT_TAG, "EV_EVENT_TAG"}, {0x0c, "EV_COMPACT_HASH"},
	        {EV_IPL, "EV_IPL"}, {0x0e, "EV_IPL_PARTITION_DATA"},
	        {0x12, "EV_OMIT_BOOT_DEVICE_EVENTS"}, {0x80000002, "EV_EFI_VARIABLE_BOOT"},
	        {EV_EFI_BOOT, "EV_EFI_BOOT_SERVICES_APPLICATION"},
	        {0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER"},
	        {0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER"},
	        {EV_EFI_GPT, "EV_EFI_GPT_EVENT"}, {EV_EFI_ACTION, "EV_EFI_ACTION"}};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == type)
			return names[i].name;
	}
	return "EV_OTHER";
}
