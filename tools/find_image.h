/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim's images lie on this host, as files.
 */
#ifndef KSHIM_FIND_IMAGE_H
#define KSHIM_FIND_IMAGE_H

#include <stddef.h>

/*
 * The path of the image `name` ("kshim.elf"), in buf[0..size), or NULL: beside this program (as
 * built), or where `make install` puts it, in share/kshim, lib/kshim or share/qemu of the same
 * prefix, of /usr/local, or of /usr.
 */
const char *find_image(const char *name, char *buf, size_t size);

#endif
