/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim bundle: kernel, command line and initrds into one file that all bodies read.
 *
 * A unified kernel image is taken apart: the bundle has its kernel, words and initrds, of one
 * profile. The inputs are judged by the same code as on the machine that will boot them, and
 * the output is read back by that code before it gets its name.
 */
#include <stdlib.h>
#include <string.h>

#include "stub/body/kernel_file.h"
#include "stub/input/initrd_join.h"
#include "stub/probe/facts.h"
#include "tools/bundle_write.h"
#include "tools/cmd.h"
#include "tools/option.h"
#include "tools/unpack.h"

/* As much as the bodies have room for; what the kernel takes is the plan's affair. */
#define CMDLINE_ROOM 65536

struct order {
	const char *out;
	const char *cmdline; /* that was given */
	char **paths;        /* the kernel, then the initrds */
	unsigned nr_paths;
	uint64_t limit;     /* of what the kernel may unpack to */
	struct file *files; /* as they were read */
	struct file *parts; /* what goes into the bundle: kernel and initrds, where files have
	                       them */
	unsigned nr_parts;
	char line[CMDLINE_ROOM];
	const char *own_line; /* for the bundle; NULL: none */
};

static int
check_size(const struct file *kernel)
{
	if (kernel->size > UINT32_MAX)
		return fail(STATUS_REFUSED, "%s: %zu bytes, an archive member has at most %u",
		        kernel->path, kernel->size, UINT32_MAX);
	return STATUS_OK;
}

static enum refusal_code
join_line(struct order *o, struct kernel_file *f, struct cmdline *line, struct refusal *why)
{
	struct span given = {(const uint8_t *)o->cmdline, o->cmdline ? strlen(o->cmdline) : 0};
	enum refusal_code code;

	*line = cmdline_init(o->line, sizeof(o->line));
	code = kernel_file_line(f, line, why);
	return code ? code : cmdline_append(line, given, why);
}

/* The words of ours in it are for the body that will boot the bundle: are they right? */
static enum refusal_code
check_words(const struct cmdline *line, struct refusal *why)
{
	static char room[CMDLINE_ROOM];
	struct cmdline copy = cmdline_init(room, sizeof(room));
	struct cmdline_words words = {.profile = false};
	struct span all = {(const uint8_t *)line->text, line->len};
	enum refusal_code code = cmdline_append(&copy, all, why);

	if (!code)
		code = cmdline_take_words(&copy, &words, why);
	if (!code && words.entry)
		code = cmdline_refuse_entry(why);
	return !code && words.profile ? refuse(why, REFUSAL_UKI_NONE, 0, 0, 0) : code;
}

/* The line of the bundle: that of a unified kernel image first, whose profile is chosen now. */
static int
make_line(struct order *o, struct kernel_file *f)
{
	struct cmdline line;
	struct refusal why;
	enum refusal_code code = join_line(o, f, &line, &why);

	if (!code && f->is_uki)
		cmdline_cut_profile(&line);
	if (!code)
		code = check_words(&line, &why);
	if (code)
		return fail_refusal("command line", why);
	o->own_line = line.len ? line.text : NULL;
	return STATUS_OK;
}

static struct file
part_of(const struct file *f, struct blob part)
{
	return (struct file){.path = f->path, .data = f->data + part.addr, .size = part.size};
}

/* Kernel, line and first initrds out of the first file, a kernel or a unified kernel image. */
static int
take_first(struct order *o)
{
	const struct file *first = &o->files[0];
	struct kernel_file f = {.image = image_of(file_span(first)),
	        .blob = {.size = first->size, .name = first->path},
	        .members.kernel_len = first->size};
	struct blob own[KERNEL_FILE_INITRDS];
	struct facts facts;
	struct cmdline line;
	struct refusal why = {.subject = NULL};
	uint32_t nr_own;

	if (join_line(o, &f, &line, &why) != REFUSAL_NONE)
		return fail_refusal("command line", why);
	if (kernel_file_read(&f, any_kernel_probe, &line, &facts, &why) != REFUSAL_NONE)
		return fail_refusal(first->path, why);
	o->parts[o->nr_parts++] = part_of(
	        first, kernel_file_member(&f, f.members.kernel_off, f.members.kernel_len));
	nr_own = kernel_file_initrds(&f, own);
	for (uint32_t i = 0; i < nr_own; i++)
		o->parts[o->nr_parts++] = part_of(first, own[i]);
	return make_line(o, &f);
}

/* Zeros between trailer and initrd are skipped, so an initrd must not start with one. */
static int
check_initrd(const struct file *initrd)
{
	if (initrd->size > 0 && initrd->data[0] == 0)
		return fail(STATUS_REFUSED,
		        "%s: starts with a zero byte, so it is no initrd (a cpio archive, compressed or not)",
		        initrd->path);
	return STATUS_OK;
}

