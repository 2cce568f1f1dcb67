/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim unpack [-k] -o FILE KERNEL: the kernel without the compression around it.
 *
 * For launchers that hand files to the stub as they are. Prints the name of the plain kernel:
 * FILE when KERNEL was compressed as a whole, KERNEL itself (and nothing written) when it was
 * not. With -k what a bzImage, an EFI zboot file or a unified kernel image packs is taken out:
 * the ELF that Firecracker wants, say. Whether it can be booted is not judged here.
 */
#include <getopt.h>

#include "tools/cmd.h"
#include "tools/payload.h"

#define LAYERS_MAX 4 /* there are files that unpack to themselves */

/* Replace f's bytes by what is packed inside, again if that packs something. */
static int
take_out(struct file *f)
{
	struct payload p;
	bool found = false;

	for (int layers = 0; layers < LAYERS_MAX && payload_find(file_span(f), &p); layers++) {
		struct file plain = {.path = f->path};
		char why[UNPACK_WHY];
		int status = payload_unpack(file_span(f), &p, &plain, why);

		if (status != STATUS_OK)
			return fail(status, "%s", why);
		file_free(f);
		*f = plain;
		found = true;
	}
	return found ? STATUS_OK
	             : fail(STATUS_REFUSED, "%s: nothing is packed inside", f->path);
}

/* Write what is inside to `out_path`. */
static int
inside_to(const char *path, const char *out_path)
{
	struct file f;
	struct outfile out;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	status = take_out(&f);
	if (status == STATUS_OK)
		status = outfile_open(out_path, &out);
	if (status == STATUS_OK) {
		outfile_write(&out, f.data, f.size);
		status = outfile_commit(&out);
	}
	file_free(&f);
	if (status == STATUS_OK)
		puts(out_path);
	return status;
}

static int
unpack_to(const char *path, const char *out_path)
{
	struct file f;
	struct outfile out;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	if (!compression_of(file_span(&f))) {
		out_path = path;
	} else {
		status = unpack(&f);
		if (status == STATUS_OK)
			status = outfile_open(out_path, &out);
		if (status == STATUS_OK) {
			outfile_write(&out, f.data, f.size);
			status = outfile_commit(&out);
		}
	}
	file_free(&f);
	if (status == STATUS_OK)
		puts(out_path);
	return status;
}

int
cmd_unpack(int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
	        {"kernel-inside", no_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'},
	        {0}};
	const char *out = NULL;
	bool inside = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "o:kh", options, NULL)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (opt == 'o')
			out = optarg;
		else if (opt == 'k')
			inside = true;
		else
			return usage_error(argv[0]);
	}
	if (!out || argc != optind + 1)
		return usage_error(argv[0]);
	return inside ? inside_to(argv[optind], out) : unpack_to(argv[optind], out);
}
