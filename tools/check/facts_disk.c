/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on a raw disk image, as stub/disk/ reads it: partitions, file systems, boot entries.
 */
#include <string.h>

#include "stub/base/text.h"
#include "tools/check/disk.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"

static const char *const columns[DISK_COLUMNS] = {"number", "size", "contents", "label", "name",
        "type", "start", "code", "partuuid", "uuid"};
static const char *const tables[] = {"none", "MBR", "GPT"};
_Static_assert(DISK_COLUMNS <= TABLE_COLUMNS, "there is room for them");

static const char *
copy(struct report *r, const char *text)
{
	return report_text(r, (struct span){(const uint8_t *)text, strlen(text)});
}

/* Could files be in it? Its bytes are a file system's, an encrypted one's, those of a volume.
 */
static bool
is_foreign(const struct partition *p)
{
	const char *name;
	struct refusal ignored;

	return !fs_foreign(&p->volume, &name, &ignored) && name && !strstr(name, "swap");
}

static void
note_foreign(struct disk_view *view, const char *name)
{
	if (!view->foreign)
		view->foreign_name = name;
	view->foreign = true;
}

/* The file system on a partition: three cells, and below the row why there is none. */
static void
describe_contents(struct disk_view *view, struct row *row, const struct partition *p)
{
	struct report *r = view->report;
	struct file_system fs = {.name = "damaged"};
	struct refusal why;
	enum refusal_code code = boot_list_open(&view->list, p, &why);

	if (code == REFUSAL_DISK_NO_FS)
		fs.name = why.detail;
	if (code && (code != REFUSAL_DISK_NO_FS || is_foreign(p)))
		note_foreign(view, code == REFUSAL_DISK_NO_FS ? fs.name : "what is damaged");
	if (code && code != REFUSAL_DISK_NO_FS && code != REFUSAL_DISK_BUDGET)
		report_verdict(r, V_DISK_PARTITION, LEVEL_WARNING, "partition %u: %s",
		        p->number, report_sentence(r, &why));
	if (!code)
		fs = view->list.volume[view->list.volumes - 1].fs;
	if (fs.needs_recovery)
		row->meaning =
		        "its journal was not replayed: what was written last may be missing";
	row->cell[DISK_CONTENTS] = value_text(fs.name);
	row->cell[DISK_LABEL] = value_text(copy(r, fs.label));
	row->cell[DISK_UUID] = value_text(copy(r, fs.uuid));
}

static void
describe_partition(struct disk_view *view, struct table *t, const struct partition *p)
{
	struct report *r = view->report;
	struct row *row = report_row(r, t);
	const char *type = partition_type_name(p);

	row->cell[DISK_NUMBER] = value_count(p->number);
	row->cell[DISK_SIZE] = value_bytes(p->volume.size);
	row->cell[DISK_NAME] = value_text(copy(r, p->name));
	row->cell[DISK_TYPE] = value_text(type ? type : copy(r, p->type));
	row->cell[DISK_START] = value_bytes(p->volume.start);
	row->cell[DISK_CODE] = value_text(copy(r, p->type));
	row->cell[DISK_PARTUUID] = value_text(copy(r, p->uuid));
	describe_contents(view, row, p);
}

/* Returns how many partitions there are. */
static unsigned
walk(struct disk_view *view, const struct partitions *table)
{
	unsigned count = 0;

	struct report *r = view->report;
	struct table *t = report_table(r, "partitions", DISK_COLUMNS, columns);
	struct partition_cursor cursor = {0};
	struct partition part;
	struct refusal why;
	bool found = true;

	while (found) {
		if (partitions_next(table, &cursor, &found, &part, &why)) {
			if (why.code != REFUSAL_DISK_BUDGET) /* said once: end_search() */
				report_verdict(r, V_DISK_PARTITION, LEVEL_WARNING, "%s",
				        report_sentence(r, &why));
			found = true; /* the walk goes on */
		} else if (found) {
			describe_partition(view, t, &part);
			count++;
		}
	}
	return count;
}

/* What of a file system's entries could not be read. */
static void
warn(void *report, const struct boot_volume *volume, const struct refusal *why)
{
	(void)volume;
	if (why->code != REFUSAL_DISK_BUDGET)
		report_verdict(report, V_DISK_ENTRY, LEVEL_WARNING, "%s",
		        report_sentence(report, why));
}

