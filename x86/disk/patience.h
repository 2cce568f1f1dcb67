/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a disk's controller is waited for: a guest that waits for good says nothing.
 */
#ifndef KSHIM_X86_PATIENCE_H
#define KSHIM_X86_PATIENCE_H

#define PATIENCE (1ull << 36) /* ticks of the time-stamp counter: some 20 to 60 seconds */

#endif
