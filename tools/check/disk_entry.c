/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Would this boot entry boot? Its kernel is checked as `kshim check` checks a file, kernel,
 * initrds and line together as `kshim plan` does, and root= against what is on the disk.
 *
 * Entries of the same files have the same kernel and initrds, so those are looked at once.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/check/check.h"
#include "tools/check/disk.h"
#include "tools/check/verdicts.h"
#include "tools/plan/boot_look.h"

#define SPEND 4 /* times the limit: what is read of one disk in all */

/* A path or words as the disk has them, for a person. */
static const char *
shown(struct report *r, const char *text)
{
	return report_text(r, (struct span){(const uint8_t *)text, strlen(text)});
}

static const char *
at_path(struct disk_view *view, const char *path, const char *why)
{
	struct report *r = view->report;

	return report_format(r, "%s: %s", *path ? shown(r, path) : "its path", why);
}

static const char *
refused_at(struct disk_view *view, const char *path, const struct refusal *why,
        const char **ret_rule)
{
	*ret_rule = refusal_name(why->code);
	return at_path(view, path, report_sentence(view->report, why));
}

const char *
disk_entry_read(struct disk_view *view, const struct boot_entry *e, uint32_t n,
        struct file *ret_file, const char **ret_rule)
{
	struct file *f = ret_file;
	char path[BOOT_PATH];
	struct fs_node node;
	struct refusal why;
	enum refusal_code code;

	*ret_rule = "limit";
	f->path = ""; /* as long as it has none */
	if (boot_list_file(&view->list, e, n, path, &node, &why))
		return refused_at(view, path, &why, ret_rule);
	f->path = shown(view->report, path); /* findings name it */
	if (node.size > view->limit || view->spent > SPEND * view->limit)
		return at_path(view, path,
		        "it is too large to be looked at; --limit SIZE allows more");
	view->spent += node.size;
	if (file_reserve(f, node.size + 1) != STATUS_OK)
		return at_path(view, path, "there is no memory for it");
	f->size = node.size;
	view->image.disk.bounded = false; /* the limit bounds contents */
	code = fs_read(&boot_list_volume(&view->list, e->partition)->fs, &node, 0, node.size,
	        f->data, &why);
	view->image.disk.bounded = true;
	return code ? refused_at(view, path, &why, ret_rule) : NULL;
}

struct report *
disk_kernel(struct disk_view *view, const char *name, struct file *file)
{
	struct report *k;

	report_keep(view->report, file->data);
	k = check_inside(view->report, name, file_span(file), view->limit);
	for (const struct report *r = k->inner; r; r = r->inner)
		view->spent += r->bytes.size;
	return k;
}

/* The entry's options as one line. */
static const char *
line_of(struct report *r, const struct bls_entry *e)
{
	const char *all = "";

	for (uint32_t i = 0; i < e->options; i++)
		all = report_format(r, "%s%s%.*s", all, i ? " " : "", (int)e->option[i].size,
		        (const char *)e->option[i].base);
	return all;
}

static const char *
names_of(struct report *r, const struct boot_entry *e)
{
	const char *all = report_format(r, "%u:%s", e->partition,
	        report_text(r, e->kind == BOOT_IMAGE ? e->path : e->entry.kernel));

	for (uint32_t i = 0; i < e->entry.initrds; i++)
		all = report_format(r, "%s %s", all, report_text(r, e->entry.initrd[i]));
	return all;
}

static void
not_by_kshim(struct disk_entry *d, const char *rule, const char *why)
{
	d->why = why;
	d->rule = rule;
}

/* By nothing else either. */
static void
by_nothing(struct disk_entry *d, const char *rule, const char *why)
{
	not_by_kshim(d, rule, why);
	d->broken = why;
}

