/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The volumes that a boot by kshim.efi sees: folders of this host, or the FAT file systems of a
 * disk image.
 */
#ifndef KSHIM_MEASURE_MEDIA_H
#define KSHIM_MEASURE_MEDIA_H

#include "stub/disk/partitions.h"
#include "tools/disk_image.h"
#include "tools/file.h"

#define MEDIA_VOLUMES 64
#define MEDIA_HOST    0 /* the volume whose paths are this host's */

struct media_volume {
	const char *folder;    /* a folder of this host; "": paths are the host's; or NULL */
	uint32_t number;       /* of the partition */
	bool has_entries;      /* kshim.efi looks for boot entries here */
	struct file_system fs; /* if it is no folder */
};

/* A file that was read, for as long as the media are open; a list. */
struct media_file {
	struct file file;
	char *path;
	struct media_file *next;
};

struct media {
	const char *name;  /* of the image, for messages */
	struct file bytes; /* the image, if it is one */
	struct disk_image disk;
	struct partitions table;
	uint32_t volumes;
	struct media_volume volume[MEDIA_VOLUMES];
	struct media_file *files;
};

/* Is the file a disk image with a FAT file system on it? Says nothing. */
bool media_is_image(struct span file);

/* Only the host's files so far. */
void media_open(struct media *m);

/* Append a folder. */
void media_add_folder(struct media *m, const char *folder);

/* Append the FAT file systems of an image. Returns an exit status; what is wrong is said. */
int media_add_image(struct media *m, const char *path);

/* The first volume with that file, of the partition `number` (DISK_PATH_ANY: of any); -1: none.
 */
int media_find(struct media *m, uint32_t number, const char *path);

/* Call `each` with the name of every plain file in a folder, if there is such a folder. */
typedef void media_name(void *arg, const char *name);
int media_list(
        struct media *m, uint32_t volume, const char *folder, media_name *each, void *arg);

/*
 * Read a file; path with \ or / between names, of which letters match in either case. NULL in
 * *ret_file if there is none. Returns an exit status; what is wrong is said.
 */
int media_read(
        struct media *m, uint32_t volume, const char *path, const struct file **ret_file);

/* Read a file of this host, which must be there. */
int media_read_host(struct media *m, const char *path, const struct file **ret_file);

/* What is behind the last separator of a path. */
const char *media_file_name(const char *path);

/* Are all files still what was read? As file_unchanged(). */
int media_unchanged(struct media *m);
void media_close(struct media *m);

#endif
