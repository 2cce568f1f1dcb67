/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of given bytes, for programs that a test runs. */
#ifndef KSHIM_PUT_FILE_H
#define KSHIM_PUT_FILE_H

#include <stddef.h>

/* Write all of it; what fails fails the test. */
void put_file(const char *path, const void *bytes, size_t len);

#endif
