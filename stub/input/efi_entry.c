/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads boot entries and chooses one: efi_entry.h says by which documents.
 */
#include "efi_entry.h"
#include "stub/base/text.h"

#define SAVED "@saved"

const struct efi_entry_folder efi_entry_folder[EFI_ENTRY_FOLDERS] = {
        {"\\loader\\entries", ".conf", false},
        {"\\EFI\\Linux", ".efi", true},
};

static bool
read_text(struct efi_entry *e, struct span file, const char **ret_note, struct refusal *ret_why)
{
	if (bls_entry_read(file, &e->entry, ret_why))
		return false;
	e->text = file;
	if (e->entry.architecture.size && !bls_match(text_span("x64"), e->entry.architecture))
		return false;
	if (!e->entry.kernel.size)
		*ret_note = "its uki-url is passed over, because nothing is read by network";
	return e->entry.kernel.size;
}

/* A unified kernel image says who it is in .osrel; without .linux it is none. */
static bool
read_image(struct efi_entry *e, struct span file, struct pe *room, struct refusal *ret_why)
{
	struct refusal why;
	struct span text;
	bool found;

	if (pe_read(file, &found, room, &why)) {
		*ret_why = why;
		return false;
	}
	if (!found || !pe_find(room, ".linux"))
		return false;
	text = pe_content(room, ".osrel", file, false);
	bls_entry_of_os_release(text, &e->entry);
	return text.size;
}

bool
efi_entry_read(struct efi_entry *e, struct span file, struct pe *room, const char **ret_note,
        struct refusal *ret_why)
{
	*ret_note = NULL;
	ret_why->code = REFUSAL_NONE;
	e->text = (struct span){NULL, 0};
	return e->folder->images ? read_image(e, file, room, ret_why)
	                         : read_text(e, file, ret_note, ret_why);
}

/* The first entry by the order; if `glob` is not NULL, of those that it matches. */
static const struct efi_entry *
first_of(const struct efi_entries *list, const struct span *glob)
{
	const struct efi_entry *best = NULL;

	for (uint32_t i = 0; i < list->count; i++) {
		const struct efi_entry *e = &list->entry[i];

		if (glob && !bls_is_default(&e->entry, *glob))
			continue;
		if (!best || bls_compare(&e->entry, &best->entry) < 0)
			best = e;
	}
	return best;
}

/* The entry that a default names: a glob, or the one that was booted last. */
static const struct efi_entry *
named(const struct efi_entries *list, const struct efi_entry_wishes *w, struct span wanted)
{
	if (span_equals(wanted, SAVED))
		wanted = w->last;
	return wanted.size ? first_of(list, &wanted) : NULL;
}

/* As bootctl and systemctl have it (--boot-loader-entry=) in a variable. */
static const struct efi_entry *
by_variable(const struct efi_entries *list, const struct efi_entry_wishes *w,
        struct span wanted, bool *gone)
{
	const struct efi_entry *best = named(list, w, wanted);

	*gone |= !best && wanted.size && !span_equals(wanted, SAVED);
	return best;
}

/* Did none of the boots that were counted succeed? */
static bool
is_bad(const struct efi_entry *e)
{
	return e->entry.counted && !e->entry.left;
}

struct efi_entry_choice
efi_entry_choose(const struct efi_entries *list, const struct efi_entry_wishes *wishes)
{
	struct efi_entry_choice c = {.entry = NULL};

	if (wishes->has_word) {
		c.entry = first_of(list, &wishes->word);
		return c;
	}
	c.entry = by_variable(list, wishes, wishes->once, &c.gone);
	c.once = c.entry != NULL;
	if (!c.entry)
		c.entry = by_variable(list, wishes, wishes->while_good, &c.gone);
	if (c.entry && !c.once && is_bad(c.entry))
		c.entry = NULL;
	if (!c.entry)
		c.entry = by_variable(list, wishes, wishes->always, &c.gone);
	if (!c.entry)
		c.entry = named(list, wishes, wishes->config);
	if (!c.entry)
		c.entry = first_of(list, NULL);
	return c;
}

bool
efi_entry_is_saved(const struct efi_entry_wishes *wishes)
{
	return span_equals(wishes->always.size ? wishes->always : wishes->config, SAVED);
}
