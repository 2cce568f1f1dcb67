/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wraps the few boot services that are used in several places (UEFI 2.10, chapter 7).
 *
 * Allocations are noted in a table of fixed size: that is all the bookkeeping a refusal needs
 * to leave no memory behind.
 */
#include "efi/firmware.h"
#include "stub/wire/wire.h"

#define PIECES 256

struct firmware fw;

static struct piece {
	EFI_PHYSICAL_ADDRESS addr;
	UINTN pages; /* 0: not in use */
} piece[PIECES];

EFI_STATUS
firmware_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL;

	fw = (struct firmware){image, table, table->BootServices, NULL};
	return fw.boot->HandleProtocol(image, &loaded_image, (void **)&fw.self);
}

static struct piece *
unused_piece(void)
{
	for (unsigned i = 0; i < PIECES; i++) {
		if (!piece[i].pages)
			return &piece[i];
	}
	return NULL;
}

static bool
allocate(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, EFI_PHYSICAL_ADDRESS addr, UINTN pages,
        EFI_PHYSICAL_ADDRESS *ret_addr)
{
	struct piece *p = unused_piece();

	if (!p || fw.boot->AllocatePages(how, type, pages, &addr) != EFI_SUCCESS)
		return false;
	*p = (struct piece){addr, pages};
	*ret_addr = addr;
	return true;
}

enum refusal_code
pages_get(uint64_t size, const char *subject, uint64_t *ret_addr, struct refusal *ret_why)
{
	EFI_PHYSICAL_ADDRESS addr;
	uint64_t end;

	if (align_up(size ? size : 1, PAGE, &end) &&
	        allocate(AllocateAnyPages, EfiLoaderData, 0, end / PAGE, &addr)) {
		*ret_addr = addr;
		return REFUSAL_NONE;
	}
	refuse(ret_why, REFUSAL_EFI_MEMORY, 0, size, 0);
	ret_why->subject = subject;
	return REFUSAL_EFI_MEMORY;
}

bool
pages_take(struct range r)
{
	EFI_PHYSICAL_ADDRESS addr;

	return allocate(
	        AllocateAddress, EfiLoaderCode, r.addr, (r.len + PAGE - 1) / PAGE, &addr);
}

void
pages_free(uint64_t addr)
{
	for (unsigned i = 0; i < PIECES; i++) {
		if (piece[i].pages && piece[i].addr == addr) {
			fw.boot->FreePages(piece[i].addr, piece[i].pages);
			piece[i].pages = 0;
		}
	}
}

void
pages_free_all(void)
{
	for (unsigned i = 0; i < PIECES; i++) {
		if (piece[i].pages)
			pages_free(piece[i].addr);
	}
}

UINTN
handles_with(EFI_GUID *protocol, EFI_HANDLE **ret_handles)
{
	UINTN count = 0;

	*ret_handles = NULL;
	if (fw.boot->LocateHandleBuffer(ByProtocol, protocol, NULL, &count, ret_handles) !=
	        EFI_SUCCESS)
		return 0;
	return count;
}

void
pool_free(void *p)
{
	if (p)
		fw.boot->FreePool(p);
}

void *
protocol_of(EFI_HANDLE handle, EFI_GUID *protocol)
{
	void *p = NULL;

	return fw.boot->HandleProtocol(handle, protocol, &p) == EFI_SUCCESS ? p : NULL;
}

void *
protocol_any(EFI_GUID *protocol)
{
	void *p = NULL;

	return fw.boot->LocateProtocol(protocol, NULL, &p) == EFI_SUCCESS ? p : NULL;
}

bool
guid_equal(const EFI_GUID *a, const EFI_GUID *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

uint64_t
config_table(const EFI_GUID *guid)
{
	for (UINTN i = 0; i < fw.table->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *t = &fw.table->ConfigurationTable[i];

		if (guid_equal(&t->VendorGuid, guid))
			return (uintptr_t)t->VendorTable;
	}
	return 0;
}

uint8_t
global_byte(const CHAR16 *name, uint8_t otherwise)
{
	EFI_GUID global = EFI_GLOBAL_VARIABLE;
	UINTN size = 1;
	uint8_t v;

	if (fw.table->RuntimeServices->GetVariable((CHAR16 *)name, &global, NULL, &size, &v) !=
	                EFI_SUCCESS ||
	        size != 1)
		return otherwise;
	return v;
}

enum refusal_code
firmware_failed(const char *what, EFI_STATUS status, struct refusal *ret_why)
{
	refuse(ret_why, REFUSAL_EFI_FIRMWARE, 0, status, 0);
	ret_why->subject = "the firmware";
	ret_why->detail = what;
	return REFUSAL_EFI_FIRMWARE;
}

uint64_t
device_path_len(const EFI_DEVICE_PATH *path)
{
	const uint8_t *at = (const uint8_t *)path;

	while (!IsDevicePathEndType((EFI_DEVICE_PATH *)at)) {
		UINTN len = DevicePathNodeLength((EFI_DEVICE_PATH *)at);

		if (len < sizeof(*path))
			break;
		at += len;
	}
	return (uint64_t)(at - (const uint8_t *)path);
}
