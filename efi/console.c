/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the console that a kernel's line without `console=` is given, as systemd's stub does
 * (262): the only virtio console on PCI, else, where there is no screen, the serial line that
 * the firmware's output goes to, if it is only one.
 *
 * It follows from the machine alone, so it is not measured. Surprise: the firmware's output is
 * often one handle without a device path for several devices; then each of those is looked at.
 */
#include "efi/console.h"
#include "efi/firmware.h"

#include <efipciio.h>

/* Device and vendor in configuration space, of the transitional form and of virtio 1 alone. */
#define VIRTIO_CONSOLE   0x10031af4u
#define VIRTIO_1_CONSOLE 0x10431af4u

#define UART    0x050141d0u /* PNP0501 */
#define NO_PORT UINT32_MAX

static bool
is_virtio_console(EFI_HANDLE handle)
{
	EFI_GUID guid = EFI_PCI_IO_PROTOCOL_GUID;
	EFI_PCI_IO_PROTOCOL *pci = protocol_of(handle, &guid);
	UINT32 id = 0;

	return pci && pci->Pci.Read(pci, EfiPciIoWidthUint32, 0, 1, &id) == EFI_SUCCESS &&
	       (id == VIRTIO_CONSOLE || id == VIRTIO_1_CONSOLE);
}

static bool
has_one_virtio_console(void)
{
	EFI_GUID guid = EFI_PCI_IO_PROTOCOL_GUID;
	EFI_HANDLE *handle;
	UINTN count = handles_with(&guid, &handle);
	unsigned found = 0;

	for (UINTN i = 0; i < count; i++)
		found += is_virtio_console(handle[i]);
	pool_free(handle);
	return found == 1;
}

/* The number of the serial port that a device path leads through, or NO_PORT. */
static UINT32
port_of(const EFI_DEVICE_PATH *path)
{
	const uint8_t *at = (const uint8_t *)path, *end = at + device_path_len(path);

	for (; at < end; at += at[2] | at[3] << 8) {
		ACPI_HID_DEVICE_PATH node;

		if (at[0] != ACPI_DEVICE_PATH || at[1] != ACPI_DP)
			continue;
		memcpy(&node, at, sizeof(node));
		if (node.HID == UART)
			return node.UID;
	}
	return NO_PORT;
}

/* The port of the only serial line among all devices of output, or NO_PORT. */
static UINT32
only_port(void)
{
	EFI_GUID output = SIMPLE_TEXT_OUTPUT_PROTOCOL, guid = DEVICE_PATH_PROTOCOL;
	EFI_HANDLE *handle;
	UINTN count = handles_with(&output, &handle);
	UINT32 found = NO_PORT;
	bool several = false;

	for (UINTN i = 0; i < count; i++) {
		EFI_DEVICE_PATH *path = protocol_of(handle[i], &guid);
		UINT32 port = path ? port_of(path) : NO_PORT;

		several = several || (port != NO_PORT && found != NO_PORT && port != found);
		found = port != NO_PORT ? port : found;
	}
	pool_free(handle);
	return several ? NO_PORT : found;
}

static UINT32
serial_port(void)
{
	EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	EFI_DEVICE_PATH *path = protocol_of(fw.table->ConsoleOutHandle, &guid);

	return path ? port_of(path) : only_port();
}

const char *
console_word(void)
{
	static const char *const word[] = {"console=uart,io,0x3f8", "console=uart,io,0x2f8",
	        "console=uart,io,0x3e8", "console=uart,io,0x2e8"};
	EFI_GUID screen = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	UINT32 port;

	if (has_one_virtio_console())
		return "console=hvc0";
	if (protocol_any(&screen))
		return NULL;
	port = serial_port();
	return port < sizeof(word) / sizeof(word[0]) ? word[port] : NULL;
}
