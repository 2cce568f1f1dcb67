/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kshim unpack [-k] -o FILE KERNEL: the kernel without the compression around it.
 * kshim unpack [-p PROFILE] -d DIR FILE: the parts of a bundle or of a unified kernel image.
 *
 * For launchers that hand files to the stub as they are. Prints the name of the plain kernel:
 * FILE when KERNEL was compressed as a whole or lies inside of a disk image, else KERNEL
 * itself, and nothing is written. With -k what a bzImage, an EFI zboot file or a unified kernel
 * image packs is taken out: the ELF that Firecracker wants, say. Whether it can be booted is
 * not judged here.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "stub/body/kernel_file.h"
#include "tools/cmd.h"
#include "tools/disk_image.h"
#include "tools/option.h"
#include "tools/outfile.h"
#include "tools/payload.h"

/* Replace f's bytes by what is packed inside, again if that packs something. */
static int
take_out(struct file *f, struct budget *b)
{
	struct payload p;

	for (; payload_find(file_span(f), &p); b->layer++) {
		struct file plain = {.path = f->path};
		char why[UNPACK_WHY];
		int status = STATUS_OK;

		if (b->layer > UNPACK_LAYERS)
			return fail(STATUS_REFUSED,
			        "%s: there is still something packed inside after unpacking %d times",
			        f->path, UNPACK_LAYERS);
		status = payload_unpack(file_span(f), &p, &plain, b, why);
		if (status == STATUS_REFUSED)
			return fail(status, "%s", why);
		if (status == STATUS_OK)
			status = file_unchanged(f);
		if (status != STATUS_OK)
			return status;
		file_free(f);
		*f = plain;
	}
	return b->layer > 1 ? STATUS_OK
	                    : fail(STATUS_REFUSED, "%s: nothing is packed inside", f->path);
}

/* Write these bytes of the file to `path` and print that. */
static int
put(const struct file *f, struct span bytes, const char *path)
{
	struct outfile out;
	int status = outfile_open(path, &out);

	if (status != STATUS_OK)
		return status;
	outfile_write(&out, bytes.base, bytes.size);
	status = file_unchanged(f);
	if (status == STATUS_OK)
		status = outfile_commit(&out);
	else
		outfile_drop(&out);
	if (status == STATUS_OK)
		puts(path);
	return status;
}

/* Write what is inside to `out_path`. */
static int
inside_to(const char *path, const char *out_path, uint64_t limit)
{
	struct budget budget = budget_of(path, limit);
	struct file f;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	status = take_out(&f, &budget);
	if (status == STATUS_OK)
		status = put(&f, file_span(&f), out_path);
	file_free(&f);
	return status;
}

static int
unpack_to(const char *path, const char *out_path, uint64_t limit)
{
	struct budget budget = budget_of(path, limit);
	struct file f;
	int status = file_read(path, &f);

	if (status != STATUS_OK)
		return status;
	if (!compression_of(file_span(&f)) && !disk_path_is(path)) {
		puts(path);
	} else {
		if (compression_of(file_span(&f)))
			status = unpack(&f, &budget);
		if (status == STATUS_OK)
			status = put(&f, file_span(&f), out_path);
	}
	file_free(&f);
	return status;
}

/* Write [off, off + len) of the file to DIR/NAME and print that; nothing of no bytes. */
static int
put_part(const struct file *f, const char *dir, const char *name, uint64_t off, uint64_t len)
{
	char path[PATH_MAX];
	struct span part;

	if (!len || !span_sub(file_span(f), off, len, &part))
		return STATUS_OK;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return fail(STATUS_HOST, "%s: %s", dir, strerror(ENAMETOOLONG));
	return put(f, part, path);
}

static int
put_parts(const struct file *f, const struct kernel_file *k, const char *dir)
{
	const struct bundle *m = &k->members;
	const struct {
		const char *name;
		uint64_t off, len;
	} parts[] = {{"kernel", m->kernel_off, m->kernel_len},
	        {"cmdline", k->uki.cmdline.off, k->uki.cmdline.len},
	        {k->is_uki ? "cmdline.bundle" : "cmdline", m->cmdline_off, m->cmdline_len},
	        {"ucode", k->uki.ucode.off, k->uki.ucode.len},
	        {"initrd", k->uki.initrd.off, k->uki.initrd.len},
	        {k->is_uki ? "initrd.bundle" : "initrd", m->initrd_off, m->initrd_len}};
	int status = STATUS_OK;

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return fail(STATUS_HOST, "%s: %s", dir, strerror(errno));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == STATUS_OK; i++)
		status = put_part(f, dir, parts[i].name, parts[i].off, parts[i].len);
	return status;
}

/* What is in the file? Whether the kernel is one is not judged. */
static int
look_apart(struct kernel_file *k, const char *profile)
{
	char word[KERNEL_FILE_PROFILE + 20];
	struct cmdline line = cmdline_init(word, sizeof(word));
	struct refusal why = {.code = REFUSAL_KERNEL_OTHER};
	enum refusal_code code = kernel_file_look(k, &why), none = REFUSAL_KERNEL_OTHER;

	if (code)
		return fail_refusal(k->blob.name, why);
	if (kernel_file_is_uki(k, &none, &why)) {
		line.len = (size_t)snprintf(
		        word, sizeof(word), "\"kshim.profile=%.63s\"", profile);
		code = kernel_file_take_uki(k, &line, &why);
		return code ? fail_refusal(k->blob.name, why) : STATUS_OK;
	}
	if (none != REFUSAL_KERNEL_OTHER)
		return fail_refusal(k->blob.name, why);
	if (!k->is_bundle)
		return fail(STATUS_REFUSED, "%s: neither a bundle nor a unified kernel image",
		        k->blob.name);
	return profile[0] ? fail(STATUS_REFUSED,
	                            "%s: a bundle of no unified kernel image has no "
	                            "profiles",
	                            k->blob.name)
	                  : STATUS_OK;
}

static int
apart_to(const char *path, const char *dir, const char *profile)
{
	struct file f;
	int status = file_read(path, &f);

	if (status == STATUS_OK) {
		struct kernel_file k = {.image = image_of(file_span(&f)),
		        .blob = {.size = f.size, .name = path}};

		status = look_apart(&k, profile);
		if (status == STATUS_OK)
			status = put_parts(&f, &k, dir);
		file_free(&f);
	}
	return status;
}

int
cmd_unpack(int argc, char **argv)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
	        {"kernel-inside", no_argument, NULL, 'k'},
	        {"directory", required_argument, NULL, 'd'},
	        {"profile", required_argument, NULL, 'p'},
	        {"limit", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'}, {0}};
	const char *out = NULL, *dir = NULL, *profile = "";
	uint64_t limit = BUDGET_LIMIT;
	bool inside = false;
	int opt;

	while ((opt = option_next(argc, argv, "o:kd:p:h", options)) != -1) {
		if (opt == 'h')
			return usage_ok(argv[0]);
		if (opt == 'o')
			out = optarg;
		else if (opt == 'k')
			inside = true;
		else if (opt == 'd')
			dir = optarg;
		else if (opt == 'p')
			profile = optarg;
		else if (opt == 'l' && !budget_option(optarg, &limit))
			return STATUS_USAGE;
		else if (opt == 'l')
			continue;
		else
			return usage_error(argv[0]);
	}
	if (!out == !dir || argc != optind + 1 || (dir ? inside : profile[0] != 0))
		return usage_error(argv[0]);
	if (dir)
		return apart_to(argv[optind], dir, profile);
	return inside ? inside_to(argv[optind], out, limit)
	              : unpack_to(argv[optind], out, limit);
}
