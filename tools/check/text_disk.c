/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first screen of a disk image: its partitions, and its boot entries in their order, each
 * with what decides whether it boots. What has no room is counted.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/check/disk.h"
#include "tools/check/render.h"
#include "tools/cmd.h"
#include "tools/memory_text.h"

#define PARTITIONS 5 /* rows */

static void
print_entry(const struct term *t, const struct disk_view *view, const struct disk_entry *d)
{
	static const char *const kinds[] = {"text entry", "image", "by its name", "grub.cfg"};
	struct report *r = view->report;
	const struct fact *f = d->kernel ? report_find(d->kernel, "linux.version") : NULL;
	const char *text =
	        report_format(r, "%s (%s, partition %u%s)", d->title, kinds[d->entry->kind],
	                d->entry->partition, d == view->chosen ? ", the default" : "");

	if (d->why)
		text = report_format(r, "%s: %s [%s]", text, d->why, d->rule);
	else if (f)
		text = report_format(r, "%s: Linux %.*s", text,
		        (int)strcspn(f->value.text, " "), f->value.text);
	fprintf(t->out, "  %s%-5s%s", term_set(t, d->why ? TERM_RED : TERM_GREEN),
	        d->why ? "no" : "yes", term_set(t, TERM_PLAIN));
	term_wrap(t, 7, 7, text);
}

/* The entry as it is printed, to be freed; how many lines that are. */
static unsigned
entry_text(const struct term *t, const struct disk_view *view, const struct disk_entry *d,
        struct memory_text *ret_text)
{
	struct term memory = *t;

	if (!memory_text_open(ret_text))
		no_memory();
	memory.out = ret_text->out;
	print_entry(&memory, view, d);
	if (!memory_text_close(ret_text))
		no_memory();
	return memory_text_lines(ret_text);
}

/* One line is kept for those that are left. */
static void
print_entries(const struct term *t, const struct disk_view *view, unsigned lines)
{
	uint32_t i = 0;

	if (view->entries && lines > 3) {
		text_heading(t, "Boot entries");
		lines -= 2;
	}
	for (; i < view->entries && lines > 1; i++) {
		struct memory_text text;
		unsigned own = entry_text(t, view, &view->entry[i], &text);
		bool fits = own < lines;

		if (fits)
			fwrite(text.text, 1, text.len, t->out);
		free(text.text);
		if (!fits)
			break;
		lines -= own;
	}
	if (i < view->entries)
		fprintf(t->out, "  and %u more boot entr%s\n", view->entries - i,
		        view->entries - i == 1 ? "y" : "ies");
}

void
text_disk(const struct term *t, const struct report *r, unsigned lines)
{
	const struct table *tb = r->table_first;
	unsigned rows = 0, used;

	while (tb && strcmp(tb->name, "partitions") != 0)
		tb = tb->next;
	for (const struct row *row = tb ? tb->first : NULL; row; row = row->next)
		rows++;
	used = 3 + (rows > PARTITIONS ? PARTITIONS + 1 : rows);
	if (tb && rows && used < lines) {
		text_rows(t, tb, PARTITIONS);
		lines -= used;
	}
	print_entries(t, r->disk, lines);
}
