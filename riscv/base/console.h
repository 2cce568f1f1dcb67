/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console that the firmware has: DBCN of SBI 2.0, else the legacy calls, else the UART.
 *
 * The UART (ns16550) is used where firmware has neither, and is then found in the device tree.
 */
#ifndef KSHIM_RISCV_CONSOLE_H
#define KSHIM_RISCV_CONSOLE_H

#include "stub/riscv/riscv_machine.h"

/* Ask the firmware what it has. */
void console_init(void);

/* The UART to fall back to. */
void console_set_uart(const struct fdt *fdt, const struct riscv_device *uart);

void console_byte(uint8_t c);
/* A byte that was typed, or -1. */
int console_read(void);
void console_text(const char *s);

/* "kshim: TEXT" and a newline, whole lines even when harts speak at the same time. */
void console_line(const char *text);

#endif
