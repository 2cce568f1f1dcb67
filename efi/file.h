/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of FAT volumes, and what the firmware offers by LoadFile2, in pages of our own.
 */
#ifndef KSHIM_EFI_FILE_H
#define KSHIM_EFI_FILE_H

#include "efi/firmware.h"

#define FILE_PATH 512 /* characters of a path */

struct file {
	const char *name; /* for messages, and its path */
	struct span bytes;
	EFI_HANDLE device; /* whose file this is as a whole; NULL if it is none */
};

#define VOLUMES 32
struct volume {
	EFI_HANDLE handle;
	EFI_FILE_HANDLE root;
};

/*
 * Read `path` (\ or / between names) from the volume that we came from, else from the first
 * other volume that has it; devices are connected only when it comes to that. A path that
 * begins with a volume's name in the UEFI shell (fs0:) is read from that one. Errors:
 * REFUSAL_EFI_NOT_FOUND, _EFI_VOLUME, _EFI_READ, _EFI_MEMORY, all with the path as subject.
 */
enum refusal_code file_read(const char *path, struct file *ret_file, struct refusal *ret_why);

/* The same from one volume. */
enum refusal_code file_read_from(const struct volume *volume, const char *path,
        struct file *ret_file, struct refusal *ret_why);

/*
 * Put these bytes at the start of a file, which is made if it is not there, and on the disk.
 * False if they are not there then.
 */
bool file_write(const struct volume *volume, const CHAR16 *path, struct span bytes);

/*
 * The device path of a file on a device, as LoadImage() wants it; NULL if there is no device or
 * no room. It is overwritten by the next call.
 */
EFI_DEVICE_PATH *file_device_path(EFI_HANDLE device, const char *path);

/*
 * Call `each` with the name, FOLDER_NAME units with its NUL, of every plain file in a folder;
 * there is none in one that does not exist.
 */
#define FOLDER_NAME 256
void folder_files(EFI_FILE_HANDLE root, const char *folder,
        void (*each)(void *arg, const uint16_t *name), void *arg);

/* The volumes, ours first. Returns how many; those that cannot be opened are left out. */
unsigned volumes_open(struct volume volume[VOLUMES]);
/* The volume of one device; false if it has none that can be opened. */
bool volume_open(EFI_HANDLE handle, struct volume *ret_volume);
void volumes_close(struct volume *volume, unsigned count);
/* Connect all drivers to all devices, once. True if that was done now. */
bool volumes_connect(void);

/*
 * What the firmware offers as initrd (LINUX_EFI_INITRD_MEDIA_GUID, efi-stub.rst);
 * ret_file->bytes.size is 0 if nothing.
 */
EFI_DEVICE_PATH *initrd_device_path(void);
enum refusal_code file_from_firmware(struct file *ret_file, struct refusal *ret_why);

#endif
