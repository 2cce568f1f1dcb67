/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the parts of a boot as efi/sources.c and efi/unpack.c do, and has
 * stub/input/efi_measures.h list what is measured of them. What the firmware measures before is
 * assumed: foretell_assumed() says it.
 */
#include "tools/measure/foretell.h"

#include <string.h>

#include "stub/input/bundle.h"
#include "stub/input/pin.h"
#include "stub/probe/probe.h"
#include "tools/cmd.h"
#include "tools/measure/authenticode.h"
#include "tools/measure/beside.h"
#include "tools/sbat.h"

#define BOOT_ACTION "Calling EFI Application from Boot Option"

/* A boot, and the files that it is made of. */
struct boot {
	const struct measure_wishes *w;
	struct events *all;
	struct file image, kernel, initrd[MEASURE_INITRDS];
	struct pe own, other; /* the profile's sections: of the image, of the kernel's file */
	struct measures m;
	struct measure_room room;
	struct beside beside;
	struct span packed_line; /* in an image or bundle */
	bool line_is_section;
	char smbios[EFI_LINE_ROOM], joined[EFI_LINE_ROOM], line[EFI_LINE_ROOM];
};

bool
foretell_is_stub(struct span file)
{
	static struct pe pe;
	struct refusal why;
	bool found;

	return !pe_read(file, &found, &pe, &why) && found &&
	       sbat_names(pe_content(&pe, ".sbat", file, false), "kshim");
}

static int
refused(const char *path, struct refusal *why, enum refusal_code code, uint64_t found)
{
	refuse(why, code, 0, found, 0);
	return fail_refusal(path, *why);
}

static int
add_initrd(struct boot *b, const char *name, struct span bytes)
{
	struct refusal why;

	if (!bytes.size)
		return STATUS_OK;
	if (b->m.initrds == MEASURE_INITRDS) {
		refuse_too_many(&why, "initrds", MEASURE_INITRDS + 1, MEASURE_INITRDS);
		return fail_refusal(name, why);
	}
	b->m.initrd[b->m.initrds++] = (struct measure_file){name, bytes};
	return STATUS_OK;
}

/* Keep what the chosen profile has. */
static int
take_profile(const struct boot *b, const char *path, struct pe *pe)
{
	uint32_t profiles = pe_profiles(pe);
	struct refusal why;

	if (pe_take_profile(pe, b->w->profile))
		return STATUS_OK;
	refuse(&why, REFUSAL_EFI_PROFILE, 0, b->w->profile, profiles);
	return fail_refusal(path, why);
}

/* The image's own sections. */
static int
take_own(struct boot *b)
{
	struct span image = file_span(&b->image);
	struct refusal why;

	if (!pe_find(&b->own, ".linux"))
		return refused(b->image.path, &why, REFUSAL_EFI_NO_KERNEL, 0);
	if (take_profile(b, b->image.path, &b->own) != STATUS_OK)
		return STATUS_REFUSED;
	b->m.own = &b->own;
	b->m.image = image;
	b->packed_line = pe_content(&b->own, ".cmdline", image, false);
	b->line_is_section = true;
	return STATUS_OK;
}

static int
take_bundle(struct boot *b, struct span file, const struct bundle *m)
{
	struct span initrd = {NULL, 0};

	(void)span_sub(file, m->kernel_off, m->kernel_len, &b->m.kernel.bytes);
	(void)span_sub(file, m->cmdline_off, m->cmdline_len, &b->packed_line);
	(void)span_sub(file, m->initrd_off, m->initrd_len, &initrd);
	return add_initrd(b, "initrd of the bundle", initrd);
}

/* A unified kernel image that is not kshim.efi's. */
static int
take_uki(struct boot *b, struct span file)
{
	int status = take_profile(b, b->kernel.path, &b->other);

	b->m.is_uki = true;
	if (status != STATUS_OK || b->w->secure)
		return status; /* the firmware starts it as it is */
	b->m.kernel.bytes = pe_content(&b->other, ".linux", file, false);
	b->packed_line = pe_content(&b->other, ".cmdline", file, false);
	b->line_is_section = true;
	status = add_initrd(b, ".ucode", pe_content(&b->other, ".ucode", file, false));
	if (status == STATUS_OK)
		status =
		        add_initrd(b, ".initrd", pe_content(&b->other, ".initrd", file, false));
	return status;
}

static int
take_kernel(struct boot *b)
{
	struct span file;
	struct image im;
	struct bundle members;
	struct refusal why;
	bool found;
	int status = file_read(b->w->kernel, &b->kernel);

	if (status != STATUS_OK)
		return status;
	file = file_span(&b->kernel);
	im = image_of(file);
	b->m.kernel = (struct measure_file){b->kernel.path, file};
	if (bundle_read(&im, &found, &members, &why))
		return fail_refusal(b->kernel.path, why);
	if (found)
		return take_bundle(b, file, &members);
	if (pe_read(file, &found, &b->other, &why))
		return fail_refusal(b->kernel.path, why);
	if (found && pe_find(&b->other, ".linux"))
		return take_uki(b, file);
	return b->w->has_profile ? refused(b->kernel.path, &why, REFUSAL_EFI_PROFILE, 0)
	                         : STATUS_OK;
}

