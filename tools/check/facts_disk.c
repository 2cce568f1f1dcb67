/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on a raw disk image: its partitions and their file systems, as stub/disk/ reads them.
 */
#include <string.h>

#include "stub/disk/file_system.h"
#include "stub/disk/partitions.h"
#include "tools/check/facts.h"
#include "tools/check/verdicts.h"
#include "tools/disk_image.h"

#define COLUMNS 10

static const char *const columns[COLUMNS] = {"number", "size", "contents", "label", "name",
        "type", "start", "code", "partuuid", "uuid"};

static const char *
copy(struct report *r, const char *text)
{
	return report_text(r, (struct span){(const uint8_t *)text, strlen(text)});
}

/* The file system on a partition: three cells, and below the row why there is none. */
static void
describe_contents(struct report *r, struct row *row, const struct volume *v)
{
	struct file_system fs = {.name = "damaged"};
	struct refusal why;
	enum refusal_code code = fs_open(v, &fs, &why);

	if (code == REFUSAL_DISK_NO_FS)
		fs.name = why.detail;
	else if (code)
		row->meaning = report_sentence(r, &why);
	row->cell[2] = value_text(fs.name);
	row->cell[3] = value_text(copy(r, fs.label));
	row->cell[9] = value_text(copy(r, fs.uuid));
}

static void
describe_partition(struct report *r, struct table *t, const struct partition *p)
{
	struct row *row = report_row(r, t);
	const char *type = partition_type_name(p);

	row->cell[0] = value_count(p->number);
	row->cell[1] = value_bytes(p->volume.size);
	row->cell[4] = value_text(copy(r, p->name));
	row->cell[5] = value_text(type ? type : copy(r, p->type));
	row->cell[6] = value_bytes(p->volume.start);
	row->cell[7] = value_text(copy(r, p->type));
	row->cell[8] = value_text(copy(r, p->uuid));
	describe_contents(r, row, &p->volume);
}

static void
walk(struct report *r, const struct partitions *table)
{
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
			describe_partition(r, t, &part);
		}
	}
}

void
facts_disk(struct report *r)
{
	static const char *const tables[] = {"none", "MBR", "GPT"};
	struct disk_image *image = report_alloc(r, sizeof(*image));
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
	walk(r, &table);
}
