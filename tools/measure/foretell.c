/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From wishes to events: finds the boot's parts and has stub/input/efi_measures.h list what is
 * measured of them. What the firmware measures around that is assumed: foretell_assumed() says
 * it.
 */
#include "tools/measure/foretell.h"

#include <stdlib.h>

#include "tools/cmd.h"
#include "tools/measure/boot.h"
#include "tools/sbat.h"

bool
foretell_is_stub(struct span file)
{
	static struct pe pe;
	struct refusal why;
	bool found;

	return !pe_read(file, &found, &pe, &why) && found &&
	       sbat_names(pe_content(&pe, ".sbat", file, false), "kshim");
}

/* The first of the files, if the image has no kernel in it. */
static int
take_kernel(struct boot *b)
{
	const struct file *kernel;
	int status;

	if (pe_find(&b->own_pe, ".linux"))
		return sources_own(b);
	if (!b->w->files)
		return b->root != MEDIA_HOST
		               ? entries_take(b)
		               : fail(STATUS_USAGE,
		                         "%s has no kernel in it, and neither a kernel nor a volume with boot entries is named",
		                         b->image->path);
	status = media_read_host(&b->media, b->w->file[b->files++], &kernel);
	return status == STATUS_OK ? sources_kernel(b, kernel) : status;
}

/* All others: what the load options name as initrds. */
static int
read_initrds(struct boot *b)
{
	const struct file *file;
	int status = STATUS_OK;

	while (status == STATUS_OK && b->files < b->w->files) {
		status = media_read_host(&b->media, b->w->file[b->files++], &file);
		if (status == STATUS_OK)
			status = sources_initrd(b, file->path, file_span(file));
	}
	return status;
}

/* What lies beside the image is for its own kernel only. */
static int
look_beside(struct boot *b)
{
	int status;

	if (!b->m.own)
		return STATUS_OK;
	status = beside_find(&b->media, &(struct beside_place){b->own, b->self, b->root},
	        pe_content(&b->own_pe, ".uname", b->m.image, false), &b->beside);
	return status == STATUS_OK ? line_smbios(b) : status;
}

static int
find_parts(struct boot *b)
{
	struct refusal why;
	bool found;
	int status = places_find(b);

	if (status != STATUS_OK)
		return status;
	if (!foretell_is_stub(file_span(b->image)) ||
	        pe_read(file_span(b->image), &found, &b->own_pe, &why))
		return media_unchanged(&b->media) == STATUS_OK
		               ? fail(STATUS_REFUSED,
		                         "%s: this is not kshim.efi, nor made with it",
		                         b->image->path)
		               : STATUS_HOST;
	status = take_kernel(b);
	if (status == STATUS_OK)
		status = read_initrds(b);
	if (status == STATUS_OK)
		status = line_join(b);
	if (status == STATUS_OK)
		status = look_beside(b);
	return status == STATUS_OK ? sources_judge(b) : status;
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
	        .text = m->text};

	(void)ret_why;
	events_add_bytes(b->all, e, m->bytes);
	return REFUSAL_NONE;
}

int
foretell_own(struct boot *b)
{
	struct refusal why;

	for (uint32_t i = 0; i < b->beside.addons; i++)
		firmware_addon(b, b->beside.addon[i]);
	return measures_tell(&b->m, &b->room, add_event, b, &why)
	               ? fail_refusal("command line", why)
	               : STATUS_OK;
}

static int
list_events(struct boot *b)
{
	int status = firmware_before(b);

	if (status == STATUS_OK && b->m.firmware_starts)
		status = firmware_image(b, b->kernel);
	if (status == STATUS_OK)
		status = foretell_own(b);
	if (status == STATUS_OK && b->m.firmware_starts)
		status = started_add(b);
	if (status == STATUS_OK)
		firmware_after(b);
	return status;
}

/* Is all of PCR 5 known: what the firmware has in it before? */
static bool
knows_config(const struct boot *b)
{
	return b->w->before || (b->own != MEDIA_HOST && b->media.bytes.data);
}

struct boot *
foretell_new(const struct measure_wishes *w, struct events *all)
{
	struct boot *b = calloc(1, sizeof(*b));

	if (!b)
		no_memory();
	b->w = w;
	b->all = all;
	b->m.has_profile = w->has_profile;
	b->m.profile = w->profile;
	b->m.addon_line = b->beside.addon_text;
	b->m.smbios_line = b->smbios;
	b->m.extras = &b->beside.extras;
	media_open(&b->media);
	return b;
}

void
foretell_free(struct boot *b)
{
	beside_free(&b->beside);
	media_close(&b->media);
	free(b->disk);
	free(b);
}

int
foretell(const struct measure_wishes *w, struct events *all)
{
	struct boot *b = foretell_new(w, all);
	int status = find_parts(b);

	all->has_config = knows_config(b);
	all->has_root = b->root != MEDIA_HOST;
	if (status == STATUS_OK)
		status = list_events(b);
	if (status == STATUS_OK)
		status = media_unchanged(&b->media);
	foretell_free(b);
	return status;
}

const char *
foretell_assumed(const struct measure_wishes *w, const struct events *all, unsigned i)
{
	const char *const lines[] = {
	        w->before
	                ? "the firmware starts the image as it did in the log that was given"
	                : "PCR 4: a boot option of the firmware starts the image, as the first that it starts",
	        w->before
	                ? "no loader of before measures into these PCRs but by being started"
	                : "no other program, option ROM or loader measures into these PCRs before",
	        w->secure
	                ? "what the firmware starts measures as Linux 6.1 and kshim.efi do (PCR 9: but for Linux behind systemd's stub)"
	                : "Secure Boot is off",
	        w->smbios ? "the machine is no confidential one"
	                  : "SMBIOS adds nothing to the line",
	        all->has_root ? "no EFI variable names a boot entry but by --entry"
	                      : "\\loader has no addons, credentials or extensions",
	        NULL,
	};

	return lines[i];
}