/* With Secure Boot: whether the firmware starts the kernel, or its sum is pinned. */
static int
obey_policy(struct boot *b, bool is_bzimage)
{
	struct span pins = pe_content(&b->own, ".kshpin", file_span(&b->image), false);
	uint8_t sum[SHA256_LEN];
	struct refusal why;

	if (!b->w->secure || b->m.own)
		return STATUS_OK;
	sha256_of(b->m.kernel.bytes, sum);
	if (pin_has(pins, "kernel", sum))
		return STATUS_OK;
	b->m.firmware_starts = b->m.is_uki || is_bzimage;
	if (!b->m.firmware_starts) {
		why = (struct refusal){.code = REFUSAL_EFI_UNSIGNED, .detail = "kernel"};
		return fail_refusal(b->kernel.path, why);
	}
	if (b->m.is_uki && b->m.initrds)
		return refused(b->m.initrd[0].name, &why, REFUSAL_EFI_UKI_INITRD, 0);
	return STATUS_OK;
}

/* What kshim.efi does not boot has no events. */
static int
judge_kernel(struct boot *b)
{
	struct span kernel =
	        b->m.own ? pe_content(&b->own, ".linux", b->m.image, false) : b->m.kernel.bytes;
	struct image im = image_of(kernel);
	bool as_it_is = b->m.is_uki && b->w->secure;
	struct refusal why;
	struct facts facts = {.format = KERNEL_ELF64};

	if (!as_it_is && kernel_probe(&im, &facts, &why))
		return fail_refusal(b->m.own ? b->image.path : b->kernel.path, why);
	return obey_policy(b, facts.format == KERNEL_BZIMAGE);
}

static int
read_initrds(struct boot *b)
{
	int status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < b->w->initrds; i++) {
		status = file_read(b->w->initrd[i], &b->initrd[i]);
		if (status == STATUS_OK)
			status = add_initrd(b, b->w->initrd[i], file_span(&b->initrd[i]));
	}
	return status;
}

/* As efi/sources.c joins it: what is packed with the kernel, then the options' words. */
static int
join_line(struct boot *b)
{
	struct cmdline joined = cmdline_init(b->joined, sizeof(b->joined)), line;
	struct span words = {(const uint8_t *)b->w->words, strlen(b->w->words)};
	struct cmdline_words ours;
	struct refusal why;
	enum refusal_code code = b->line_is_section
	                                 ? cmdline_append_section(&joined, b->packed_line, &why)
	                                 : cmdline_append(&joined, b->packed_line, &why);

	if (!code)
		code = cmdline_append(&joined, words, &why);
	memcpy(b->line, b->joined, sizeof(b->line));
	line = (struct cmdline){b->line, sizeof(b->line), joined.len};
	if (!code)
		code = cmdline_take_words(&line, &ours, &why);
	if (code)
		return fail_refusal("command line", why);
	b->m.has_own_line = b->packed_line.size != 0;
	b->m.line_is_own = b->m.own && b->m.has_own_line && !words.size;
	b->m.line = b->line;
	b->m.words = joined.len != line.len ? b->joined : NULL;
	return STATUS_OK;
}

static const char *
what_word(const struct measured *m)
{
	static const char *const words[] = {[MEASURED_FILE] = "file",
	        [MEASURED_NAME] = "section-name",
	        [MEASURED_SECTION] = "section",
	        [MEASURED_PROFILE] = "profile",
	        [MEASURED_WORDS] = "words",
	        [MEASURED_LINE] = "command-line",
	        [MEASURED_ADDON_LINE] = "addons-line",
	        [MEASURED_SMBIOS_LINE] = "smbios-line",
	        [MEASURED_ARCHIVE] = "archive",
	        [MEASURED_ADDON] = "addon"};

	return words[m->what];
}

static enum refusal_code
add_event(void *context, const struct measured *m, struct refusal *ret_why)
{
	struct boot *b = context;
	struct event e = {.pcr = m->pcr,
	        .type = m->tag ? EV_EVENT_TAG : EV_IPL,
	        .tag = m->tag,
	        .what = what_word(m),
	        .text = (char *)(uintptr_t)m->text};

	(void)ret_why;
	events_add_bytes(b->all, e, m->bytes);
	return REFUSAL_NONE;
}

/* An image that the firmware loads. */
static int
add_image(struct boot *b, const char *path, struct span file)
{
	struct event e = {.pcr = MEASURE_PCR_KERNEL,
	        .type = EV_EFI_BOOT,
	        .what = "image",
	        .text = (char *)(uintptr_t)path};
	struct refusal why;

	if (authenticode(file, b->all->banks, &e.sums, &why))
		return fail_refusal(path, why);
	events_add(b->all, &e);
	return STATUS_OK;
}

