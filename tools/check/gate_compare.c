/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --compare OLD: what changed for those who boot it. Facts that launchers and packagers rely
 * on, and every launcher's answer; the size of things is passed over.
 */
#include <stdio.h>
#include <string.h>

#include "tools/check/gate.h"

/* Facts whose change may be noticed at boot, and why. */
static const struct {
	const char *name, *text;
} watched[] = {
        {"boot.version", "loaders read other fields"},
        {"boot.xloadflags.KERNEL_64", "the 64-bit entry"},
        {"boot.xloadflags.CAN_BE_LOADED_ABOVE_4G", "where kernel and initrd may lie"},
        {"boot.relocatable", "where it may be loaded"},
        {"boot.alignment", "where it may be loaded"},
        {"boot.min-alignment", "where it may be loaded"},
        {"boot.pref-address", "where it is loaded"},
        {"boot.init-size", "how much memory must be free from there on"},
        {"boot.cmdline-max", "how long a command line may be"},
        {"boot.initrd-max", "how high an initrd may lie"},
        {"boot.handover-offset", "the EFI handover entry"},
        {"payload.compression", "what unpacks it, and how long that takes"},
        {"boot.code32-start", "where it is loaded, and its 32-bit entry"},
        {"boot.loadflags.LOADED_HIGH", "where it is loaded"},
        {"boot.setup-sects", "where its code is in the file"},
        {"boot.xloadflags.EFI_HANDOVER_32", "the EFI handover entry"},
        {"boot.xloadflags.EFI_HANDOVER_64", "the EFI handover entry"},
        {"elf.class", "32 or 64 bits"},
        {"elf.machine", "which processor"},
        {"elf.type", "whether it may be moved"},
        {"elf.entry", "the ELF entry"},
        {"elf.system", "by which protocols it may be entered"},
        {"elf.load-address", "where it is loaded"},
        {"elf.memory", "how much memory it needs"},
        {"elf.alignment", "where a loader that moves it may put it"},
        {"pvh.entry", "the PVH entry"},
        {"pvh.relocatable", "where it may be loaded by PVH"},
        {"image.text-offset", "where it is loaded"},
        {"image.size", "how much memory it needs"},
        {"image.flags.BIG_ENDIAN", "which processors run it"},
        {"image.flags.PAGE_SIZE", "which processors run it"},
        {"image.flags.ANYWHERE", "where it may be loaded"},
        {"pe.machine", "which firmware starts it"},
        {"pe.subsystem", "whether UEFI starts it"},
        {"pe.signature", "Secure Boot"},
        {"pe.nx-compatible", "firmware that enforces NX"},
        {"pe.image-version", "how initrds reach the EFI stub"},
        {"uki.cmdline", "the command line that it brings"},
        {"memory.least", "how much memory a machine must have"},
        {"disk.default", "which entry boots"},
        {"linux.config", "whether the .config is inside"},
};

static const char *
show(struct report *r, const struct fact *f)
{
	if (!f)
		return "none";
	switch (f->value.type) {
	case VALUE_HEX:
		return report_format(r, "%#llx", (unsigned long long)f->value.number);
	case VALUE_COUNT:
	case VALUE_BYTES:
		return report_format(r, "%llu", (unsigned long long)f->value.number);
	case VALUE_FLAG:
		return f->value.number ? "yes" : "no";
	case VALUE_TEXT:
	default:
		return f->value.text;
	}
}

static void
append(struct outcome *o, struct change change)
{
	struct change *c = report_alloc(o->report, sizeof(*c));

	*c = change;
	if (o->change_last)
		o->change_last->next = c;
	else
		o->change_first = c;
	o->change_last = c;
}

static void
compare_fact(struct outcome *o, const struct outcome *old, const char *name, const char *text)
{
	struct report *r = o->report;
	const char *before = show(r, report_find(old->report, name));
	const char *after = show(r, report_find(r, name));

	if (strcmp(before, after) != 0)
		append(o, (struct change){NULL, name, report_format(r, "%s", before), after,
		                  false, text});
}

/* "yes", with the rule if that is all that changed. */
static const char *
answer(struct report *r, const struct launch *l, bool with_rule)
{
	const char *word = l->boots ? "yes" : "no";

	return with_rule ? report_format(r, "%s, %s", word, l->rule) : word;
}

static void
compare_launcher(struct outcome *o, const struct outcome *old, const struct launch *l)
{
	const struct launch *was = report_find_launch(old->report, l->name);

	if (!was || (was->boots == l->boots && strcmp(was->rule, l->rule) == 0))
		return;
	append(o, (struct change){NULL, report_format(o->report, "launchers.%s", l->name),
	                  answer(o->report, was, was->boots == l->boots),
	                  answer(o->report, l, was->boots == l->boots), was->boots && !l->boots,
	                  l->text});
}

static void
compare_config(struct outcome *o, const struct table *now, const struct table *was)
{
	const struct row *b = was->first;

	for (const struct row *a = now->first; a && b; a = a->next, b = b->next)
		if (strcmp(a->cell[1].text, b->cell[1].text) != 0)
			append(o,
			        (struct change){NULL,
			                report_format(o->report, "CONFIG_%s", a->cell[0].text),
			                report_format(o->report, "%s", b->cell[1].text),
			                a->cell[1].text, false, a->meaning});
}

static const struct table *
config_of(const struct report *r)
{
	for (; r; r = r->inner)
		for (const struct table *t = r->table_first; t; t = t->next)
			if (strcmp(t->name, "config") == 0)
				return t;
	return NULL;
}

void
gate_compare(struct outcome *o, const struct outcome *old)
{
	const struct table *now = config_of(o->report), *was = config_of(old->report);

	o->compared = old->path;
	if (strcmp(o->report->kind_name, old->report->kind_name) != 0)
		append(o, (struct change){NULL, "kind", old->report->kind_name,
		                  o->report->kind_name, false, NULL});
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		compare_fact(o, old, watched[i].name, watched[i].text);
	if (now && was)
		compare_config(o, now, was);
	for (const struct launch *l = o->report->launch_first; l; l = l->next)
		compare_launcher(o, old, l);
}
