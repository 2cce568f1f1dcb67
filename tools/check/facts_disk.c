/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on a raw disk image, as stub/disk/ reads it: partitions, file systems, boot entries.
 */
#include <string.h>

#include "stub/disk/boot_list.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"
#include "tools/disk_image.h"

#define COLUMNS 10

struct disk_view {
	struct report *report;
	struct boot_list list;
	struct boot_load load;
};

static const char *const columns[COLUMNS] = {"number", "size", "contents", "label", "name",
        "type", "start", "code", "partuuid", "uuid"};

static const char *
copy(struct report *r, const char *text)
{
	return report_text(r, (struct span){(const uint8_t *)text, strlen(text)});
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
	else if (code)
		row->meaning = report_sentence(r, &why);
	else
		fs = view->list.volume[view->list.volumes - 1].fs;
	if (fs.needs_recovery)
		row->meaning =
		        "its journal was not replayed: what was written last may be missing";
	row->cell[2] = value_text(fs.name);
	row->cell[3] = value_text(copy(r, fs.label));
	row->cell[9] = value_text(copy(r, fs.uuid));
}

static void
describe_partition(struct disk_view *view, struct table *t, const struct partition *p)
{
	struct report *r = view->report;
	struct row *row = report_row(r, t);
	const char *type = partition_type_name(p);

	row->cell[0] = value_count(p->number);
	row->cell[1] = value_bytes(p->volume.size);
	row->cell[4] = value_text(copy(r, p->name));
	row->cell[5] = value_text(type ? type : copy(r, p->type));
	row->cell[6] = value_bytes(p->volume.start);
	row->cell[7] = value_text(copy(r, p->type));
	row->cell[8] = value_text(copy(r, p->uuid));
	describe_contents(view, row, p);
}

static void
walk(struct disk_view *view, const struct partitions *table)
{
	struct report *r = view->report;
	struct table *t = report_table(r, "partitions", COLUMNS, columns);
	struct partition_cursor cursor = {0};
	struct partition part;
	struct refusal why;
	bool found = true;

	while (found) {
		if (partitions_next(table, &cursor, &found, &part, &why)) {
			report_verdict(r, V_DISK_PARTITION, LEVEL_WARNING, "%s",
			        report_sentence(r, &why));
			found = true; /* the walk goes on */
		} else if (found) {
			describe_partition(view, t, &part);
		}
	}
}

/* What of a file system's entries could not be read. */
static void
warn(void *report, const struct boot_volume *volume, const struct refusal *why)
{
	(void)volume;
	report_verdict(report, V_DISK_ENTRY, LEVEL_WARNING, "%s", report_sentence(report, why));
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

/* The first file that the entry names and that is not there: why; NULL if all are. */
static const char *
missing(struct disk_view *view, const struct boot_entry *e)
{
	char path[BOOT_PATH];
	struct fs_node node;
	struct refusal why;

	for (uint32_t i = 0; i <= e->entry.initrds; i++) {
		if (boot_list_file(&view->list, e, i, path, &node, &why))
			return report_format(view->report, "%s: %s", *path ? path : "its path",
			        report_sentence(view->report, &why));
	}
	return NULL;
}

static void
describe_entry(struct disk_view *view, struct table *t, const struct boot_entry *e, bool boots)
{
	static const char *const kinds[] = {"text", "image", "guess", "grub"};
	struct report *r = view->report;
	struct row *row = report_row(r, t);
	const struct bls_entry *b = &e->entry;

	row->cell[0] = value_text(report_text(r, b->id));
	row->cell[1] = value_flag(boots);
	row->cell[2] = value_count(e->partition);
	row->cell[3] = value_text(kinds[e->kind]);
	row->cell[4] = value_text(report_text(r, b->title));
	row->cell[5] = value_text(report_text(r, b->kernel.size ? b->kernel : e->path));
	row->cell[6] = value_text(joined(r, b->initrd, b->initrds));
	row->cell[7] = value_text(joined(r, b->option, b->options));
	row->meaning = e->why.code ? report_sentence(r, &e->why) : missing(view, e);
	if (row->meaning)
		report_verdict(r, V_DISK_ENTRY, LEVEL_WARNING, "the boot entry %s: %s",
		        report_text(r, e->path), row->meaning);
}

static void
describe_entries(struct disk_view *view)
{
	static const char *const names[] = {
	        "id", "default", "partition", "kind", "title", "kernel", "initrds", "options"};
	struct boot_entries *list = &view->list.entries;
	const struct boot_entry *chosen;
	struct table *t;

	boot_list_make(&view->list, warn, view->report);
	if (!list->count)
		return;
	chosen = boot_list_choose(&view->list, (struct span){NULL, 0}, &view->load);
	t = report_table(view->report, "entries", sizeof(names) / sizeof(names[0]), names);
	for (uint32_t i = 0; i < list->count; i++)
		describe_entry(view, t, &list->entry[i], &list->entry[i] == chosen);
}

void
facts_disk(struct report *r)
{
	static const char *const tables[] = {"none", "MBR", "GPT"};
	struct disk_image *image = report_alloc(r, sizeof(*image));
	struct disk_view *view = report_alloc(r, sizeof(*view));
	struct partitions table;
	struct refusal why;

	disk_image_open(r->bytes, image);
	if (partitions_open(&image->disk, &table, &why)) {
		report_verdict(r, V_DISK_TABLE, LEVEL_ERROR, "%s", report_sentence(r, &why));
		return;
	}
	report_fact(r, "disk.table", value_text(tables[table.table]), NULL);
	if (table.id[0])
		report_fact(r, "disk.id", value_text(copy(r, table.id)), NULL);
	report_fact(r, "disk.sector-size", value_bytes(image->disk.sector_size), NULL);
	if (table.backup)
		report_verdict(r, V_DISK_TABLE, LEVEL_WARNING,
		        "the first copy of the partition table is damaged, the second is read: %s",
		        report_sentence(r, &table.primary));
	view->report = r;
	boot_list_start(&view->list);
	walk(view, &table);
	describe_entries(view);
}