static int
read_inputs(struct order *o)
{
	struct budget budget = budget_of(o->paths[0], o->limit);
	int status = STATUS_OK;

	for (unsigned i = 0; i < o->nr_paths && status == STATUS_OK; i++) {
		status = file_read(o->paths[i], &o->files[i]);
		if (status == STATUS_OK && i == 0)
			status = unpack(&o->files[0], &budget);
	}
	if (status == STATUS_OK)
		status = take_first(o);
	for (unsigned i = 1; i < o->nr_paths; i++)
		o->parts[o->nr_parts++] = o->files[i];
	if (status == STATUS_OK)
		status = check_size(&o->parts[0]);
	for (unsigned i = 1; i < o->nr_parts && status == STATUS_OK; i++)
		status = check_initrd(&o->parts[i]);
	return status;
}

static bool
same_bytes(const struct file *f, uint64_t off, uint64_t len, const struct file *want)
{
	return len == want->size && bounds_ok(f->size, off, len) &&
	       (len == 0 || memcmp(f->data + off, want->data, want->size) == 0);
}

/* Is what was written a bundle with the parts that went in? */
static bool
reads_back(const struct order *o, const struct file *written)
{
	struct image im = image_of(file_span(written));
	struct file line = {
	        .data = (uint8_t *)o->own_line, .size = o->own_line ? strlen(o->own_line) : 0};
	uint64_t initrds = 0;
	struct bundle b;
	struct refusal why;
	bool found;

	for (unsigned i = 1; i < o->nr_parts; i++)
		initrds += o->parts[i].size +
		           (i + 1 < o->nr_parts ? initrd_gap(o->parts[i].size) : 0);
	return bundle_read(&im, &found, &b, &why) == REFUSAL_NONE && found &&
	       same_bytes(written, b.kernel_off, b.kernel_len, &o->parts[0]) &&
	       same_bytes(written, b.cmdline_off, b.cmdline_len, &line) &&
	       b.initrd_len == initrds && (initrds == 0 || b.initrd_off % PAGE == 0);
}

static int
write_bundle(const struct order *o)
{
	struct bundle_parts parts = {&o->parts[0], o->own_line, o->parts + 1, o->nr_parts - 1};
	struct outfile out;
	struct file written;
	bool good;

	if (outfile_open(o->out, &out) != STATUS_OK)
		return STATUS_HOST;
	bundle_write(&parts, &out);
	if (outfile_flush(&out) != STATUS_OK)
		return STATUS_HOST;
	if (file_read(out.temp, &written) != STATUS_OK) {
		outfile_drop(&out);
		return STATUS_HOST;
	}
	good = reads_back(o, &written);
	file_free(&written);
	for (unsigned i = 0; i < o->nr_paths; i++) {
		if (file_unchanged(&o->files[i]) != STATUS_OK) {
			outfile_drop(&out);
			return STATUS_HOST;
		}
	}
	if (!good) {
		outfile_drop(&out);
		return fail(STATUS_HOST, "%s: what was written does not read back", o->out);
	}
	return outfile_commit(&out);
}

static int
bundle(struct order *o)
{
	int status;

	o->files = calloc(o->nr_paths, sizeof(*o->files));
	o->parts = calloc(o->nr_paths + KERNEL_FILE_INITRDS, sizeof(*o->parts));
	if (o->files && o->parts) {
		status = read_inputs(o);
		if (status == STATUS_OK)
			status = write_bundle(o);
	} else {
		status = fail(STATUS_HOST, "no memory");
	}
	for (unsigned i = 0; o->files && i < o->nr_paths; i++)
		file_free(&o->files[i]);
	free(o->files);
	free(o->parts);
	return status;
}

int
cmd_bundle(int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
	        {"append", required_argument, NULL, 'a'},
	        {"limit", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'}, {0}};
	static struct order o = {.limit = BUDGET_LIMIT};
	int opt;

	while ((opt = option_next(argc, argv, "o:a:h", options)) != -1) {
		switch (opt) {
		case 'o':
			o.out = optarg;
			break;
		case 'a':
			o.cmdline = *optarg ? optarg : NULL;
			break;
		case 'l':
			if (!budget_option(optarg, &o.limit))
				return STATUS_USAGE;
			break;
		case 'h':
			return usage_ok(argv[0]);
		default:
			return usage_error(argv[0]);
		}
	}
	if (!o.out || argc == optind)
		return usage_error(argv[0]);
	o.paths = argv + optind;
	o.nr_paths = (unsigned)(argc - optind);
	return bundle(&o);
}