/* Is the kernel one, and whole? */
static void
judge_kernel(struct disk_view *view, struct disk_entry *d, struct file *file)
{
	struct report *k = disk_kernel(view, "kernel", file);
	const struct launch *stub = report_find_launch(k, "kshim.stub");

	d->kernel = k;
	if (k->kind == KIND_COMPRESSED || !stub)
		not_by_kshim(
		        d, refusal_name(k->refusal), at_path(view, file->path, k->refused));
	else if (report_damaged(k))
		by_nothing(d, stub->rule, at_path(view, file->path, stub->text));
	else if (strcmp(stub->rule, refusal_name(REFUSAL_KERNEL_ARCH)) == 0)
		not_by_kshim(d, stub->rule,
		        at_path(view, file->path,
		                report_format(
		                        k, "%s, and a PC starts kernels for x86", k->what)));
	else if (!stub->boots)
		not_by_kshim(d, stub->rule, at_path(view, file->path, stub->text));
	else
		d->how = stub->text;
}

static void
warn(struct disk_view *view, const struct disk_entry *d, const char *name, const char *text)
{
	report_verdict(view->report, V_DISK_LINE, LEVEL_WARNING, "%s: %s [%s]", d->title,
	        shown(view->report, text), name);
}

/* What `kshim plan` found. */
static void
take_findings(struct disk_view *view, struct disk_entry *d, const struct boot_look *look)
{
	struct report *r = view->report;
	const struct refusal *why = &look->c.why;

	if (look->c.code)
		not_by_kshim(d, refusal_name(look->c.code),
		        at_path(view, why->subject ? why->subject : "its kernel",
		                report_sentence(r, why)));
	for (uint32_t i = 0; i < look->findings.count; i++) {
		const struct finding *f = &look->findings.finding[i];

		if (f->severity == FINDING_ERROR && !d->why)
			by_nothing(d, report_format(r, "%s", f->name), shown(r, f->text));
		else if (f->severity == FINDING_WARNING)
			warn(view, d, f->name, f->text);
	}
	if (!look->known)
		d->least = look->least;
}

static void
look_together(struct disk_view *view, struct disk_entry *d, struct boot_look *look)
{
	if (boot_look_make(look) == STATUS_OK)
		take_findings(view, d, look);
	else
		not_by_kshim(d, V_DISK_ENTRY, "its files could not be looked at together");
}

/* The kernel is in place; the initrds come, and all of it is planned. */
static void
judge_together(struct disk_view *view, struct disk_entry *d, struct boot_look *look)
{
	struct plan_options *o = &look->c.options;

	for (uint32_t i = 1; i <= d->entry->entry.initrds; i++) {
		struct file *f = &look->c.data[i];
		const char *rule, *why = disk_entry_read(view, d->entry, i, f, &rule);

		look->c.files = i + 1;
		if (why) {
			by_nothing(d, rule, why);
			return;
		}
		o->initrd[o->initrds++] = f->path;
	}
	look_together(view, d, look);
}

/* A copy of the kernel's file, since what is planned may be unpacked in its place. */
static bool
copy(struct file *from, struct file *to)
{
	if (file_reserve(to, from->size + 1) != STATUS_OK)
		return false;
	if (from->size)
		memcpy(to->data, from->data, from->size);
	to->size = from->size;
	to->path = from->path;
	return true;
}

/* Kernel, initrds and line as one boot. */
static void
judge_boot(struct disk_view *view, struct disk_entry *d, struct file *kernel, bool known)
{
	struct boot_look *look = boot_look_new(
	        kernel->path, line_of(view->report, &d->entry->entry), view->limit);

	if (look && copy(kernel, &look->c.data[0])) {
		look->c.files = 1;
		look->known = known;
		judge_together(view, d, look);
	}
	if (look)
		boot_look_free(look);
}

static void
judge_files(struct disk_view *view, struct disk_entry *d)
{
	struct file kernel = {.path = NULL};
	const char *rule, *why = disk_entry_read(view, d->entry, 0, &kernel, &rule);

	if (why) {
		file_free(&kernel);
		by_nothing(d, rule, why);
		return;
	}
	judge_kernel(view, d, &kernel);
	if (!d->why)
		judge_boot(view, d, &kernel, false);
}

