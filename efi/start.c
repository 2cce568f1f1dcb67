/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts an image by LoadImage and StartImage (UEFI 2.10, 7.4.1, 7.4.2), so that the firmware
 * verifies its signature, measures it, and applies its own rules. A shim before us has put its
 * own functions there, which know the machine owner's keys as well: so the system table's
 * functions are called, as they are at the time.
 *
 * The line goes by LoadOptions, the initrds, joined, by a LoadFile2 of our own (Linux
 * Documentation/admin-guide/efi-stub.rst). Surprise: the firmware (QEMU's) may offer an initrd
 * by that same device path; then ours takes its place until the image comes back.
 */
#include "efi/measure.h"
#include "efi/secure.h"
#include "stub/base/text.h"
#include "stub/input/initrd_join.h"
#include "stub/input/utf.h"

#define OPTIONS_ROOM (LINE_ROOM + 16) /* a profile before the line */

static struct boot *boot; /* whose initrds are offered */

/* What initrd i takes: the gap before the next one belongs to it. */
static uint64_t
piece_len(uint32_t i)
{
	uint64_t size = boot->initrd[i].bytes.size;

	return size + (i + 1 < boot->initrds ? initrd_gap(size) : 0);
}

static uint64_t
joined_len(void)
{
	uint64_t len = 0;

	for (uint32_t i = 0; i < boot->initrds; i++)
		len += piece_len(i);
	return len;
}

static EFI_STATUS EFIAPI
offer_initrd(EFI_LOAD_FILE_INTERFACE *this, EFI_DEVICE_PATH *path, BOOLEAN policy, UINTN *size,
        void *out)
{
	uint64_t len = joined_len(), at = 0;

	(void)this;
	(void)path;
	if (policy)
		return EFI_UNSUPPORTED;
	if (!size)
		return EFI_INVALID_PARAMETER;
	if (!out || *size < len) {
		*size = len;
		return EFI_BUFFER_TOO_SMALL;
	}
	memset(out, 0, len);
	for (uint32_t i = 0; i < boot->initrds; i++) {
		struct span s = boot->initrd[i].bytes;

		memcpy((uint8_t *)out + at, s.base, s.size);
		at += piece_len(i);
	}
	*size = len;
	return EFI_SUCCESS;
}

static EFI_LOAD_FILE_INTERFACE offer = {(EFI_LOAD_FILE)offer_initrd};

/* Whose LoadFile2 was replaced, or what handle we made. */
struct offered {
	EFI_HANDLE handle;
	void *before; /* the firmware's own, NULL if there was none */
};

static EFI_GUID load_file2 = {
        0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
static EFI_GUID device_path = DEVICE_PATH_PROTOCOL;

static EFI_STATUS
install(struct offered *o)
{
	EFI_DEVICE_PATH *path = initrd_device_path();

	*o = (struct offered){NULL, NULL};
	if (fw.boot->LocateDevicePath(&load_file2, &path, &o->handle) == EFI_SUCCESS) {
		o->before = protocol_of(o->handle, &load_file2);
		return fw.boot->ReinstallProtocolInterface(
		        o->handle, &load_file2, o->before, &offer);
	}
	o->handle = NULL;
	return fw.boot->InstallMultipleProtocolInterfaces(
	        &o->handle, &device_path, initrd_device_path(), &load_file2, &offer, NULL);
}

static void
uninstall(struct offered *o)
{
	if (o->before)
		fw.boot->ReinstallProtocolInterface(o->handle, &load_file2, &offer, o->before);
	else if (o->handle)
		fw.boot->UninstallMultipleProtocolInterfaces(o->handle, &device_path,
		        initrd_device_path(), &load_file2, &offer, NULL);
}

static enum refusal_code
failed(const struct boot *b, const char *what, EFI_STATUS status, struct refusal *why)
{
	refuse(why, REFUSAL_EFI_START, 0, status, 0);
	why->subject = b->kernel.name;
	why->detail = what;
	return why->code;
}

/* A device path that says where the bytes lie: images need one to be measured by name. */
static EFI_DEVICE_PATH *
memory_path(struct span whole)
{
	static struct {
		MEMMAP_DEVICE_PATH memory;
		EFI_DEVICE_PATH end;
	} __attribute__((packed)) path;

	path.memory.Header.Type = HARDWARE_DEVICE_PATH;
	path.memory.Header.SubType = HW_MEMMAP_DP;
	path.memory.Header.Length[0] = sizeof(path.memory);
	path.memory.MemoryType = EfiLoaderData;
	path.memory.StartingAddress = (uintptr_t)whole.base;
	path.memory.EndingAddress = (uintptr_t)whole.base + whole.size - 1;
	path.end.Type = END_DEVICE_PATH_TYPE;
	path.end.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE;
	path.end.Length[0] = sizeof(path.end);
	return (EFI_DEVICE_PATH *)&path;
}

/* The bytes that were read, under the file's own path: by it a stub finds what is beside it. */
static EFI_STATUS
load(const struct boot *b, struct span whole, EFI_HANDLE *ret_image)
{
	EFI_DEVICE_PATH *path =
	        file_device_path(b->kernel.device, b->renamed ? b->renamed : b->kernel.name);

	return fw.boot->LoadImage(FALSE, fw.image, path ? path : memory_path(whole),
	        (void *)(uintptr_t)whole.base, whole.size, ret_image);
}

/* "@N " for the stub of a unified kernel image, if a profile was chosen. */
static UINT32
put_profile(const struct boot *b, uint16_t *out)
{
	char text[16];
	struct text t = text_init(text, sizeof(text));

	if (!b->has_profile)
		return 0;
	text_str(&t, "@");
	text_dec(&t, b->profile);
	text_str(&t, " ");
	return utf16_from_8(text, out, sizeof(text)) ? (UINT32)t.len : 0;
}

/* The load options of what is started: the profile, then the line. */
static enum refusal_code
put_options(
        const struct boot *b, uint16_t out[OPTIONS_ROOM], UINT32 *ret_size, struct refusal *why)
{
	UINT32 len = put_profile(b, out);
	enum refusal_code code =
	        utf16_exactly(b->request.cmdline.text, out + len, OPTIONS_ROOM - len, why);

	if (code) {
		why->subject = "command line";
		return code;
	}
	while (out[len])
		len++;
	*ret_size = 2 * (len + 1);
	return REFUSAL_NONE;
}

enum refusal_code
start_image(struct boot *b, struct span whole, struct refusal *ret_why)
{
	static uint16_t options[OPTIONS_ROOM];
	struct offered offered = {NULL, NULL};
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;
	UINT32 size;

	if (put_options(b, options, &size, ret_why))
		return ret_why->code;
	status = load(b, whole, &image);
	if (status != EFI_SUCCESS) {
		if (image) /* loaded, but the firmware's policy forbids to start it */
			fw.boot->UnloadImage(image);
		return failed(b, secure_why_not_loaded(status), status, ret_why);
	}
	boot = b;
	if (measure_boot(b, true, ret_why)) {
		fw.boot->UnloadImage(image);
		return ret_why->code;
	}
	loaded = protocol_of(image, &guid);
	status = !loaded ? EFI_UNSUPPORTED : b->initrds ? install(&offered) : EFI_SUCCESS;
	if (status == EFI_SUCCESS) {
		loaded->LoadOptions = options;
		loaded->LoadOptionsSize = size;
		status = fw.boot->StartImage(image, NULL, NULL);
	}
	uninstall(&offered);
	fw.boot->UnloadImage(image);
	return failed(b, "it came back", status, ret_why);
}
