/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration that a Linux carries with it (CONFIG_IKCONFIG).
 */
#ifndef KSHIM_IKCONFIG_H
#define KSHIM_IKCONFIG_H

#include "tools/budget.h"
#include "tools/file.h"

/*
 * The .config inside a kernel file of any form (bzImage, ELF, Image, compressed ones), as text;
 * of size 0 if it carries none. Give it back with file_free(). Returns STATUS_OK;
 * STATUS_REFUSED and why, in a buffer of UNPACK_WHY bytes, if the search ended before all was
 * seen; or STATUS_HOST when memory is out (worded).
 */
int ikconfig_read(struct span kernel, struct budget *b, struct file *ret_text, char *ret_why);

/* The same of a kernel that is unpacked already. */
int ikconfig_read_plain(
        struct span plain, struct budget *b, struct file *ret_text, char *ret_why);

/*
 * The value of CONFIG_name ("y", "m", "\"text\"", a number); false if the text says that it is
 * not set, or nothing. `name` is without "CONFIG_".
 */
bool config_value(struct span text, const char *name, struct span *ret_value);

#endif