/* Its files have been judged with another line: only that may change the answer. */
static void
judge_line(struct disk_view *view, struct disk_entry *d, const struct disk_entry *same)
{
	struct file kernel = {.path = NULL};
	uint64_t spent = view->spent;
	const char *rule;

	d->kernel = same->kernel;
	d->least = same->least;
	if (same->broken || !same->how) {
		not_by_kshim(d, same->rule, same->why);
		d->broken = same->broken;
		return;
	}
	d->how = same->how;
	if (!disk_entry_read(view, d->entry, 0, &kernel, &rule))
		judge_boot(view, d, &kernel, true);
	file_free(&kernel);
	view->spent = spent;
}

/* The row of the partitions in which that column has the text, in letters of either case. */
static bool
is_on_disk(const struct disk_view *view, unsigned column, const char *text)
{
	const struct table *t = view->report->table_first;

	while (t && strcmp(t->name, "partitions") != 0)
		t = t->next;
	for (const struct row *row = t ? t->first : NULL; row; row = row->next)
		if (strcasecmp(row->cell[column].text, text) == 0)
			return true;
	return false;
}

/*
 * Root= by a name that no partition has. Of file systems that kshim does not read it knows
 * neither UUID nor label, so one of those may be meant.
 */
static void
judge_root(struct disk_view *view, const struct disk_entry *d)
{
	static const struct {
		const char *word;
		unsigned column; /* of the table of partitions */
		bool in_file_system;
	} names[] = {{"root=PARTUUID=", DISK_PARTUUID, false}, {"root=UUID=", DISK_UUID, true},
	        {"root=PARTLABEL=", DISK_NAME, false}, {"root=LABEL=", DISK_LABEL, true}};
	const char *line = line_of(view->report, &d->entry->entry), *at;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i].word);
		const char *value;

		at = strstr(line, names[i].word);
		if (!at || (at > line && at[-1] != ' ') ||
		        (names[i].in_file_system && view->foreign))
			continue;
		value = report_format(
		        view->report, "%.*s", (int)strcspn(at + len, " /"), at + len);
		if (!is_on_disk(view, names[i].column, value))
			warn(view, d, "root.absent",
			        report_format(view->report, "%s%s is not on this disk",
			                names[i].word, value));
	}
}

/* An entry of the same files that was judged before; NULL if there is none. */
static const struct disk_entry *
find_same(const struct disk_view *view, const struct disk_entry *d)
{
	for (uint32_t i = 0; i < view->entries; i++) {
		const struct disk_entry *e = &view->entry[i];

		if (e != d && strcmp(e->files, d->files) == 0)
			return e;
	}
	return NULL;
}

/* The images do not boot it: its own file is damaged, or one that it names is not there. */
static void
refuse_entry(struct disk_view *view, struct disk_entry *d)
{
	const struct refusal *why = &d->entry->why;
	const char *rule, *own = report_text(view->report, d->entry->path);

	if (why->subject)
		by_nothing(
		        d, refusal_name(why->code), refused_at(view, why->subject, why, &rule));
	else
		not_by_kshim(d, refusal_name(why->code), refused_at(view, own, why, &rule));
}

void
disk_entry_judge(struct disk_view *view, const struct boot_entry *e, struct disk_entry *ret)
{
	struct report *r = view->report;
	const struct disk_entry *same;

	*ret = (struct disk_entry){
	        .entry = e, .id = report_text(r, e->entry.id), .files = names_of(r, e)};
	ret->title = e->entry.title.size ? report_text(r, e->entry.title)
	             : *ret->id          ? ret->id
	                                 : report_text(r, e->path);
	if (e->why.code) {
		refuse_entry(view, ret);
		return;
	}
	same = find_same(view, ret);
	if (same)
		judge_line(view, ret, same);
	else
		judge_files(view, ret);
	judge_root(view, ret);
}
