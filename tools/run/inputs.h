/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of one run: kernel or bundle, initrds, stub.
 *
 * Files are held as they are at the start (hold.h), mapped read-only for the core to look at,
 * and kept open so that guest memory can be made from their pages. Only --direct looks into the
 * kernel; else the stub does that.
 */
#ifndef RUN_INPUTS_H
#define RUN_INPUTS_H

#include "stub/input/bundle.h"
#include "stub/plan/plan.h"
#include "stub/probe/facts.h"
#include "tools/run/options.h"

struct input {
	const char *path;
	const char *name; /* for messages: "kernel", "initrd 2" */
	int fd;
	struct span bytes;
};

struct inputs {
	struct input file[PLAN_BLOBS + 1]; /* the stub, the kernel, the initrds */
	uint32_t files;
	char names[PLAN_BLOBS + 1][16];
};

#define INPUT_STUB   0 /* not opened with --direct */
#define INPUT_KERNEL 1
#define INPUT_INITRD 2

/* Open all files; a complaint and its status if one cannot be read. */
int inputs_open(const struct options *options, struct inputs *ret_inputs);
/* One more initrd: a file in memory, which is taken. STATUS_GO_ON, or a complaint. */
int inputs_add(struct inputs *in, int fd, const char *name);
void inputs_close(struct inputs *inputs);

/*
 * What boots in place of the file `kernel`: itself, or the members of a bundle. With a
 * member that is absent its length is 0.
 */
int inputs_bundle(const struct inputs *inputs, bool *ret_found, struct bundle *ret_bundle);

#endif
