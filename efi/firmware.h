/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables, and what is used of them all over this body.
 *
 * UEFI 2.10; the declarations are gnu-efi's, nothing of its library is linked. Everything that
 * is allocated is noted and given back if we return (pages_free_all()). No service's address is
 * kept: a loader before us (shim) puts its own into the tables.
 */
#ifndef KSHIM_EFI_FIRMWARE_H
#define KSHIM_EFI_FIRMWARE_H

#include <efi.h>

#include "stub/base/bytes.h"
#include "stub/base/refusal.h"

struct firmware {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *table;
	EFI_BOOT_SERVICES *boot;
	EFI_LOADED_IMAGE *self;
};

extern struct firmware fw;

/*
 * Note the tables and find our own image. An error is the firmware's.
 */
EFI_STATUS firmware_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/*
 * Pages for `size` bytes (at least one page), anywhere.
 * Errors: REFUSAL_EFI_MEMORY with `subject`.
 */
enum refusal_code pages_get(
        uint64_t size, const char *subject, uint64_t *ret_addr, struct refusal *ret_why);

/* The pages of `r` as loader code; false if one of them is taken. */
bool pages_take(struct range r);

/* Give one such piece back. */
void pages_free(uint64_t addr);

/* Give everything back. */
void pages_free_all(void);

/* All handles that have that protocol; free the array with pool_free(). 0 if none. */
UINTN handles_with(EFI_GUID *protocol, EFI_HANDLE **ret_handles);
void pool_free(void *p);

/* The protocol of a handle, or NULL. */
void *protocol_of(EFI_HANDLE handle, EFI_GUID *protocol);
/* The first instance of a protocol, or NULL. */
void *protocol_any(EFI_GUID *protocol);

/* Address of a configuration table, 0 if there is none. */
uint64_t config_table(const EFI_GUID *guid);

/* One byte of a global variable; `otherwise` if it is not there. */
uint8_t global_byte(const CHAR16 *name, uint8_t otherwise);

bool guid_equal(const EFI_GUID *a, const EFI_GUID *b);

/* REFUSAL_EFI_FIRMWARE: the service `what` failed. */
enum refusal_code firmware_failed(const char *what, EFI_STATUS status, struct refusal *ret_why);

/* Bytes of the device path up to its end node, without that. */
uint64_t device_path_len(const EFI_DEVICE_PATH *path);

#endif
