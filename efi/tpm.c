/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures by EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification, family 2.0, 6).
 *
 * PCRs as systemd-boot and its stub have them: boot configuration in 5, own sections in 11
 * (name, then content, in the order of the UKI specification), an external kernel in 4,
 * external initrds in 9, the line in 12, as UTF-16 with its NUL. What came from an own section
 * is not measured a second time. All are EV_IPL events whose text says what was measured.
 */
#include "efi/tpm.h"
#include "efi/secure.h"
#include "stub/base/text.h"
#include "stub/input/utf.h"
#include "stub/wire/wire.h"

#define PCR_KERNEL   4
#define PCR_CONFIG   5
#define PCR_INITRD   9
#define PCR_SECTIONS 11
#define PCR_LINE     12
#define EV_IPL       0x0d
#define TEXT_ROOM    512              /* units of an event's text */
#define TEXT_MOST    (LINE_ROOM + 32) /* the longest line, a profile before it */

struct event {
	UINT32 size;
	UINT32 header_size;
	UINT16 header_version;
	UINT32 pcr;
	UINT32 type;
	uint16_t text[TEXT_ROOM];
} WIRE;

#define EVENT_HEADER 14 /* header_size to type */
#define EVENT_FIXED  18 /* size to type */
WIRE_AT(struct event, text, EVENT_FIXED);

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

/* The protocol, if a TPM answers behind it. */
static struct tcg2 *
find_tpm(void)
{
	EFI_GUID guid = {
	        0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};
	struct capability c = {.size = sizeof(c)};
	struct tcg2 *tpm = protocol_any(&guid);

	if (!tpm || tpm->capability(tpm, &c) != EFI_SUCCESS || !c.present)
		return NULL;
	return tpm;
}

static enum refusal_code
measure(struct tcg2 *tpm, UINT32 pcr, const char *text, struct span bytes,
        struct refusal *ret_why)
{
	static struct event e;
	static uint16_t wide[TEXT_ROOM];
	UINT32 len = 0;
	EFI_STATUS status;

	if (!utf16_from_8(
	            text, wide, TEXT_ROOM)) /* what is measured is the bytes, in any case */
		(void)utf16_from_8("a text that is too long for this log", wide, TEXT_ROOM);
	while (wide[len++])
		;
	memcpy(e.text, wide, 2 * len);
	e.size = EVENT_FIXED + 2 * len;
	e.header_size = EVENT_HEADER;
	e.header_version = 1;
	e.pcr = pcr;
	e.type = EV_IPL;
	status = tpm->measure(tpm, 0, (uintptr_t)bytes.base, bytes.size, &e);
	if (status != EFI_SUCCESS)
		return firmware_failed("measuring into the TPM", status, ret_why);
	return REFUSAL_NONE;
}

/* Name and content of each section of ours that is part of what is booted. */
static enum refusal_code
measure_sections(struct tcg2 *tpm, uint32_t profile, struct refusal *ret_why)
{
	static const char *const names[] = {".linux", ".osrel", ".cmdline", ".initrd", ".ucode",
	        ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey", ".profile", ".dtbauto",
	        ".hwids"};
	static struct pe pe;
	struct span image = {fw.self->ImageBase, fw.self->ImageSize}, s;
	enum refusal_code code = REFUSAL_NONE;
	bool found;

	if (pe_read(image, &found, &pe, ret_why) || !found || !pe_take_profile(&pe, profile))
		return REFUSAL_NONE;
	for (unsigned i = 0; !code && i < sizeof(names) / sizeof(names[0]); i++) {
		const struct pe_section *row = pe_find(&pe, names[i]);
		struct span name = {(const uint8_t *)names[i], 1};

		if (!row || !span_sub(image, row->addr, row->len, &s))
			continue;
		while (names[i][name.size - 1])
			name.size++;
		code = measure(tpm, PCR_SECTIONS, names[i], name, ret_why);
		if (!code)
			code = measure(tpm, PCR_SECTIONS, names[i], s, ret_why);
	}
	return code;
}

/* A text as UTF-16 with its NUL. Different texts never become the same bytes. */
static enum refusal_code
measure_text(struct tcg2 *tpm, const char *text, struct refusal *ret_why)
{
	static uint16_t wide[TEXT_MOST];
	struct span bytes = {(const uint8_t *)wide, 0};
	enum refusal_code code = utf16_exactly(text, wide, TEXT_MOST, ret_why);

	if (code) {
		ret_why->subject = "command line";
		return code;
	}
	while (wide[bytes.size / 2])
		bytes.size += 2;
	bytes.size += 2;
	return measure(tpm, PCR_LINE, text, bytes, ret_why);
}

/*
 * What steers the boot and is not on the kernel's line: a profile that was chosen, then the
 * line with the words that are ours. It begins with such a word or has one, as no kernel's line
 * does.
 */
static enum refusal_code
measure_words(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	static char room[TEXT_MOST];
	struct text t = text_init(room, sizeof(room));
	bool has_words = !secure_line_is_own(b) && b->joined[b->request.cmdline.len];

	if (!b->has_profile && !has_words)
		return REFUSAL_NONE;
	if (b->has_profile) {
		text_str(&t, "kshim.profile=@");
		text_dec(&t, b->profile);
	}
	if (b->has_profile && has_words)
		text_str(&t, " ");
	if (has_words)
		text_str(&t, b->joined);
	return measure_text(tpm, room, ret_why);
}

/* The line, unless it is our own section's and was measured with that. */
static enum refusal_code
measure_line(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	return secure_line_is_own(b) ? REFUSAL_NONE
	                             : measure_text(tpm, b->request.cmdline.text, ret_why);
}

/* By what a boot entry was chosen, if one was. */
static enum refusal_code
measure_config(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < sizeof(b->config) / sizeof(b->config[0]); i++) {
		if (b->config[i].bytes.size)
			code = measure(tpm, PCR_CONFIG, b->config[i].name, b->config[i].bytes,
			        ret_why);
	}
	return code;
}

/* Kernel and initrds, each from where it came. */
static enum refusal_code
measure_files(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code;

	if (secure_is_own(b->kernel.bytes))
		code = measure_sections(tpm, b->profile, ret_why);
	else
		code = measure(tpm, PCR_KERNEL, b->kernel.name, b->kernel.bytes, ret_why);
	for (uint32_t i = 0; !code && i < b->initrds; i++) {
		const struct file *f = &b->initrd[i];

		if (!secure_is_own(f->bytes))
			code = measure(tpm, PCR_INITRD, f->name, f->bytes, ret_why);
	}
	return code;
}

enum refusal_code
tpm_measure(const struct boot *b, bool firmware_starts, struct refusal *ret_why)
{
	struct tcg2 *tpm = find_tpm();
	enum refusal_code code;

	if (!tpm)
		return REFUSAL_NONE;
	code = measure_config(tpm, b, ret_why);
	if (!code)
		code = measure_words(tpm, b, ret_why);
	/* A unified kernel image's stub measures its line itself, if it takes it at all. */
	if (!code && !(firmware_starts && b->is_uki))
		code = measure_line(tpm, b, ret_why);
	return code || firmware_starts ? code : measure_files(tpm, b, ret_why);
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
	struct tcg2 *tpm = find_tpm();
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
