/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim pin [-a CMDLINE] KERNEL [INITRD...]: the lines of a section .kshpin (stub/input/pin.h).
 *
 * They are what a signed kshim.efi boots under Secure Boot although it has no signature. The
 * command line is the whole one, with the kshim. words; without -a the empty one is pinned.
 */
#include <stdio.h>
#include <string.h>

#include "stub/input/pin.h"
#include "tools/cmd.h"
#include "tools/file.h"
#include "tools/option.h"

static void
print_sum(struct sha256 *h, const char *name)
{
	uint8_t sum[SHA256_LEN];

	sha256_end(h, sum);
	for (unsigned i = 0; i < SHA256_LEN; i++)
		printf("%02x", sum[i]);
	printf("  %s\n", name);
}

/* Add a file to `h`, as the kernel gets it; and as a part of the boot to `together`. */
static int
add_file(struct sha256 *h, struct sha256 *together, const char *path, bool last)
{
	struct file f;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	pin_add_initrd(h, file_span(&f), last);
	pin_add_part(together, file_span(&f));
	status = file_unchanged(&f);
	file_free(&f);
	return status;
}

static int
pin_files(const char *name, char **paths, int count, struct sha256 *together)
{
	struct sha256 h;
	int status = STATUS_OK;

	sha256_start(&h);
	for (int i = 0; i < count && status == STATUS_OK; i++)
		status = add_file(&h, together, paths[i], i + 1 == count);
	if (status == STATUS_OK && count)
		print_sum(&h, name);
	return status;
}

static void
pin_line(const char *line, struct sha256 *together)
{
	struct span text = {(const uint8_t *)line, strlen(line)};
	struct sha256 h;

	sha256_start(&h);
	sha256_add(&h, text);
	print_sum(&h, "cmdline");
	pin_add_part(together, text);
}

int
cmd_pin(int argc, char **argv)
{
	static const struct option options[] = {{"append", required_argument, NULL, 'a'},
	        {"help", no_argument, NULL, 'h'}, {0}};
	const char *line = "";
	struct sha256 together;
	int opt, status;

	while ((opt = option_next(argc, argv, "a:h", options)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (opt != 'a')
			return usage_error(argv[0]);
		line = optarg;
	}
	if (argc == optind)
		return usage_error(argv[0]);
	sha256_start(&together);
	status = pin_files("kernel", argv + optind, 1, &together);
	if (status == STATUS_OK)
		status = pin_files("initrd", argv + optind + 1, argc - optind - 1, &together);
	if (status != STATUS_OK)
		return status;
	pin_line(line, &together);
	print_sum(&together, "together");
	return STATUS_OK;
}
