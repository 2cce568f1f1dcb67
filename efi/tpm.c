/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures by EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification, family 2.0, 6), and hands the
 * event log on to Linux.
 */
#include "efi/tpm.h"
#include "efi/firmware.h"
#include "stub/input/utf.h"
#include "stub/wire/wire.h"

#define EV_EVENT_TAG 0x06
#define EV_IPL       0x0d
#define TEXT_ROOM    512 /* units of an event's text */

struct event {
	UINT32 size;
	UINT32 header_size;
	UINT16 header_version;
	UINT32 pcr;
	UINT32 type;
	uint8_t data[8 + 2 * TEXT_ROOM]; /* an EV_EVENT_TAG has its tag and the text's length
	                                    first */
} WIRE;

#define EVENT_HEADER 14 /* header_size to type */
#define EVENT_FIXED  18 /* size to type */
WIRE_AT(struct event, data, EVENT_FIXED);

struct capability {
	UINT8 size;
	UINT8 versions[4];
	UINT32 hashes, logs;
	BOOLEAN present;
	UINT16 max_command, max_response;
	UINT32 manufacturer, banks, active;
};

struct tcg2 {
	EFI_STATUS(EFIAPI *capability)(struct tcg2 *, struct capability *);
	EFI_STATUS(EFIAPI *event_log)
	(struct tcg2 *, UINT32, EFI_PHYSICAL_ADDRESS *, EFI_PHYSICAL_ADDRESS *, BOOLEAN *);
	EFI_STATUS(EFIAPI *measure)
	(struct tcg2 *, UINT64, EFI_PHYSICAL_ADDRESS, UINT64, struct event *);
};

static struct tcg2 *
find(struct capability *ret_capability)
{
	EFI_GUID guid = {
	        0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};
	struct tcg2 *tpm = protocol_any(&guid);

	*ret_capability = (struct capability){.size = sizeof(*ret_capability)};
	if (!tpm || tpm->capability(tpm, ret_capability) != EFI_SUCCESS ||
	        !ret_capability->present)
		return NULL;
	return tpm;
}

struct tcg2 *
tpm_find(void)
{
	struct capability c;

	return find(&c);
}

uint32_t
tpm_banks(void)
{
	struct capability c;

	return find(&c) ? c.active : 0;
}

/* The event's text, behind its tag if it has one; returns the bytes of both. */
static UINT32
put_data(const struct measured *m, uint8_t out[8 + 2 * TEXT_ROOM])
{
	static uint16_t wide[TEXT_ROOM];
	UINT32 len = 0, head[2] = {m->tag, 0};

	/* What is measured is the bytes, in any case. */
	if (!utf16_from_8(m->text, wide, TEXT_ROOM))
		(void)utf16_from_8("a text that is too long for this log", wide, TEXT_ROOM);
	while (wide[len++])
		;
	len *= sizeof(wide[0]);
	head[1] = len;
	memcpy(out, head, sizeof(head));
	memcpy(out + (m->tag ? sizeof(head) : 0), wide, len);
	return len + (m->tag ? (UINT32)sizeof(head) : 0);
}

struct event *
tpm_event(const struct measured *m, uint32_t index)
{
	static struct event e;

	e.size = EVENT_FIXED + put_data(m, e.data);
	e.header_size = EVENT_HEADER;
	e.header_version = 1;
	e.pcr = index;
	e.type = m->tag ? EV_EVENT_TAG : EV_IPL;
	return &e;
}

enum refusal_code
tpm_measure(struct tcg2 *tpm, const struct measured *m, struct refusal *ret_why)
{
	EFI_STATUS status = tpm->measure(
	        tpm, 0, (uintptr_t)m->bytes.base, m->bytes.size, tpm_event(m, m->pcr));

	if (status != EFI_SUCCESS)
		return firmware_failed("measuring into the TPM", status, ret_why);
	return REFUSAL_NONE;
}

/* What Linux looks for (drivers/firmware/efi/tpm.c). */
struct log_table {
	UINT32 size;
	UINT32 final_size; /* bytes of final events that are in the log already */
	UINT8 version;
	uint8_t log[];
} WIRE;

static EFI_GUID log_guid = {
        0xb7799cb0, 0xeca2, 0x4943, {0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7, 0x47, 0xfa}};
static uint64_t log_pages; /* 0: not handed */

/* Bytes of a TCG_PCR_EVENT2 (TCG PC Client Platform Firmware Profile, 10.2.2). */
static uint64_t
event_len(const uint8_t *event)
{
	struct span s = {event, UINT32_MAX};
	uint64_t at = 12;

	for (uint32_t i = span_le32(s, 8); i; i--) {
		switch (span_le16(s, at)) {
		case 0x04: /* SHA-1 */
			at += 2 + 20;
			break;
		case 0x0c: /* SHA-384 */
			at += 2 + 48;
			break;
		case 0x0d: /* SHA-512 */
			at += 2 + 64;
			break;
		default: /* SHA-256, SM3 */
			at += 2 + 32;
		}
	}
	return at + 4 + span_le32(s, at);
}

/* Bytes of the events in the firmware's table of final events. */
static uint64_t
final_len(void)
{
	static const EFI_GUID guid = {
	        0x1e2ed096, 0x30e2, 0x4254, {0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25}};
	const uint8_t *table = (const uint8_t *)(uintptr_t)config_table(&guid);
	uint64_t len = 0;

	if (!table)
		return 0;
	for (uint64_t n = span_le64((struct span){table, 16}, 8); n; n--)
		len += event_len(table + 16 + len);
	return len;
}

void
tpm_hand_log(void)
{
	struct tcg2 *tpm = tpm_find();
	EFI_PHYSICAL_ADDRESS first = 0, last = 0, at;
	struct log_table *table;
	BOOLEAN truncated;
	uint64_t len;

	if (!tpm || tpm->event_log(tpm, 2, &first, &last, &truncated) != EFI_SUCCESS || !first)
		return;
	/* The first event has the older, shorter form; it is not alone once we have measured.
	 */
	len = last - first + event_len((const uint8_t *)(uintptr_t)last);
	if (fw.boot->AllocatePages(AllocateAnyPages, EfiACPIReclaimMemory,
	            (sizeof(*table) + len + PAGE - 1) / PAGE, &at) != EFI_SUCCESS)
		return;
	table = (struct log_table *)(uintptr_t)at;
	table->size = (UINT32)len;
	table->final_size = (UINT32)final_len();
	table->version = 2;
	memcpy(table->log, (const void *)(uintptr_t)first, len);
	log_pages = (sizeof(*table) + len + PAGE - 1) / PAGE;
	fw.boot->InstallConfigurationTable(&log_guid, table);
}

void
tpm_take_log(void)
{
	uint64_t at = config_table(&log_guid);

	if (!log_pages || !at)
		return;
	fw.boot->InstallConfigurationTable(&log_guid, NULL);
	fw.boot->FreePages(at, log_pages);
	log_pages = 0;
}
