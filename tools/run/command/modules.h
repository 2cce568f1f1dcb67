/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which modules a kernel needs to have drivers and file systems for a command, from the folder
 * that depmod(8) has written modules.dep and modules.builtin into.
 */
#ifndef RUN_COMMAND_MODULES_H
#define RUN_COMMAND_MODULES_H

#include <limits.h>

#include "tools/file.h"

#define MODULES_MAX 64

struct modules {
	char folder[PATH_MAX]; /* "" if none was found: then all counts as built in */
	struct file dep, builtin;
	const char *path[MODULES_MAX]; /* relative to the folder, each behind those it needs */
	uint32_t count;
};

/*
 * Find the folder: `given` (--modules), else that of the kernel's own file, if the folder's
 * name is `version`, or lib/modules/VERSION or usr/lib/modules/VERSION of the tree whose /boot
 * the kernel is in, of the kernel's folder, the same where a link to the kernel leads to, or of
 * this system. STATUS_GO_ON, or a sentence and its status.
 */
int modules_open(const char *given, const char *kernel, const char *version,
        struct modules *ret_modules);
void modules_close(struct modules *m);

/* Has it, or the kernel itself, a module of this name, with "_" for "-"? */
enum modules_has {
	MODULES_NONE,
	MODULES_BUILTIN,
	MODULES_FILE, /* and it was added to the list, behind what it needs */
};
enum modules_has modules_add(struct modules *m, const char *name);

#endif
