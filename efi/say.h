/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines for the user: the firmware's console, and the serial port if that is not one
 * of the firmware's consoles already.
 */
#ifndef KSHIM_EFI_SAY_H
#define KSHIM_EFI_SAY_H

#include "stub/input/cmdline.h"

/* `kshim.console=` governs the serial port only. */
void say_console(enum console console);

/* "kshim: LINE", and a line end. */
void say(const char *line);

/* The sentence of a refusal. */
void say_refusal(const struct refusal *why);

#endif
