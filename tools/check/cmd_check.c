/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim check: what each FILE is, what its header says, which traps are in it, who can boot it.
 *
 * Judges all files before it ends; its status is the worst of theirs (3 unreadable over 1 not
 * bootable, not as required or, with --strict, with a warning).
 */
#include <string.h>
#include <unistd.h>

#include "tools/check/check.h"
#include "tools/check/gate.h"
#include "tools/check/render.h"
#include "tools/check/trial.h"
#include "tools/cmd.h"
#include "tools/option.h"

#define SCHEMA "kshim-check-1"

struct wishes {
	bool json, boot, strict, verbose, for_run;
	const char *require, *compare;
	uint64_t limit; /* bytes that a file may unpack to */
};

static int
judge(struct outcome *o, const struct wishes *w)
{
	const struct report *r = o->report;
	bool met = gate_require(o, w->require), runs = !w->for_run || gate_run(o);

	if (!r->bootable || !met || !runs)
		return STATUS_REFUSED;
	for (const struct trial *t = r->trial_first; t; t = t->next)
		if (!t->good)
			return STATUS_REFUSED;
	for (const struct change *c = o->change_first; c; c = c->next)
		if (c->breaks)
			return STATUS_REFUSED;
	if (w->strict && report_worst(r) >= LEVEL_WARNING)
		return STATUS_REFUSED;
	return STATUS_OK;
}

static int
load(struct outcome *o, uint64_t limit)
{
	if (strcmp(o->path, "-") == 0)
		return file_read_input(limit, "; --limit SIZE allows more", &o->file);
	return file_read(o->path, &o->file);
}

/* A report on a file that was written to meanwhile is none. */
static int
believe(struct outcome *o)
{
	if (file_unchanged(&o->file) == STATUS_OK)
		return o->status;
	report_free(o->report);
	o->report = NULL;
	return STATUS_HOST;
}

static void
check_file(struct outcome *o, const struct wishes *w, const struct outcome *old)
{
	o->status = load(o, w->limit);
	if (o->status != STATUS_OK)
		return;
	o->report = check_bytes(o->path, file_span(&o->file), w->limit);
	config_beside(o->report, o->path);
	if (w->boot)
		trials(o->report, o->path, w->verbose || isatty(STDERR_FILENO));
	if (old && old->report)
		gate_compare(o, old);
	o->strict = w->strict;
	o->status = judge(o, w);
	o->status = believe(o);
}

static void
outcome_free(struct outcome *o)
{
	if (o->report)
		report_free(o->report);
	file_free(&o->file);
}

static int
worse(int a, int b)
{
	return a > b ? a : b;
}

static void
print_json(json_object *files, int status)
{
	json_object *all = json_new_object();

	json_add(all, "schema", json_new_string(SCHEMA));
	json_add(all, "kshim", json_new_string(KSHIM_VERSION));
	json_add(all, "status", json_new_int(status));
	json_add(all, "files", files);
	puts(json_text(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}

static int
check_files(char **paths, int count, const struct wishes *w)
{
	struct term term = term_open(stdout);
	json_object *files = w->json ? json_new_array() : NULL;
	struct wishes plain = {.limit = w->limit};
	struct outcome old = {.path = w->compare};
	int status = STATUS_OK;

	if (w->compare) {
		check_file(&old, &plain, NULL);
		status = old.report ? STATUS_OK : STATUS_HOST;
	}
	for (int i = 0; i < count; i++) {
		struct outcome o = {.path = paths[i]};

		check_file(&o, w, w->compare ? &old : NULL);
		status = worse(status, o.status);
		if (files)
			json_append(files, render_json(&o));
		else
			render_text(&term, &o, w->verbose);
		if (!files && i + 1 < count)
			putchar('\n');
		outcome_free(&o);
	}
	if (files)
		print_json(files, status);
	outcome_free(&old);
	return status;
}

int
cmd_check(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	        {"boot", no_argument, NULL, 'b'}, {"strict", no_argument, NULL, 's'},
	        {"require", required_argument, NULL, 'r'},
	        {"compare", required_argument, NULL, 'c'},
	        {"for", required_argument, NULL, 'f'}, {"verbose", no_argument, NULL, 'v'},
	        {"limit", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct wishes w = {.limit = BUDGET_LIMIT};
	int opt;

	while ((opt = option_next(argc, argv, "vh", options)) != -1) {
		switch (opt) {
		case 'j':
			w.json = true;
			break;
		case 'b':
			w.boot = true;
			break;
		case 'v':
			w.verbose = true;
			break;
		case 's':
			w.strict = true;
			break;
		case 'r':
			w.require = optarg;
			break;
		case 'c':
			w.compare = optarg;
			break;
		case 'f':
			if (strcmp(optarg, "run") != 0)
				return option_bad("--for", optarg, "run");
			w.for_run = true;
			break;
		case 'l':
			if (!budget_option(optarg, &w.limit))
				return STATUS_USAGE;
			break;
		case 'h':
			usage_ok(argv[0]);
			gate_help();
			return STATUS_OK;
		default:
			return usage_error(argv[0]);
		}
	}
	if (argc == optind)
		return usage_error(argv[0]);
	if (w.require && gate_check_words(w.require) != STATUS_OK)
		return STATUS_USAGE;
	return check_files(argv + optind, argc - optind, &w);
}
