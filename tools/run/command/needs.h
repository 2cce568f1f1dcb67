/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel needs to run a command in kshim's machine: built in, or as a module that is
 * there.
 */
#ifndef RUN_COMMAND_NEEDS_H
#define RUN_COMMAND_NEEDS_H

#include "tools/run/command/modules.h"
#include "tools/run/options.h"

/* Drivers of devices that were asked for, as a set of bits. */
enum needs_device {
	NEEDS_DISK = 1,
	NEEDS_NET = 2,
	NEEDS_VSOCK = 4,
	NEEDS_RNG = 8,
	NEEDS_SCSI = 16,
};
unsigned needs_devices(const struct options *o);

/*
 * Look at the configuration of the kernel `path`, whose size is 0 if it is not known, and add
 * the modules that have to be loaded, also for `devices`, to `m`. *ret_overlay: can writes go
 * to memory? Where the configuration is not known what is no module counts as built in.
 * STATUS_GO_ON, or a sentence that names all that is lacking and its status.
 */
int needs_look(const char *path, struct span config, unsigned devices, struct modules *m,
        bool *ret_overlay);

#endif
