/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration that a distribution or a build puts beside a kernel, for kernels without
 * one inside.
 */
#ifndef KSHIM_CONFIG_BESIDE_H
#define KSHIM_CONFIG_BESIDE_H

#include <stddef.h>

#include "stub/base/bytes.h"

/*
 * The path of the configuration of the kernel in the file `kernel`, which may be one inside of
 * a disk image (disk_image.h), in buf[0..size): config-VERSION in its folder; else "config" in
 * the folder of its modules, which is its own if its file is there, or /usr/lib/modules/VERSION
 * or /lib/modules/VERSION of the tree with its /boot; of a vmlinux or arch/x86/boot/bzImage
 * in the tree that it was built in, include/config/auto.conf. VERSION is what the file's name
 * has behind the first "-", or `version`, which may be empty. Where a link leads to is looked
 * at after the link's own place. NULL if there is none that can be read.
 */
const char *config_beside_find(const char *kernel, struct span version, char *buf, size_t size);

#endif
