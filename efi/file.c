/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads files through SimpleFileSystem (UEFI 2.10, 13.4, 13.5).
 *
 * Surprise: a firmware that starts us early (QEMU's -kernel) has not connected its disks, so
 * that there is no volume yet to look on.
 */
#include "efi/file.h"
#include "stub/input/efi_options.h"
#include "stub/input/utf.h"

#define CHUNK     (16 * MIB) /* bytes asked of a file system at once */
#define INFO_ROOM (sizeof(EFI_FILE_INFO) + 2 * FILE_PATH)
#define PATH_ROOM 2048 /* bytes of a device path */

bool
volumes_connect(void)
{
	static bool done;
	EFI_HANDLE *handle;
	UINTN count = 0;

	if (done)
		return false;
	done = true;
	if (fw.boot->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handle) != EFI_SUCCESS)
		return false;
	for (UINTN i = 0; i < count; i++)
		fw.boot->ConnectController(handle[i], NULL, NULL, TRUE);
	pool_free(handle);
	return true;
}

bool
volume_open(EFI_HANDLE handle, struct volume *ret_volume)
{
	EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
	EFI_FILE_IO_INTERFACE *fs = handle ? protocol_of(handle, &guid) : NULL;

	ret_volume->handle = handle;
	return fs && fs->OpenVolume(fs, &ret_volume->root) == EFI_SUCCESS;
}

unsigned
volumes_open(struct volume volume[VOLUMES])
{
	EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
	EFI_HANDLE *handle;
	UINTN count = handles_with(&guid, &handle);
	unsigned n = volume_open(fw.self->DeviceHandle, &volume[0]);

	for (UINTN i = 0; i < count && n < VOLUMES; i++) {
		if (handle[i] != fw.self->DeviceHandle)
			n += volume_open(handle[i], &volume[n]);
	}
	pool_free(handle);
	return n;
}

void
volumes_close(struct volume *volume, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		volume[i].root->Close(volume[i].root);
}

static enum refusal_code
fail(enum refusal_code code, const char *path, EFI_STATUS status, struct refusal *why)
{
	refuse(why, code, 0, status, 0);
	why->subject = path;
	return code;
}

/* A path as the firmware wants it; false if it is too long. */
static bool
native_path(const char *path, uint16_t native[FILE_PATH])
{
	if (!utf16_from_8(path, native, FILE_PATH))
		return false;
	for (uint16_t *p = native; *p; p++) {
		if (*p == '/')
			*p = '\\';
	}
	return true;
}

static enum refusal_code
read_open(EFI_FILE_HANDLE f, const char *path, struct file *ret_file, struct refusal *ret_why)
{
	static uint8_t buf[INFO_ROOM] __attribute__((aligned(8)));
	EFI_GUID guid = EFI_FILE_INFO_ID;
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	UINTN len = sizeof(buf);
	EFI_STATUS status = f->GetInfo(f, &guid, &len, buf);
	uint64_t addr, done = 0;
	enum refusal_code code;

	if (status != EFI_SUCCESS || (info->Attribute & EFI_FILE_DIRECTORY))
		return fail(REFUSAL_EFI_READ, path, status, ret_why);
	code = pages_get(info->FileSize, path, &addr, ret_why);
	if (code)
		return code;
	while (done < info->FileSize) {
		len = info->FileSize - done < CHUNK ? info->FileSize - done : CHUNK;
		status = f->Read(f, &len, (void *)(uintptr_t)(addr + done));
		if (status != EFI_SUCCESS || !len)
			return fail(REFUSAL_EFI_READ, path, status, ret_why);
		done += len;
	}
	*ret_file =
	        (struct file){.name = path, .bytes = {(const uint8_t *)(uintptr_t)addr, done}};
	return REFUSAL_NONE;
}

enum refusal_code
file_read_from(const struct volume *volume, const char *path, struct file *ret_file,
        struct refusal *ret_why)
{
	static uint16_t native[FILE_PATH];
	EFI_FILE_HANDLE root = volume->root, f;
	EFI_STATUS status;
	enum refusal_code code;

