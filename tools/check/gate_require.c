/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --require LIST: words of what a kernel must have, each met or missing.
 *
 * A word is one of the table, CONFIG_NAME, or the name of a launcher. What is packed inside
 * counts as the file's: pvh of a bzImage is asked of its payload.
 */
#include <stdio.h>
#include <string.h>

#include "stub/wire/bootparam.h"
#include "tools/check/gate.h"
#include "tools/check/launcher.h"
#include "tools/cmd.h"

#define WORD_MAX 64

static const struct report *
innermost(const struct report *r)
{
	while (r->inner)
		r = r->inner;
	return r;
}

static const struct report *
of_kind(const struct report *r, enum kind kind)
{
	while (r && r->kind != kind)
		r = r->inner;
	return r;
}

static bool
flag(const struct report *r, const char *name)
{
	const struct fact *f = report_find(r, name);

	return f && f->value.type == VALUE_FLAG && f->value.number;
}

static bool
has_pvh(const struct report *r)
{
	const struct report *k = of_kind(r, KIND_ELF);

	return k && k->known && k->facts.elf.pvh;
}

static bool
has_linux64(const struct report *r)
{
	const struct report *b = of_kind(r, KIND_BZIMAGE), *e = of_kind(r, KIND_ELF);

	if (b && b->known)
		return b->facts.bz.xloadflags & ZP_XLF_KERNEL_64;
	return e && e->known && e->facts.format == KERNEL_ELF64 &&
	       e->facts.elf.evidence != LINUX_NO && e->facts.elf.entry_loaded;
}

static bool
has_relocatable(const struct report *r)
{
	const struct report *b = of_kind(r, KIND_BZIMAGE), *e = of_kind(r, KIND_ELF);

	return (b && b->known && b->facts.bz.relocatable) ||
	       (!b && e && e->known && (e->facts.elf.reloc || has_linux64(r)));
}

static bool
has_above_4g(const struct report *r)
{
	return flag(r, "boot.xloadflags.CAN_BE_LOADED_ABOVE_4G");
}

static bool
has_efi_stub(const struct report *r)
{
	return r->has_pe;
}

static bool
has_signature(const struct report *r)
{
	return r->has_pe && r->pe.signature_len;
}

static bool
has_nx(const struct report *r)
{
	return flag(r, "pe.nx-compatible");
}

static bool
has_config(const struct report *r)
{
	const struct fact *f = report_find(r, "linux.config");

	return f && strcmp(f->value.text, "embedded") == 0;
}

static bool
knows_config(const struct report *r)
{
	const struct fact *f = report_find(r, "linux.config");

	return f && strcmp(f->value.text, "none") != 0 && strcmp(f->value.text, "unread") != 0;
}

static bool
has_build_id(const struct report *r)
{
	return report_find(r, "linux.build-id");
}

static bool
is_bootable(const struct report *r)
{
	return r->bootable;
}

static bool
is_linux(const struct report *r)
{
	return report_find(r, "linux.version");
}

static bool
is_bzimage(const struct report *r)
{
	return of_kind(r, KIND_BZIMAGE);
}

static bool
is_elf(const struct report *r)
{
	return innermost(r)->kind == KIND_ELF;
}

static const struct {
	const char *word, *meaning;
	bool (*met)(const struct report *);
} words[] = {
        {"bootable", "kshim can boot it", is_bootable},
        {"linux", "it is a Linux that says its version", is_linux},
        {"pvh", "the ELF, or the one inside, has a valid PVH note", has_pvh},
        {"linux64", "it has a 64-bit entry", has_linux64},
        {"relocatable", "it may be loaded at another address", has_relocatable},
        {"above-4g", "kernel and initrd may lie above 4 GiB", has_above_4g},
        {"efi-stub", "it is a PE that UEFI can start", has_efi_stub},
        {"signed", "it has a Secure Boot signature", has_signature},
        {"nx", "it says that it is NX-compatible", has_nx},
        {"ikconfig", "its .config is inside", has_config},
        {"build-id", "it has a build ID", has_build_id},
        {"bzimage", "it is a bzImage", is_bzimage},
        {"elf", "it is an ELF, or has one inside that can be taken out", is_elf},
};

static bool
is_launcher(const char *word)
{
	for (const struct launcher *l = all_launchers; l->name; l++)
		if (strcmp(l->name, word) == 0)
			return true;
	return false;
}

/* The option that CONFIG_NAME, or CONFIG_NAME=VALUE, asks for. */
static bool
config_met(const struct report *r, const char *option)
{
	char name[WORD_MAX];
	const char *equals = strchr(option, '='), *value;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(option, "="), option);
	value = report_config(r, name);
	if (!value)
		return false;
	return equals ? strcmp(value, equals + 1) == 0 : strcmp(value, "n") != 0;
}

static size_t
word_index(const char *word)
{
	size_t i = 0;

	while (i < sizeof(words) / sizeof(words[0]) && strcmp(words[i].word, word) != 0)
		i++;
	return i;
}

static bool
is_known(const char *word)
{
	return word_index(word) < sizeof(words) / sizeof(words[0]) || is_launcher(word) ||
	       (strncmp(word, "CONFIG_", 7) == 0 && word[7]);
}

/* The next word of the list; false at its end. */
static bool
next_word(const char **list, char *word)
{
	size_t len;

	*list += strspn(*list, ", ");
	len = strcspn(*list, ", ");
	if (!len)
		return false;
	snprintf(word, WORD_MAX, "%.*s", (int)len, *list);
	*list += len;
	return true;
}

int
gate_check_words(const char *list)
{
	char word[WORD_MAX];

	while (next_word(&list, word))
		if (!is_known(word))
			return fail(STATUS_USAGE,
			        "--require: no word %s; `kshim check --help` lists them", word);
	return STATUS_OK;
}

void
gate_help(void)
{
	puts("\n--require takes these words, joined by commas:");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		printf("  %-12s %s\n", words[i].word, words[i].meaning);
	puts("  CONFIG_NAME[=VALUE]  of the .config inside\n"
	     "  LAUNCHER     this launcher can boot it; their names:");
	for (const struct launcher *l = all_launchers; l->name; l++)
		printf("               %s\n", l->name);
}

static void
look(const struct report *r, const char *word, struct need *n)
{
	size_t i = word_index(word);
	const struct launch *l = report_find_launch(r, word);

	if (i < sizeof(words) / sizeof(words[0])) {
		n->met = words[i].met(r);
		n->text = words[i].meaning;
	} else if (is_launcher(word)) {
		n->met = l && l->boots;
		n->text = l ? l->text : "it is no kernel";
	} else {
		n->met = config_met(r, word + 7);
		n->text = knows_config(r) ? "of its .config, of those that matter in a guest"
		                          : "there is no .config inside, nor beside it";
	}
}

bool
gate_require(struct outcome *o, const char *list)
{
	char word[WORD_MAX];
	bool met = true;

	while (list && next_word(&list, word)) {
		struct need *n = report_alloc(o->report, sizeof(*n));

		n->word = report_format(o->report, "%s", word);
		look(o->report, n->word, n);
		met = met && n->met;
		if (o->need_last)
			o->need_last->next = n;
		else
			o->need_first = n;
		o->need_last = n;
	}
	return met;
}