/* Texts one after the other, with a blank between them. */
static const char *
joined(struct report *r, const struct span *text, uint32_t count)
{
	const char *all = "";

	for (uint32_t i = 0; i < count; i++)
		all = report_format(r, "%s%s%s", all, i ? " " : "", report_text(r, text[i]));
	return all;
}

static void
describe_entry(struct disk_view *view, struct table *t, struct disk_entry *d)
{
	static const char *const kinds[] = {"text", "image", "guess", "grub"};
	struct report *r = view->report;
	struct row *row = report_row(r, t);
	const struct boot_entry *e = d->entry;
	const struct bls_entry *b = &e->entry;
	bool decides = view->chosen ? d == view->chosen : d == &view->entry[0];
	const struct fact *version = d->kernel ? report_find(d->kernel, "linux.version") : NULL;

	row->cell[0] = value_text(d->id);
	row->cell[1] = value_flag(d == view->chosen);
	row->cell[2] = value_count(e->partition);
	row->cell[3] = value_text(kinds[e->kind]);
	row->cell[4] = value_text(report_text(r, b->title));
	row->cell[5] = value_text(report_text(r, b->kernel.size ? b->kernel : e->path));
	row->cell[6] = value_text(joined(r, b->initrd, b->initrds));
	row->cell[7] = value_text(joined(r, b->option, b->options));
	row->cell[8] = value_flag(!d->why);
	row->cell[9] = value_text(version ? version->value.text : "");
	row->meaning = d->why;
	if (!d->why)
		return;
	report_verdict(r, V_DISK_ENTRY, decides ? LEVEL_ERROR : LEVEL_WARNING,
	        "the boot entry %s: %s [%s]", report_text(r, e->path), d->why, d->rule);
	d->said = r->verdict_last;
}

static void
describe_entries(struct disk_view *view)
{
	static const char *const names[] = {"id", "default", "partition", "kind", "title",
	        "kernel", "initrds", "options", "boots", "version"};
	struct table *t;

	if (!view->entries)
		return;
	t = report_table(view->report, "entries", sizeof(names) / sizeof(names[0]), names);
	for (uint32_t i = 0; i < view->entries; i++)
		describe_entry(view, t, &view->entry[i]);
}

const struct disk_entry *
disk_entry_of(const struct disk_view *view, const struct verdict *v)
{
	for (uint32_t i = 0; i < view->entries; i++)
		if (view->entry[i].said == v)
			return &view->entry[i];
	return NULL;
}

static void
judge_entries(struct disk_view *view, const struct boot_entry *chosen)
{
	struct boot_entries *list = &view->list.entries;

	for (uint32_t i = 0; i < list->count; i++) {
		struct disk_entry *d = &view->entry[i];

		disk_entry_judge(view, &list->entry[i], d);
		view->entries = i + 1;
		if (d->entry == chosen)
			view->chosen = d;
	}
}

/* Where there is no entry at all, the images take the boot program of removable media. */
static void
judge_fallback(struct disk_view *view)
{
	static const char path[] = BOOT_FALLBACK;
	struct fs_node node;
	struct boot_volume *v = boot_list_fallback(&view->list, &node);

	if (view->entries || !v)
		return;
	view->fallback = (struct boot_entry){.kind = BOOT_IMAGE,
	        .partition = v->part.number,
	        .path = text_span(path),
	        .entry = {.id = text_span("BOOTX64.EFI")}};
	disk_entry_judge(view, &view->fallback, &view->entry[0]);
	view->entries = 1;
	view->chosen = &view->entry[0];
}

/* What the images say of this disk alone. */
static struct disk_way
by_kshim(struct disk_view *view)
{
	struct report *r = view->report;
	const struct disk_entry *d = view->chosen;

	if (view->over)
		return disk_no(refusal_name(REFUSAL_DISK_BUDGET), view->over);
	if (d && !d->why)
		return disk_yes("disk-entry",
		        report_format(r,
		                "takes the entry \"%s\" of partition %u, of a disk on virtio-blk, virtio-scsi or NVMe, and %s",
		                d->title, d->entry->partition, d->how));
	if (!d && view->entries)
		d = &view->entry[0]; /* all of them are damaged */
	if (d)
		return disk_no(
		        d->rule, report_format(r, "the entry \"%s\": %s", d->title, d->why));
	if (view->foreign)
		return disk_no(refusal_name(REFUSAL_DISK_NO_KERNEL),
		        report_format(r,
		                "there is no boot entry, no grub.cfg and no /boot/vmlinuz-* on FAT, ext2, ext3 or ext4, and kshim does not read %s",
		                view->foreign_name));
	return disk_no(refusal_name(REFUSAL_DISK_NO_KERNEL),
	        "there is no boot entry, no grub.cfg and no /boot/vmlinuz-* on it");
}

