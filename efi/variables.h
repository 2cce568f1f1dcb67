/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI variables by which userspace learns how it was booted (systemd.io, "The Boot Loader
 * Interface"; systemd-stub(7), "EFI Variables").
 */
#ifndef KSHIM_EFI_VARIABLES_H
#define KSHIM_EFI_VARIABLES_H

#include "efi/boot.h"

/* Note when we were started; first of all. */
void variables_start(void);

/*
 * Set them for the boot in `b`. Those that a loader before us has set stay as they are; those
 * of the stub are set if we are one. All are gone after the next reset.
 */
void variables_set(const struct boot *b);

/* Take back what was set. */
void variables_take(void);

/* Set one of the Boot Loader Interface until the next reset; an empty text is not set. */
void variable_set(const CHAR16 *name, const void *bytes, UINTN size);
void variable_set_text(const CHAR16 *name, const char *text);

/* The same, but a refusal does not take it back. */
void variable_leave_text(const CHAR16 *name, const char *text);

/* Set one for good: neither a reset nor a refusal takes it back. */
void variable_keep_text(const CHAR16 *name, const char *text);

/* One that only boot services show, and that is for good: `size` bytes; false if it is not
 * such. */
bool variable_private(const CHAR16 *name, void *buf, UINTN size);
bool variable_keep_private(const CHAR16 *name, const void *bytes, UINTN size);

bool variable_exists(const CHAR16 *name);

/* Read one that is a text; false if there is none, or it is empty or too long. */
bool variable_text(const CHAR16 *name, char *buf, size_t size);

/* The bytes of one, at most `size`; 0 if there is none, or it is longer. */
size_t variable_bytes(const CHAR16 *name, void *buf, size_t size);

void variable_delete(const CHAR16 *name);

#endif
