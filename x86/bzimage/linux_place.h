/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where kshim.bzimage can lie, by what its loader says in the zero page. The code is position-
 * independent (linux_early.c), and reaches memory by linux_peek() alone.
 */
#ifndef KSHIM_X86_LINUX_PLACE_H
#define KSHIM_X86_LINUX_PLACE_H

#include "stub/wire/bootparam.h"
#include "x86/bzimage/linux_window.h"

/*
 * The lowest whole MiB from which `len` bytes of RAM are free below `end`: neither reserved by
 * any of the maps that the zero page leads to, nor needed later on. 0 if there is none.
 */
uint64_t linux_place(struct window *w, const struct zero_page *zp, uint64_t len, uint64_t end);

#endif
