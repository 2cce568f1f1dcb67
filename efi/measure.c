/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures a boot.
 *
 * PCRs, order and contents are those of systemd-boot and its stub: boot configuration in 5, own
 * sections in 11 (name, then content, in the order of the UKI specification), an external
 * kernel in 4, external initrds in 9, the line in 12, as UTF-16 with its NUL, what lies beside
 * the image in 12 and 13. What came from an own section is not measured a second time. The
 * text of an event says what was measured. Surprise: systemd's stub replaces its own line by
 * the load options and we append them, so a text of ours says which it was.
 */
#include "efi/measure.h"
#include "efi/secure.h"
#include "efi/tpm.h"
#include "efi/unpack.h"
#include "stub/base/text.h"
#include "stub/input/utf.h"

#define PCR_KERNEL   4
#define PCR_CONFIG   5
#define PCR_INITRD   9
#define PCR_SECTIONS 11
#define PCR_LINE     12
#define TAG_PROFILE  0x13aed6db       /* systemd's, of a profile's number */
#define TEXT_MOST    (LINE_ROOM + 64) /* the longest line, words of ours before it */

static enum refusal_code
measure(struct tcg2 *tpm, uint32_t pcr, const char *text, struct span bytes,
        struct refusal *ret_why)
{
	return tpm_measure(tpm, &(struct measured){pcr, 0, text, bytes}, ret_why);
}

/* Name and content of each section of ours that is part of what is booted. */
static enum refusal_code
measure_sections(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	static const char *const names[] = {".linux", ".osrel", ".cmdline", ".initrd", ".ucode",
	        ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey", ".profile", ".dtbauto",
	        ".hwids", ".efifw"};
	enum refusal_code code = REFUSAL_NONE;
	struct span content, name;

	for (unsigned i = 0; !code && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!unpack_own_section(b, names[i], &content))
			continue;
		name = text_span(names[i]);
		name.size++; /* its NUL */
		code = measure(tpm, PCR_SECTIONS, names[i], name, ret_why);
		if (!code)
			code = measure(tpm, PCR_SECTIONS, names[i], content, ret_why);
	}
	return code;
}

bool
measure_is_number(struct span line)
{
	uint64_t i = 0;

	while (i < line.size && line.base[i] >= '0' && line.base[i] <= '9')
		i++;
	return line.size && i == line.size;
}

/* A text as UTF-16 with its NUL. Different texts never become the same bytes. */
static enum refusal_code
measure_text(struct tcg2 *tpm, uint32_t tag, const char *text, struct refusal *ret_why)
{
	static uint16_t wide[TEXT_MOST];
	struct measured m = {PCR_LINE, tag, text, {(const uint8_t *)wide, 0}};
	enum refusal_code code = utf16_exactly(text, wide, TEXT_MOST, ret_why);

	if (code) {
		ret_why->subject = "command line";
		return code;
	}
	while (wide[m.bytes.size / 2])
		m.bytes.size += 2;
	m.bytes.size += 2;
	return tpm_measure(tpm, &m, ret_why);
}

/* The number of our own profile; of the first nothing is measured. */
static enum refusal_code
measure_own_profile(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	char number[16];
	struct text t = text_init(number, sizeof(number));

	if (!b->profile)
		return REFUSAL_NONE;
	text_dec(&t, b->profile);
	return measure_text(tpm, TAG_PROFILE, number, ret_why);
}

static void
add_word(struct text *t, const char *word)
{
	if (t->len)
		text_char(t, ' ');
	text_str(t, word);
}

/*
 * What steers the boot and is not on the kernel's line: a profile that was chosen of an image
 * that is not ours; that our own line was appended to; the line with the words that are ours.
 * It begins with such a word or has one, as no kernel's line does.
 */
