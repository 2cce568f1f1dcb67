/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures a boot: what of it, and in which order, says stub/input/efi_measures.h.
 */
#include "efi/measure.h"
#include "efi/cc.h"
#include "efi/machine.h"
#include "efi/secure.h"
#include "efi/tpm.h"
#include "efi/unpack.h"

/* What measures; NULL: this machine has none. */
struct measurers {
	struct tcg2 *tpm;
	struct cc *cc;
};

static enum refusal_code
measure(void *context, const struct measured *event, struct refusal *ret_why)
{
	const struct measurers *by = context;
	enum refusal_code code = by->cc ? cc_measure(by->cc, event, ret_why) : REFUSAL_NONE;

	if (!code && by->tpm)
		code = tpm_measure(by->tpm, event, ret_why);
	return code;
}

static struct measure_file
as_measured(const struct file *f)
{
	return (struct measure_file){f->name, f->bytes};
}

/* Kernel, initrds and configuration. */
static void
list_files(const struct boot *b, struct measures *m)
{
	for (unsigned i = 0; i < sizeof(b->config) / sizeof(b->config[0]); i++)
		m->config[i] = as_measured(&b->config[i]);
	m->kernel = as_measured(&b->kernel);
	m->initrds = 0;
	for (uint32_t i = 0; i < b->initrds; i++) {
		if (!secure_is_own(b->initrd[i].bytes))
			m->initrd[m->initrds++] = as_measured(&b->initrd[i]);
	}
}

static void
list(const struct boot *b, bool firmware_starts, struct measures *m)
{
	static struct pe own;

	m->own = secure_is_own(b->kernel.bytes) && unpack_own(b, &own) ? &own : NULL;
	m->image = (struct span){fw.self->ImageBase, fw.self->ImageSize};
	m->loaded = true;
	m->firmware_starts = firmware_starts;
	m->is_uki = b->is_uki;
	m->has_profile = b->has_profile;
	m->profile = b->profile;
	m->line_is_own = secure_line_is_own(b);
	m->has_own_line = b->own_words.size != 0;
	m->line = b->request.cmdline.text;
	m->words = b->joined[b->request.cmdline.len] ? b->joined : NULL;
	m->addon_line = b->addon_line.text ? b->addon_line.text : "";
	m->smbios_line = b->smbios_line.text ? b->smbios_line.text : "";
	m->extras = &b->extras;
	list_files(b, m);
}

enum refusal_code
measure_boot(const struct boot *b, bool firmware_starts, struct refusal *ret_why)
{
	static struct measures m;
	static struct measure_room room;
	struct measurers by = {tpm_find(), cc_find()};

	if (!by.tpm && !by.cc)
		return REFUSAL_NONE;
	list(b, firmware_starts, &m);
	if (machine_tell(measure, &by, ret_why))
		return ret_why->code;
	return measures_tell(&m, &room, measure, &by, ret_why);
}
