/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first serial port, a 16550, by polling.
 */
#ifndef KSHIM_X86_SERIAL_H
#define KSHIM_X86_SERIAL_H

/* Send one byte. Does nothing where there is no port, gives up on one that stays busy. */
void serial_char(char c);

#endif