static enum refusal_code
measure_words(struct tcg2 *tpm, const struct boot *b, bool own, struct refusal *ret_why)
{
	static char room[TEXT_MOST];
	struct text t = text_init(room, sizeof(room));
	bool foreign_line = !secure_line_is_own(b);

	if (b->has_profile && !own) {
		text_str(&t, "kshim.profile=@");
		text_dec(&t, b->profile);
	}
	if (own && foreign_line &&
	        (b->own_words.size || measure_is_number(text_span(b->request.cmdline.text))))
		add_word(&t, "kshim.line=appended");
	if (foreign_line && b->joined[b->request.cmdline.len])
		add_word(&t, b->joined);
	return t.len ? measure_text(tpm, 0, room, ret_why) : REFUSAL_NONE;
}

/* The line, unless it is our own section's and was measured with that, or there is none. */
static enum refusal_code
measure_line(struct tcg2 *tpm, const struct boot *b, bool own, struct refusal *ret_why)
{
	if (secure_line_is_own(b) || (own && !b->request.cmdline.len))
		return REFUSAL_NONE;
	return measure_text(tpm, 0, b->request.cmdline.text, ret_why);
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

/* Initrds that did not come from our own sections. */
static enum refusal_code
measure_initrds(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < b->initrds; i++) {
		const struct file *f = &b->initrd[i];

		if (!secure_is_own(f->bytes))
			code = measure(tpm, PCR_INITRD, f->name, f->bytes, ret_why);
	}
	return code;
}

static enum refusal_code
measure_extra(struct tcg2 *tpm, const struct extra *x, struct refusal *ret_why)
{
	if (!x->event)
		return REFUSAL_NONE;
	return tpm_measure(
	        tpm, &(struct measured){x->pcr, x->tag, x->event, x->file.bytes}, ret_why);
}

static enum refusal_code
measure_extras(struct tcg2 *tpm, const struct extras *e, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	if (e->addon_line.len)
		code = measure_text(tpm, 0, e->addon_line.text, ret_why);
	if (!code && e->smbios_line.len)
		code = measure_text(tpm, 0, e->smbios_line.text, ret_why);
	for (uint32_t i = 0; !code && i < e->archives; i++)
		code = measure_extra(tpm, &e->archive[i], ret_why);
	for (uint32_t i = e->ucodes; !code && i--;)
		code = measure_extra(tpm, &e->ucode[i], ret_why);
	for (uint32_t i = 0; !code && i < e->initrds; i++)
		code = measure_extra(tpm, &e->initrd[i], ret_why);
	return code;
}

/* As systemd's stub does where it is the stub of the image; then initrds from elsewhere. */
static enum refusal_code
measure_own(struct tcg2 *tpm, const struct boot *b, struct refusal *ret_why)
{
	enum refusal_code code = measure_own_profile(tpm, b, ret_why);

	if (!code)
		code = measure_sections(tpm, b, ret_why);
	if (!code)
		code = measure_words(tpm, b, true, ret_why);
	if (!code)
		code = measure_line(tpm, b, true, ret_why);
	if (!code)
		code = measure_extras(tpm, &b->extras, ret_why);
	return code ? code : measure_initrds(tpm, b, ret_why);
}

static enum refusal_code
measure_other(
        struct tcg2 *tpm, const struct boot *b, bool firmware_starts, struct refusal *ret_why)
{
	enum refusal_code code = measure_words(tpm, b, false, ret_why);

	/* A unified kernel image's stub measures its line itself, if it takes it at all. */
	if (!code && !(firmware_starts && b->is_uki))
		code = measure_line(tpm, b, false, ret_why);
	if (code || firmware_starts)
		return code;
	code = measure(tpm, PCR_KERNEL, b->kernel.name, b->kernel.bytes, ret_why);
	return code ? code : measure_initrds(tpm, b, ret_why);
}

enum refusal_code
measure_boot(const struct boot *b, bool firmware_starts, struct refusal *ret_why)
{
	struct tcg2 *tpm = tpm_find();
	enum refusal_code code;

	if (!tpm)
		return REFUSAL_NONE;
	code = measure_config(tpm, b, ret_why);
	if (code)
		return code;
	if (secure_is_own(b->kernel.bytes))
		return measure_own(tpm, b, ret_why);
	return measure_other(tpm, b, firmware_starts, ret_why);
}
