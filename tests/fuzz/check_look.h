/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole `kshim check` of bytes in this process, and what must hold of its report.
 */
#ifndef TESTS_CHECK_LOOK_H
#define TESTS_CHECK_LOOK_H

#include "tests/fuzz/fuzz.h"

#define CHECK_LIMIT (256 * KIB) /* of what is unpacked: what a fuzzer waits for */

/*
 * Check the bytes, unpacking at most CHECK_LIMIT bytes; print the report as text or as JSON,
 * and compare it with itself. Fails unless all of it is text without control bytes, verdicts
 * and launchers are each known once, who boots it is consistent, JSON reads back as what was
 * written, and a file has not changed since itself.
 */
void check_look(struct span bytes);

#endif
