/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of a kernel before it boots: its release, its configuration.
 */
#ifndef RUN_COMMAND_ABOUT_H
#define RUN_COMMAND_ABOUT_H

#include "tools/file.h"

#define ABOUT_RELEASE 128

struct about {
	char release[ABOUT_RELEASE]; /* as uname(2) has it; "" if it is not known */
	struct file config;          /* size 0: there is none beside the kernel, nor inside */
};

/*
 * Look at the kernel `bytes` of the file `path`: the release is that of a bzImage's header or
 * of the banner, the configuration that beside the file, else that inside, because finding this
 * costs unpacking the kernel. STATUS_GO_ON, or a sentence and its status.
 */
int about_read(const char *path, struct span bytes, struct about *ret_about);
void about_free(struct about *a);

#endif
