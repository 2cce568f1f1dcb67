/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where messages go: the first serial port, QEMU's debug console, or nowhere.
 */
#ifndef KSHIM_X86_CONSOLE_H
#define KSHIM_X86_CONSOLE_H

#include "stub/input/cmdline.h"

/* Choose; until then it is CONSOLE_COM1. Nothing is initialised before the first byte. */
void console_select(enum console console);

/* Write a NUL-terminated text; "\n" ends a line. */
void console_text(const char *text);

/* "kshim: LINE" and a line end. */
void console_line(const char *line);

#endif
