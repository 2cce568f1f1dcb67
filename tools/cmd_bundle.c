/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim bundle: kernel, command line and initrds into one file that all bodies read.
 *
 * The inputs are judged by the same code as on the machine that will boot them, and the output
 * is read back by that code before it gets its name.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "stub/input/bundle.h"
#include "stub/input/cmdline.h"
#include "stub/input/initrd_join.h"
#include "stub/probe/facts.h"
#include "tools/bundle_write.h"
#include "tools/cmd.h"
#include "tools/unpack.h"

/* As much as the bodies have room for; what the kernel takes is the plan's affair. */
#define CMDLINE_ROOM 65536

struct order {
	const char *out;
	const char *cmdline;
	char **paths; /* the kernel, then the initrds */
	unsigned nr_paths;
	struct file *files;
};

static int
check_kernel(const struct file *kernel)
{
	struct image im = image_of(file_span(kernel));
	struct facts facts;
	struct refusal why;

	if (any_kernel_probe(&im, &facts, &why) != REFUSAL_NONE)
		return fail_refusal(kernel->path, why);
	if (kernel->size > UINT32_MAX)
		return fail(STATUS_REFUSED, "%s: %zu bytes, an archive member has at most %u",
		        kernel->path, kernel->size, UINT32_MAX);
	return STATUS_OK;
}

static int
check_cmdline(const char *text)
{
	static char room[CMDLINE_ROOM];
	struct cmdline line = cmdline_init(room, sizeof(room));
	struct cmdline_words words;
	struct span part = {(const uint8_t *)text, strlen(text)};
	struct refusal why;

	if (cmdline_append(&line, part, &why) != REFUSAL_NONE ||
	        cmdline_take_words(&line, &words, &why) != REFUSAL_NONE)
		return fail_refusal("command line", why);
	return STATUS_OK;
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
	int status = STATUS_OK;

	for (unsigned i = 0; i < o->nr_paths && status == STATUS_OK; i++) {
		status = file_read(o->paths[i], &o->files[i]);
		if (status == STATUS_OK)
			status = i == 0 ? unpack(&o->files[i]) : check_initrd(&o->files[i]);
	}
	if (status == STATUS_OK)
		status = check_kernel(&o->files[0]);
	if (status == STATUS_OK && o->cmdline)
		status = check_cmdline(o->cmdline);
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
	        .data = (uint8_t *)o->cmdline, .size = o->cmdline ? strlen(o->cmdline) : 0};
	uint64_t initrds = 0;
	struct bundle b;
	struct refusal why;
	bool found;

	for (unsigned i = 1; i < o->nr_paths; i++)
		initrds += o->files[i].size +
		           (i + 1 < o->nr_paths ? initrd_gap(o->files[i].size) : 0);
	return bundle_read(&im, &found, &b, &why) == REFUSAL_NONE && found &&
	       same_bytes(written, b.kernel_off, b.kernel_len, &o->files[0]) &&
	       same_bytes(written, b.cmdline_off, b.cmdline_len, &line) &&
	       b.initrd_len == initrds && (initrds == 0 || b.initrd_off % PAGE == 0);
}

static int
write_bundle(const struct order *o)
{
	struct bundle_parts parts = {&o->files[0], o->cmdline, o->files + 1, o->nr_paths - 1};
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
	if (!o->files)
		return fail(STATUS_HOST, "no memory");
	status = read_inputs(o);
	if (status == STATUS_OK)
		status = write_bundle(o);
	for (unsigned i = 0; i < o->nr_paths; i++)
		file_free(&o->files[i]);
	free(o->files);
	return status;
}

int
cmd_bundle(int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
	        {"append", required_argument, NULL, 'a'}, {"help", no_argument, NULL, 'h'},
	        {0}};
	struct order o = {0};
	int opt;

	while ((opt = getopt_long(argc, argv, "o:a:h", options, NULL)) != -1) {
		switch (opt) {
		case 'o':
			o.out = optarg;
			break;
		case 'a':
			o.cmdline = *optarg ? optarg : NULL;
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