/* What firmware measures until kshim.efi runs. */
static int
add_start(struct boot *b)
{
	static char separator[] = "four zero bytes", action[] = BOOT_ACTION;
	struct event e = {.pcr = MEASURE_PCR_KERNEL,
	        .type = EV_EFI_ACTION,
	        .what = "action",
	        .text = action};

	events_add_bytes(b->all, e, (struct span){(const uint8_t *)action, sizeof(action) - 1});
	e.type = EV_SEPARATOR;
	e.what = "separator";
	e.text = separator;
	events_add_bytes(b->all, e, (struct span){(const uint8_t *)"\0\0\0", 4});
	return add_image(b, b->image.path, file_span(&b->image));
}

/* What the machine's owner adds to the line. */
static int
take_smbios(struct boot *b)
{
	struct cmdline line = cmdline_init(b->smbios, sizeof(b->smbios));
	struct span text = {(const uint8_t *)b->w->smbios, 0};
	struct refusal why;
	const char *wrong;

	if (!b->w->smbios)
		return STATUS_OK;
	text.size = strlen(b->w->smbios);
	wrong = efi_addon_wrong_line(text, &b->beside.room);
	if (wrong)
		return fail(STATUS_REFUSED, "--smbios: it is not added: %s", wrong);
	(void)cmdline_append_section(&line, text, &why); /* as it was tried */
	return STATUS_OK;
}

static int
find_parts(struct boot *b)
{
	struct refusal why;
	bool found;
	int status = file_read(b->w->image, &b->image);

	if (status != STATUS_OK)
		return status;
	if (!foretell_is_stub(file_span(&b->image)) ||
	        pe_read(file_span(&b->image), &found, &b->own, &why))
		return fail(STATUS_REFUSED, "%s: this is not kshim.efi, nor made with it",
		        b->w->image);
	status = b->w->kernel ? take_kernel(b) : take_own(b);
	if (status == STATUS_OK)
		status = read_initrds(b);
	if (status == STATUS_OK)
		status = join_line(b);
	if (status == STATUS_OK && b->m.own)
		status = beside_find(b->w->image, b->w->volume,
		        pe_content(&b->own, ".uname", b->m.image, false), &b->beside);
	if (status == STATUS_OK && b->m.own)
		status = take_smbios(b);
	return status == STATUS_OK ? judge_kernel(b) : status;
}

/* The firmware measures each addon that it loads, one that is left out afterwards as well. */
static void
add_addon_image(struct boot *b, const char *path, struct span file)
{
	struct sums sums;
	struct refusal why;

	if (!authenticode(file, b->all->banks, &sums, &why))
		(void)add_image(b, path, file);
}

static int
list_events(struct boot *b)
{
	struct refusal why;
	int status = add_start(b);

	for (uint32_t i = 0; status == STATUS_OK && i < b->beside.addons; i++)
		add_addon_image(b, b->beside.path[i], file_span(&b->beside.file[i]));
	if (status == STATUS_OK && b->m.firmware_starts)
		status = add_image(b, b->kernel.path, file_span(&b->kernel));
	if (status == STATUS_OK && measures_tell(&b->m, &b->room, add_event, b, &why))
		return fail_refusal("command line", why);
	return status;
}

static int
unchanged(const struct boot *b)
{
	int status = file_unchanged(&b->image);

	if (status == STATUS_OK)
		status = file_unchanged(&b->kernel);
	for (uint32_t i = 0; status == STATUS_OK && i < MEASURE_INITRDS; i++)
		status = file_unchanged(&b->initrd[i]);
	for (uint32_t i = 0; status == STATUS_OK && i < b->beside.files; i++)
		status = file_unchanged(&b->beside.file[i]);
	return status;
}

int
foretell(const struct measure_wishes *w, struct events *all)
{
	static struct boot boot;
	struct boot *b = &boot;
	int status;

	memset(b, 0, sizeof(*b));
	b->w = w;
	b->all = all;
	b->m.has_profile = w->has_profile;
	b->m.profile = w->profile;
	b->m.addon_line = b->beside.addon_text;
	b->m.smbios_line = b->smbios;
	b->m.extras = &b->beside.extras;
	status = find_parts(b);
	if (status == STATUS_OK)
		status = list_events(b);
	if (status == STATUS_OK)
		status = unchanged(b);
	beside_free(&b->beside);
	for (uint32_t i = 0; i < MEASURE_INITRDS; i++)
		file_free(&b->initrd[i]);
	file_free(&b->kernel);
	file_free(&b->image);
	return status;
}

const char *
foretell_assumed(const struct measure_wishes *w, unsigned i)
{
	const char *const lines[] = {
	        "PCR 4: a boot option of the firmware starts the image, as the first that it starts",
	        "no other program, option ROM or loader measures into these PCRs before",
	        w->secure
	                ? "what of the kernel the firmware starts, Linux and its own stub measure more into 9, 11, 12 and 13"
	                : "Secure Boot is off",
	        w->smbios ? "the machine is no confidential one"
	                  : "SMBIOS adds nothing to the line",
	        w->volume ? NULL : "\\loader has no addons, credentials or extensions",
	        NULL,
	};

	return lines[i];
}