/* Nothing but a note where an answer is not known. */
static void
note_unknown(struct report *r, const struct disk_way *way, const char *who)
{
	if (!way->known && way->text)
		report_verdict(r, V_DISK_BOOTS, LEVEL_NOTE, "%s: %s", who, way->text);
}

static void
judge(struct disk_view *view, const struct boot_entry *chosen)
{
	struct report *r = view->report;

	disk_bound(&view->image.disk); /* and contents as far as --limit allows: disk_entry.c */
	judge_entries(view, chosen);
	judge_fallback(view);
	view->kshim = by_kshim(view);
	disk_bios(view);
	disk_uefi(view);
	note_unknown(r, &view->bios, "by a BIOS");
	note_unknown(r, &view->uefi, "by UEFI");
	describe_entries(view);
	if (!view->chosen)
		return;
	report_fact(r, "disk.default", value_text(view->chosen->id), NULL);
	if (view->chosen->least)
		report_fact(r, "memory.least", value_bytes(view->chosen->least),
		        "to boot the default entry; what its system needs is not known");
	r->inner = view->chosen->kernel;
}

/*
 * The images search a disk within bounds (boot_choice.c), and so do we. Of what was found when
 * there were too many looks nothing counts.
 */
static void
end_search(struct disk_view *view)
{
	struct report *r = view->report;
	struct refusal why;

	view->over = NULL;
	if (disk_unbound(&view->image.disk))
		return;
	refuse(&why, REFUSAL_DISK_BUDGET, 0, 0, DISK_LOOKS);
	view->over = report_sentence(r, &why);
	view->list.entries.count = 0;
	report_verdict(r, V_DISK_ENTRY, LEVEL_ERROR, "%s", view->over);
}

static void
name_disk(struct disk_view *view, unsigned partitions)
{
	struct report *r = view->report;
	uint32_t n = view->list.entries.count;

	r->disk = view;
	r->refusal = REFUSAL_NONE;
	r->refused = NULL;
	r->next = NULL;
	if (view->table.table != PARTITION_TABLE_NONE) /* what seems an MBR may protect a GPT */
		r->what = report_format(r, "a disk image (%s%s), %u partition%s",
		        tables[view->table.table],
		        view->image.disk.sector_size == 4096 ? ", sectors of 4096 bytes" : "",
		        partitions, partitions == 1 ? "" : "s");
	r->what = n ? report_format(r, "%s, %u boot entr%s", r->what, n, n == 1 ? "y" : "ies")
	            : report_format(r, "%s, no boot entry", r->what);
}

/* Table and entries are there: what is on the disk, and what becomes of it. */
static void
describe(struct disk_view *view)
{
	struct report *r = view->report;
	const struct partitions *table = &view->table;
	const struct boot_entry *chosen;
	unsigned partitions;

	report_fact(r, "disk.table", value_text(tables[table->table]), NULL);
	if (table->id[0])
		report_fact(r, "disk.id", value_text(copy(r, table->id)), NULL);
	report_fact(r, "disk.sector-size", value_bytes(view->image.disk.sector_size), NULL);
	if (table->backup)
		report_verdict(r, V_DISK_TABLE, LEVEL_WARNING,
		        "the first copy of the partition table is damaged, the second is read: %s",
		        report_sentence(r, &table->primary));
	boot_list_start(&view->list);
	partitions = walk(view, table);
	boot_list_make(&view->list, warn, r);
	chosen = boot_list_choose(&view->list, (struct span){NULL, 0}, &view->load);
	end_search(view);
	name_disk(view, partitions);
	judge(view, chosen);
}

void
facts_disk(struct report *r, uint64_t limit)
{
	struct disk_view *view = report_alloc(r, sizeof(*view));
	struct refusal why;

	view->report = r;
	view->limit = limit;
	disk_image_open(r->bytes, &view->image);
	disk_bound(&view->image.disk);
	if (partitions_open(&view->image.disk, &view->table, &why)) {
		report_verdict(r, V_DISK_TABLE, LEVEL_ERROR, "%s", report_sentence(r, &why));
		return;
	}
	describe(view);
}
