/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console of a unified kernel image that names none.
 */
#ifndef KSHIM_EFI_CONSOLE_H
#define KSHIM_EFI_CONSOLE_H

/* The word console=... for the machine's only console; NULL where Linux's own choice is right.
 */
const char *console_word(void);

#endif