	if (!native_path(path, native))
		return fail(REFUSAL_EFI_NOT_FOUND, path, EFI_INVALID_PARAMETER, ret_why);
	status = root->Open(root, &f, native, EFI_FILE_MODE_READ, 0);
	if (status == EFI_NOT_FOUND || status == EFI_NO_MEDIA || status == EFI_MEDIA_CHANGED)
		return fail(REFUSAL_EFI_NOT_FOUND, path, status, ret_why);
	if (status != EFI_SUCCESS)
		return fail(REFUSAL_EFI_READ, path, status, ret_why);
	code = read_open(f, path, ret_file, ret_why);
	if (!code)
		ret_file->device = volume->handle;
	f->Close(f);
	return code;
}

bool
file_write(const struct volume *volume, const CHAR16 *path, struct span bytes)
{
	UINTN len = bytes.size;
	EFI_FILE_HANDLE f;
	bool done;

	if (volume->root->Open(volume->root, &f, (CHAR16 *)path,
	            EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE,
	            0) != EFI_SUCCESS)
		return false;
	done = f->Write(f, &len, (void *)(uintptr_t)bytes.base) == EFI_SUCCESS &&
	       len == bytes.size && f->Flush(f) == EFI_SUCCESS;
	f->Close(f);
	return done;
}

static bool
is_folder(EFI_FILE_HANDLE f)
{
	static uint8_t buf[INFO_ROOM] __attribute__((aligned(8)));
	EFI_GUID guid = EFI_FILE_INFO_ID;
	UINTN len = sizeof(buf);

	return f->GetInfo(f, &guid, &len, buf) == EFI_SUCCESS &&
	       (((EFI_FILE_INFO *)buf)->Attribute & EFI_FILE_DIRECTORY);
}

void
folder_files(EFI_FILE_HANDLE root, const char *folder,
        void (*each)(void *arg, const uint16_t *name), void *arg)
{
	static uint8_t buf[sizeof(EFI_FILE_INFO) + 2 * FOLDER_NAME] __attribute__((aligned(8)));
	static uint16_t native[FILE_PATH];
	EFI_FILE_INFO *info = (EFI_FILE_INFO *)buf;
	EFI_FILE_HANDLE dir;

	if (!native_path(folder, native) ||
	        root->Open(root, &dir, native, EFI_FILE_MODE_READ, 0) != EFI_SUCCESS)
		return;
	while (is_folder(dir)) { /* of a file, Read() would give bytes that are no names */
		UINTN len = sizeof(buf);

		if (dir->Read(dir, &len, buf) != EFI_SUCCESS || !len)
			break;
		if (!(info->Attribute & EFI_FILE_DIRECTORY))
			each(arg, info->FileName);
	}
	dir->Close(dir);
}

static enum refusal_code
read_from_any(const char *path, struct file *ret_file, struct refusal *ret_why)
{
	struct volume volume[VOLUMES];
	unsigned count = volumes_open(volume);
	enum refusal_code code = fail(REFUSAL_EFI_NOT_FOUND, path, EFI_NOT_FOUND, ret_why);

	for (unsigned i = 0; i < count && code == REFUSAL_EFI_NOT_FOUND; i++)
		code = file_read_from(&volume[i], path, ret_file, ret_why);
	volumes_close(volume, count);
	return code;
}

/* EFI_SHELL_PROTOCOL (UEFI Shell Specification 2.2, 2.2), as far as it is used. */
struct shell {
	void *before[6]; /* Execute to GetHelpText */
	EFI_DEVICE_PATH *(EFIAPI *path_of_map)(const CHAR16 *map);
};

/* The volume that the shell calls `name` ("fs0"). */
static bool
open_named(struct span name, struct volume *ret)
{
	EFI_GUID guid = {
	        0x6302d008, 0x7f9b, 0x4f30, {0x87, 0xac, 0x60, 0xc9, 0xfe, 0xf5, 0xda, 0x4e}};
	EFI_GUID fs = SIMPLE_FILE_SYSTEM_PROTOCOL;
	struct shell *shell = protocol_any(&guid);
	EFI_DEVICE_PATH *path;
	EFI_HANDLE handle;
	CHAR16 map[FILE_PATH];

	if (!shell || name.size >= FILE_PATH)
		return false;
	for (uint64_t i = 0; i < name.size; i++)
		map[i] = name.base[i];
	map[name.size] = 0;
	path = shell->path_of_map(map);
	return path && fw.boot->LocateDevicePath(&fs, &path, &handle) == EFI_SUCCESS &&
	       volume_open(handle, ret);
}

