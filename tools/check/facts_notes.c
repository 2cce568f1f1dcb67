/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All notes of an ELF, and for each why it counts or does not: as the core read them.
 *
 * A part that is aligned to 8 is read by the core with both paddings, so a note may come twice,
 * or as nonsense in the wrong reading; here each place is listed once. An owner that is no text
 * is listed only if the note's type is the PVH entry's, which launchers take for one.
 */
#include <stdio.h>

#include "stub/probe/probe.h"
#include "stub/wire/elf.h"
#include "tools/check/facts.h"

#define NOTES_SHOWN  64
#define DESC_SHOWN   12 /* bytes in hexadecimal */
#define GNU_BUILD_ID 3

struct collector {
	struct report *report;
	struct table *table;
	uint64_t off[NOTES_SHOWN];
	unsigned count;
};

static const struct {
	uint32_t type;
	const char *name;
} xen_types[] = {
        {0, "INFO"},
        {1, "ENTRY"},
        {2, "HYPERCALL_PAGE"},
        {3, "VIRT_BASE"},
        {4, "PADDR_OFFSET"},
        {5, "XEN_VERSION"},
        {6, "GUEST_OS"},
        {7, "GUEST_VERSION"},
        {8, "LOADER"},
        {9, "PAE_MODE"},
        {10, "FEATURES"},
        {11, "BSD_SYMTAB"},
        {12, "HV_START_LOW"},
        {13, "L1_MFN_VALID"},
        {14, "SUSPEND_CANCEL"},
        {15, "INIT_P2M"},
        {16, "MOD_START_PFN"},
        {17, "SUPPORTED_FEATURES"},
        {18, "PHYS32_ENTRY"},
        {19, "PHYS32_RELOC"},
};

static bool
owner_is(const struct note *n, const char *owner, uint64_t len)
{
	return n->name.size == len && span_is(n->name, 0, owner, len);
}

static const char *
type_name(struct report *r, const struct note *n)
{
	static const char *const gnu[] = {
	        NULL, "ABI_TAG", "HWCAP", "BUILD_ID", "GOLD_VERSION", "PROPERTY"};

	if (owner_is(n, "Xen", 4) && n->type < sizeof(xen_types) / sizeof(xen_types[0]))
		return xen_types[n->type].name;
	if (owner_is(n, "GNU", 4) && n->type > 0 && n->type < sizeof(gnu) / sizeof(gnu[0]))
		return gnu[n->type];
	if (owner_is(n, "Linux", 6) && n->type == 0x100)
		return "BUILD_SALT";
	if (owner_is(n, "Linux", 6) && n->type == 0x101)
		return "LTO_INFO";
	return report_format(r, "%#x", n->type);
}

static const char *
taken_text(struct report *r, const struct note *n)
{
	if (!owner_is(n, "Xen", 4))
		return "counts: shows that this is Linux";
	switch (n->type) {
	case XEN_ELFNOTE_PHYS32_ENTRY:
		return report_format(r, "counts: the PVH entry, in %llu bytes",
		        (unsigned long long)n->desc.size);
	case XEN_ELFNOTE_PHYS32_RELOC:
		return "counts: says where else the kernel may be loaded for PVH";
	case XEN_ELFNOTE_GUEST_OS:
		return "counts: names the system";
	default:
		return "counts where p_paddr is not physical (BSD kernels)";
	}
}

static const char *
why(struct report *r, const struct note *n, enum note_use use)
{
	switch (use) {
	case NOTE_TAKEN:
		return taken_text(r, n);
	case NOTE_OTHER_OWNER:
		if (n->type == XEN_ELFNOTE_PHYS32_ENTRY)
			return n->name.size == 3 && span_is(n->name, 0, "Xen", 3)
			               ? "does not count: type 18, but its owner \"Xen\" lacks the NUL"
			               : "does not count: type 18, but its owner is not Xen";
		return "does not matter for booting: another owner";
	case NOTE_OTHER_TYPE:
		return "does not matter for PVH: for Xen's older ways to boot";
	case NOTE_NOT_FIRST:
		return "does not count: an earlier one of its kind does";
	case NOTE_BAD_SIZE:
		return "does not count: its number is neither 4 nor 8 bytes long";
	case NOTE_TOO_LARGE:
	default:
		return "does not count: the address does not fit in 32 bits";
	}
}

static const char *
hex_bytes(struct report *r, struct span bytes, uint64_t most)
{
	uint64_t shown = bytes.size < most ? bytes.size : most;
	char *text = report_alloc(r, 2 * shown + 4), *out = text;

	for (uint64_t i = 0; i < shown; i++, out += 2)
		snprintf(out, 3, "%02x", bytes.base[i]);
	if (shown < bytes.size)
		memcpy(out, "...", 4);
	return text;
}

/* A note's content as its owner and type mean it. */
static struct value
content(struct report *r, const struct note *n)
{
	bool text = owner_is(n, "Xen", 4) &&
	            (n->type == 5 || n->type == XEN_ELFNOTE_GUEST_OS || n->type == 7 ||
	                    n->type == 8 || n->type == 9 || n->type == 10);

	if (text)
		return value_text(report_text(r, n->desc));
	if (owner_is(n, "Xen", 4) && (n->desc.size == 4 || n->desc.size == 8))
		return value_hex(span_le(n->desc, 0, (unsigned)n->desc.size));
	return value_text(hex_bytes(r, n->desc, DESC_SHOWN));
}

/* Text, with the NUL that belongs to it or without. */
static bool
is_text(struct span owner)
{
	uint64_t len = owner.size;

	if (len > 1 && owner.base[len - 1] == 0)
		len--;
	for (uint64_t i = 0; i < len; i++)
		if (owner.base[i] < ' ' || owner.base[i] >= 0x7f)
			return false;
	return len;
}

static const char *
owner_text(struct report *r, struct span owner)
{
	if (!owner.size)
		return "(none)";
	return is_text(owner) ? report_text(r, owner)
	                      : report_format(r, "0x%s", hex_bytes(r, owner, DESC_SHOWN));
}

static bool
is_new(struct collector *c, uint64_t off)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->off[i] == off)
			return false;
	if (c->count == NOTES_SHOWN)
		return false;
	c->off[c->count++] = off;
	return true;
}

static void
see(void *context, const struct note *n, enum note_use use)
{
	struct collector *c = context;
	struct report *r = c->report;
	struct row *row;

	if (!(is_text(n->name) || n->type == XEN_ELFNOTE_PHYS32_ENTRY) ||
	        !is_new(c, n->desc_off))
		return;
	row = report_row(r, c->table);
	row->cell[0] = value_text(owner_text(r, n->name));
	row->cell[1] = value_text(type_name(r, n));
	row->cell[2] = content(r, n);
	row->cell[3] = value_hex(n->desc_off);
	row->cell[4] = value_bytes(n->desc.size);
	row->cell[5] = value_count(n->type);
	row->meaning = why(r, n, use);
	if (owner_is(n, "GNU", 4) && n->type == GNU_BUILD_ID)
		report_fact(r, "linux.build-id", value_text(hex_bytes(r, n->desc, 64)), NULL);
}

void
facts_notes(struct report *r)
{
	static const char *const columns[] = {
	        "owner", "type", "content", "offset", "size", "number"};
	struct collector c = {.report = r, .table = report_table(r, "notes", 6, columns)};
	struct note_watcher watcher = {see, &c};
	struct image im = image_of(r->bytes);
	struct facts facts;
	struct refusal refusal;

	(void)elf_probe_watched(&im, &watcher, &facts, &refusal);
}
