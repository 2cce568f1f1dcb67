/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim unpack -o FILE KERNEL: the kernel without the compression around it.
 *
 * For launchers that hand files to the stub as they are. Prints the name of the plain kernel:
 * FILE when KERNEL was compressed as a whole, KERNEL itself (and nothing written) when it was
 * not. Whether it can be booted is not judged here.
 */
#include <getopt.h>

#include "tools/cmd.h"
#include "tools/unpack.h"

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
	        {"help", no_argument, NULL, 'h'}, {0}};
	const char *out = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (opt != 'o')
			return usage_error(argv[0]);
		out = optarg;
	}
	if (!out || argc != optind + 1)
		return usage_error(argv[0]);
	return unpack_to(argv[optind], out);
}