static enum refusal_code
read_from_named(
        struct span name, const char *path, struct file *ret_file, struct refusal *ret_why)
{
	const char *whole = (const char *)name.base;
	struct volume volume;
	enum refusal_code code;

	if (!open_named(name, &volume))
		return fail(REFUSAL_EFI_VOLUME, whole, 0, ret_why);
	code = file_read_from(&volume, path, ret_file, ret_why);
	volumes_close(&volume, 1);
	if (code)
		ret_why->subject = whole;
	else
		ret_file->name = whole;
	return code;
}

enum refusal_code
file_read(const char *path, struct file *ret_file, struct refusal *ret_why)
{
	struct span volume = efi_path_volume(path, &path);
	enum refusal_code code;

	if (volume.size)
		return read_from_named(volume, path, ret_file, ret_why);
	code = read_from_any(path, ret_file, ret_why);
	if (code == REFUSAL_EFI_NOT_FOUND && volumes_connect())
		code = read_from_any(path, ret_file, ret_why);
	return code;
}

EFI_DEVICE_PATH *
file_device_path(EFI_HANDLE device, const char *path)
{
	static uint8_t whole[PATH_ROOM] __attribute__((aligned(8)));
	static const uint8_t end[] = {
	        END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, 4, 0};
	static uint16_t wide[FILE_PATH];
	EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	EFI_DEVICE_PATH *before = device ? protocol_of(device, &guid) : NULL;
	uint64_t at = before ? device_path_len(before) : 0, units = 0, len;

	(void)efi_path_volume(path, &path);
	if (!before || !native_path(path, wide))
		return NULL;
	while (wide[units++])
		;
	len = 4 + 2 * units;
	if (at + len + sizeof(end) > PATH_ROOM)
		return NULL;
	memcpy(whole, before, at);
	whole[at] = MEDIA_DEVICE_PATH;
	whole[at + 1] = MEDIA_FILEPATH_DP;
	whole[at + 2] = (uint8_t)len;
	whole[at + 3] = (uint8_t)(len >> 8);
	memcpy(whole + at + 4, wide, 2 * units);
	memcpy(whole + at + len, end, sizeof(end));
	return (EFI_DEVICE_PATH *)whole;
}

static const struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
        {{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}},
                {0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}}},
        {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH), 0}},
};

EFI_DEVICE_PATH *
initrd_device_path(void)
{
	return (EFI_DEVICE_PATH *)&initrd_path;
}

enum refusal_code
file_from_firmware(struct file *ret_file, struct refusal *ret_why)
{
	static const char name[] = "the firmware's initrd";
	EFI_GUID guid = {
	        0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
	EFI_DEVICE_PATH *path = initrd_device_path();
	EFI_LOAD_FILE_INTERFACE *load;
	EFI_HANDLE handle;
	EFI_STATUS status;
	UINTN size = 0;
	uint64_t addr;
	enum refusal_code code;

	*ret_file = (struct file){.name = name};
	if (fw.boot->LocateDevicePath(&guid, &path, &handle) != EFI_SUCCESS)
		return REFUSAL_NONE;
	load = protocol_of(handle, &guid);
	if (!load)
		return REFUSAL_NONE;
	status = load->LoadFile(load, path, FALSE, &size, NULL);
	if (status == EFI_NOT_FOUND || !size)
		return REFUSAL_NONE;
	if (status != EFI_BUFFER_TOO_SMALL)
		return fail(REFUSAL_EFI_READ, name, status, ret_why);
	code = pages_get(size, name, &addr, ret_why);
	if (code)
		return code;
	status = load->LoadFile(load, path, FALSE, &size, (void *)(uintptr_t)addr);
	if (status != EFI_SUCCESS)
		return fail(REFUSAL_EFI_READ, name, status, ret_why);
	ret_file->bytes = (struct span){(const uint8_t *)(uintptr_t)addr, size};
	return REFUSAL_NONE;
}
