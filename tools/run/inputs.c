/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and mapping the files of a run.
 */
#include "inputs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/find_image.h"
#include "tools/regular.h"
#include "tools/run/hold.h"

/* Is it this host that fails, and not the name that was given? */
static bool
host_fails(int error)
{
	return error == EIO || error == ENOMEM || error == EMFILE || error == ENFILE;
}

static int
open_file(const char *path, const char *name, struct input *ret_input)
{
	struct stat st;
	void *p = NULL;
	int status, held, fd;
	const char *why = regular_open(path, &fd, &st);

	if (why)
		return fail(host_fails(errno) ? STATUS_HOST : STATUS_REFUSED,
		        "cannot read the %s: %s: %s", name, path, why);
	status = hold(fd, &st, name, path, &held);
	if (status != STATUS_GO_ON)
		return status;
	if (st.st_size)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, held, 0);
	if (p == MAP_FAILED) {
		close(held);
		return fail(
		        STATUS_HOST, "cannot map the %s: %s: %s", name, path, strerror(errno));
	}
	*ret_input = (struct input){path, name, held, {p, (uint64_t)st.st_size}};
	return STATUS_GO_ON;
}

static int
open_stub(const char *path, struct input *ret_input)
{
	static char beside[PATH_MAX + 32];

	if (!path)
		path = find_image("kshim.elf", beside, sizeof(beside));
	if (!path)
		return fail(STATUS_REFUSED,
		        "no stub: kshim.elf is neither beside this program nor installed (share/kshim); build it with `make`, give --stub FILE, or use --direct");
	return open_file(path, "stub", ret_input);
}

int
inputs_open(const struct options *options, struct inputs *ret_inputs)
{
	struct inputs *in = ret_inputs;
	int status = STATUS_GO_ON;

	memset(in, 0, sizeof(*in));
	for (uint32_t i = 0; i <= PLAN_BLOBS; i++)
		in->file[i].fd = -1;
	in->files = (options->kernel ? INPUT_INITRD : INPUT_KERNEL) + options->initrds;
	if (!options->direct)
		status = open_stub(options->stub, &in->file[INPUT_STUB]);
	if (status == STATUS_GO_ON && options->kernel)
		status = open_file(options->kernel, "kernel", &in->file[INPUT_KERNEL]);
	for (uint32_t i = 0; i < options->initrds && status == STATUS_GO_ON; i++) {
		char *name = in->names[i];

		snprintf(name, sizeof(in->names[i]), "initrd%s%.0u",
		        options->initrds > 1 ? " " : "", options->initrds > 1 ? i + 1 : 0);
		status = open_file(options->initrd[i], name, &in->file[INPUT_INITRD + i]);
	}
	return status;
}

int
inputs_add(struct inputs *in, int fd, const char *name)
{
	struct stat st;
	void *p = MAP_FAILED;

	if (fstat(fd, &st) == 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		close(fd);
		return fail(STATUS_HOST, "cannot map the %s: %s", name, strerror(errno));
	}
	in->file[in->files++] = (struct input){name, name, fd, {p, (uint64_t)st.st_size}};
	return STATUS_GO_ON;
}

void
inputs_close(struct inputs *inputs)
{
	for (uint32_t i = 0; i < inputs->files; i++) {
		struct input *f = &inputs->file[i];

		if (f->bytes.size)
			munmap((void *)f->bytes.base, f->bytes.size);
		if (f->fd >= 0)
			close(f->fd);
	}
	inputs->files = 0;
}

int
inputs_bundle(const struct inputs *inputs, bool *ret_found, struct bundle *ret_bundle)
{
	struct image im = image_of(inputs->file[INPUT_KERNEL].bytes);
	struct refusal why;

	*ret_found = false;
	if (bundle_read(&im, ret_found, ret_bundle, &why) != REFUSAL_NONE) {
		return fail_refusal(inputs->file[INPUT_KERNEL].path, why);
	}
	return STATUS_GO_ON;
}
