/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files mapped into memory, with an end in words when one cannot be read through its mapping:
 * it was made shorter, or its disk fails. Without that, SIGBUS would end the program in
 * silence.
 */
#ifndef KSHIM_MAPPING_H
#define KSHIM_MAPPING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct mapping;

/*
 * Map the regular file `fd`, which is `st` by fstat() and not empty; takes `fd` on success. The
 * path must live as long. Returns NULL with errno if it cannot be mapped.
 *
 * While a mapping is there, a page that cannot be read ends the program with a sentence and
 * host_failed(); an unfinished file of outfile_open() is removed before.
 */
struct mapping *mapping_make(const char *path, int fd, const struct stat *st);
void mapping_free(struct mapping *m);

uint8_t *mapping_bytes(const struct mapping *m);

/*
 * Is the file still as it was? Asked before a result is believed: what was read while another
 * program wrote to the file may be half of each. STATUS_OK, or STATUS_HOST and a sentence.
 */
int mapping_unchanged(const struct mapping *m);

#endif
