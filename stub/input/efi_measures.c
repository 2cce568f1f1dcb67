/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of events: efi_measures.h says whose order it is.
 *
 * Surprise: systemd's stub replaces its own line by the load options and kshim.efi appends
 * them, so a text of ours says which it was.
 */
#include "efi_measures.h"
#include "stub/base/text.h"
#include "utf.h"

/* A list that is being told. */
struct teller {
	const struct measures *m;
	struct measure_room *room;
	measure_event *tell;
	void *context;
};

typedef enum refusal_code step(const struct teller *t, struct refusal *ret_why);

static enum refusal_code
tell_file(const struct teller *t, uint32_t pcr, const struct measure_file *f,
        struct refusal *ret_why)
{
	return t->tell(t->context, &(struct measured){MEASURED_FILE, pcr, 0, f->name, f->bytes},
	        ret_why);
}

/* By what a boot entry was chosen, if one was. */
static enum refusal_code
tell_config(const struct teller *t, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < 2; i++) {
		if (t->m->config[i].bytes.size)
			code = tell_file(t, MEASURE_PCR_CONFIG, &t->m->config[i], ret_why);
	}
	return code;
}

static bool
section(const struct measures *m, const char *name, struct span *ret_content)
{
	*ret_content = pe_content(m->own, name, m->image, m->loaded);
	return ret_content->size;
}

/* Name and content of each section of ours that is part of what is booted. */
static enum refusal_code
tell_sections(const struct teller *t, struct refusal *ret_why)
{
	static const char names[][PE_NAME] = {".linux", ".osrel", ".cmdline", ".initrd",
	        ".ucode", ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey", ".profile",
	        ".dtbauto", ".hwids", ".efifw"};
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < sizeof(names) / sizeof(names[0]); i++) {
		struct measured m = {
		        MEASURED_NAME, MEASURE_PCR_SECTIONS, 0, names[i], text_span(names[i])};
		struct span content;

		if (!section(t->m, names[i], &content))
			continue;
		m.bytes.size++; /* its NUL */
		code = t->tell(t->context, &m, ret_why);
		m.what = MEASURED_SECTION;
		m.bytes = content;
		if (!code)
			code = t->tell(t->context, &m, ret_why);
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
tell_text(const struct teller *t, enum measured_what what, const char *text,
        struct refusal *ret_why)
{
	uint16_t *wide = t->room->wide;
	struct measured m = {what, MEASURE_PCR_LINE,
	        what == MEASURED_PROFILE ? MEASURE_TAG_PROFILE : 0, text,
	        {(const uint8_t *)wide, 0}};
	enum refusal_code code = utf16_exactly(text, wide, EFI_TEXT_MOST, ret_why);

	if (code) {
		ret_why->subject = "command line";
		return code;
	}
	while (wide[m.bytes.size / 2])
		m.bytes.size += 2;
	m.bytes.size += 2;
	return t->tell(t->context, &m, ret_why);
}

/* The number of our own profile; of the first nothing is measured. */
static enum refusal_code
tell_own_profile(const struct teller *t, struct refusal *ret_why)
{
	char number[16];
	struct text text = text_init(number, sizeof(number));

	if (!t->m->profile)
		return REFUSAL_NONE;
	text_dec(&text, t->m->profile);
	return tell_text(t, MEASURED_PROFILE, number, ret_why);
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
tell_words(const struct teller *t, struct refusal *ret_why)
{
	const struct measures *m = t->m;
	struct text text = text_init(t->room->words, sizeof(t->room->words));

	if (m->has_profile && !m->own) {
		text_str(&text, "kshim.profile=@");
		text_dec(&text, m->profile);
	}
	if (m->own && !m->line_is_own &&
	        (m->has_own_line || measure_is_number(text_span(m->line))))
		add_word(&text, "kshim.line=appended");
	if (!m->line_is_own && m->words)
		add_word(&text, m->words);
	return text.len ? tell_text(t, MEASURED_WORDS, t->room->words, ret_why) : REFUSAL_NONE;
}

/*
 * The line, unless it is our own section's and was measured with that, or there is none. A
 * unified kernel image's stub measures its line itself, if it takes it at all.
 */
static enum refusal_code
tell_line(const struct teller *t, struct refusal *ret_why)
{
	const struct measures *m = t->m;

	if (m->line_is_own || (m->own && !m->line[0]) ||
	        (!m->own && m->firmware_starts && m->is_uki))
		return REFUSAL_NONE;
	return tell_text(t, MEASURED_LINE, m->line, ret_why);
}

static enum refusal_code
tell_more_lines(const struct teller *t, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	if (t->m->addon_line[0])
		code = tell_text(t, MEASURED_ADDON_LINE, t->m->addon_line, ret_why);
	if (!code && t->m->smbios_line[0])
		code = tell_text(t, MEASURED_SMBIOS_LINE, t->m->smbios_line, ret_why);
	return code;
}

static enum refusal_code
tell_extra(const struct teller *t, const struct extra *x, struct refusal *ret_why)
{
	return x->event.text ? t->tell(t->context, &x->event, ret_why) : REFUSAL_NONE;
}

static enum refusal_code
tell_extras(const struct teller *t, struct refusal *ret_why)
{
	const struct extras *e = t->m->extras;
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && i < e->archives; i++)
		code = tell_extra(t, &e->archive[i], ret_why);
	for (uint32_t i = e->ucodes; !code && i--;)
		code = tell_extra(t, &e->ucode[i], ret_why);
	for (uint32_t i = 0; !code && i < e->initrds; i++)
		code = tell_extra(t, &e->initrd[i], ret_why);
	return code;
}

static enum refusal_code
tell_kernel(const struct teller *t, struct refusal *ret_why)
{
	if (t->m->firmware_starts)
		return REFUSAL_NONE;
	return tell_file(t, MEASURE_PCR_KERNEL, &t->m->kernel, ret_why);
}

/* Initrds that did not come from our own sections. */
static enum refusal_code
tell_initrds(const struct teller *t, struct refusal *ret_why)
{
	enum refusal_code code = REFUSAL_NONE;

	for (uint32_t i = 0; !code && !t->m->firmware_starts && i < t->m->initrds; i++)
		code = tell_file(t, MEASURE_PCR_INITRD, &t->m->initrd[i], ret_why);
	return code;
}

enum refusal_code
measures_tell(const struct measures *m, struct measure_room *room, measure_event *tell,
        void *context, struct refusal *ret_why)
{
	/* As systemd's stub does where it is the stub of the image; then what is from
	 * elsewhere.
	 */
	static step *const own[] = {tell_config, tell_own_profile, tell_sections, tell_words,
	        tell_line, tell_more_lines, tell_extras, tell_initrds};
	static step *const other[] = {
	        tell_config, tell_words, tell_line, tell_kernel, tell_initrds};
	const struct teller t = {m, room, tell, context};
	step *const *steps = m->own ? own : other;
	unsigned count =
	        m->own ? sizeof(own) / sizeof(own[0]) : sizeof(other) / sizeof(other[0]);
	enum refusal_code code = REFUSAL_NONE;

	for (unsigned i = 0; !code && i < count; i++)
		code = steps[i](&t, ret_why);
	return code;
}
