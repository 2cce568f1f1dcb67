/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of `kshim run` as data.
 */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "stub/input/cmdline.h"
#include "stub/plan/plan.h"
#include "tools/launch/layout.h"
#include "tools/run/disk_files.h"
#include "tools/run/status.h"

#define OPTIONS_CPUS_MAX 128

struct options {
	const char *kernel; /* NULL: the one that the stub finds on a disk */
	const char *initrd[PLAN_BLOBS];
	uint32_t initrds;
	const char *append; /* "" if none */
	uint64_t memory;    /* bytes, whole pages */
	uint32_t cpus;
	enum protocol protocol;
	enum layout_kind as;
	const char *stub; /* NULL: the one beside the program */
	bool direct;
	const char *expect; /* NULL: none */
	double timeout;     /* seconds; 0: none */
	bool reboot_again;
	const char *dump; /* NULL: none */
	bool dry_run;
	bool times;
	bool no_jail;
	bool rng;
	struct disk_files disks;
	bool raw; /* escapes of the guest go through to a terminal */
};

/*
 * Read the arguments. STATUS_GO_ON when there is something to run; else the status to exit
 * with (after --help, --version, or a complaint).
 */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
