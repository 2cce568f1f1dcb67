/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does Linux have the memory to unpack its initrds?
 *
 * While it unpacks, the kernel, the packed files and what is unpacked are in memory together
 * (Linux init/initramfs.c frees the packed ones afterwards), and the root file system that
 * takes them is a tmpfs, which grows to half of the memory that was there when it was mounted
 * (Linux Documentation/filesystems/tmpfs.rst); with root= it is a ramfs without a limit (Linux
 * init/do_mounts.c). Over it, "Initramfs unpacking failed: write error", or a panic.
 */
#ifndef PLAN_UNPACKING_H
#define PLAN_UNPACKING_H

#include "tools/plan/findings.h"
#include "tools/plan/plan_case.h"

/* What the packed initrds of a case become; case_plan() may then have other sizes of them. */
struct unpacking {
	uint64_t packed;   /* bytes of the files as they were looked at */
	uint64_t unpacked; /* bytes of memory, whole pages for each file in them */
};

enum unpacking_fits {
	UNPACKING_FITS,
	UNPACKING_CLOSE, /* nearer to the bound than it is known */
	UNPACKING_FAILS,
};

/* For the case as it is planned now. Nothing unpacked: it fits. */
enum unpacking_fits unpacking_fits(const struct plan_case *c, const struct unpacking *u);

/* The least -m, in whole MiB, with which plan and unpacking fit; 0 if there is none that does.
 */
uint64_t unpacking_least_memory(struct plan_case *c, const struct unpacking *u);

/* Add what there is to say of it to the findings. */
void unpacking_look(struct plan_case *c, const struct unpacking *u, struct findings *f);

#endif
