/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks are those of QEMU's driver of raw files, so that QEMU and kshim respect each other: a
 * read lock of an open file description on byte 100 + n says "I use right n", on byte 200 + n
 * "no one else may"; a write lock that could not be had on the opposite byte is a conflict.
 */
#include "disk_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/option.h"
#include "tools/run/status.h"

#define USED_BASE      100
#define UNSHARED_BASE  200
#define RIGHT_READ     0
#define RIGHT_WRITE    1
#define DISK_SIZE_MOST (1ull << 62)

/* Take the last ",word" off `text`; NULL if there is none that we know. */
static char *
last_word(char *text)
{
	char *comma = strrchr(text, ',');

	if (!comma || (strcmp(comma, ",ro") != 0 && strncmp(comma, ",id=", 4) != 0))
		return NULL;
	*comma = '\0';
	return comma + 1;
}

int
disk_files_add(struct disk_files *d, char *argument)
{
	struct disk_file *f = &d->file[d->count];
	char *word;

	if (d->count == DISK_FILES)
		return fail(STATUS_USAGE, "--disk: more than %d of them", DISK_FILES);
	*f = (struct disk_file){.path = argument, .id = "", .fd = -1};
	while ((word = last_word(argument)) != NULL)
		if (strcmp(word, "ro") == 0)
			f->read_only = true;
		else
			f->id = word + 3;
	if (!*argument)
		return option_bad("--disk", argument, "FILE[,ro][,id=TEXT]");
	if (strlen(f->id) > DISK_ID)
		return option_bad("--disk", f->id, "an id of at most 20 bytes");
	d->count++;
	return STATUS_GO_ON;
}

/* ---- locks ---- */

static struct flock
lock_of(int byte, short type)
{
	return (struct flock){
	        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

static void
take(int fd, int byte)
{
	struct flock lock = lock_of(byte, F_RDLCK);

	/* A file system without locks is none that other programs could lock, either. */
	(void)fcntl(fd, F_OFD_SETLK, &lock);
}

static bool
is_taken(int fd, int byte)
{
	struct flock lock = lock_of(byte, F_WRLCK);

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Nobody else writes while we use it; each takes its locks first, so that one of two sees it.
 */
static bool
lock(const struct disk_file *f)
{
	take(f->fd, USED_BASE + RIGHT_READ);
	take(f->fd, UNSHARED_BASE + RIGHT_WRITE);
	if (!f->read_only)
		take(f->fd, USED_BASE + RIGHT_WRITE);
	return !is_taken(f->fd, UNSHARED_BASE + RIGHT_READ) &&
	       !is_taken(f->fd, USED_BASE + RIGHT_WRITE) &&
	       (f->read_only || !is_taken(f->fd, UNSHARED_BASE + RIGHT_WRITE));
}

/* ---- sizes ---- */

static bool
measure_device(struct disk_file *f, uint64_t *ret_size)
{
	int block;
	unsigned physical;

	if (ioctl(f->fd, BLKGETSIZE64, ret_size) < 0 || ioctl(f->fd, BLKSSZGET, &block) < 0 ||
	        ioctl(f->fd, BLKPBSZGET, &physical) < 0)
		return false;
	f->block = (uint32_t)block;
	f->physical = physical;
	return true;
}

static int
measure(struct disk_file *f)
{
	struct stat st;
	uint64_t size = 0;
	bool good = fstat(f->fd, &st) == 0;

	f->block = f->physical = DISK_SECTOR;
	if (good && S_ISBLK(st.st_mode))
		good = measure_device(f, &size);
	else if (good && S_ISREG(st.st_mode))
		size = (uint64_t)st.st_size;
	else if (good)
		return fail(STATUS_HOST, "%s is no disk: neither a file nor a block device",
		        f->path);
	if (!good)
		return fail(STATUS_HOST, "cannot use %s: %s", f->path, strerror(errno));
	if (!size || size % DISK_SECTOR || size > DISK_SIZE_MOST)
		return fail(STATUS_HOST,
		        "%s is no raw disk: it has %llu bytes, not a multiple of 512", f->path,
		        (unsigned long long)size);
	f->sectors = size / DISK_SECTOR;
	return STATUS_GO_ON;
}

#define HEAD 68

/* A guest would find nothing in it, and write over it. */
static const struct container {
	size_t off;
	const char *magic, *name;
} containers[] = {
#define FORMAT(off, magic, name) {off, magic, name},
#include "stub/probe/disk_formats.def"
#undef FORMAT
};

static int
refuse_container(const struct disk_file *f)
{
	char head[HEAD];
	bool read_all = pread(f->fd, head, HEAD, 0) == HEAD;

	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
		const struct container *c = &containers[i];

		if (read_all && !memcmp(head + c->off, c->magic, strlen(c->magic)))
			return fail(STATUS_HOST,
			        "%s is no raw disk but a %s image: `qemu-img convert -O raw %s NEW` makes a raw one",
			        f->path, c->name, f->path);
	}
	return STATUS_GO_ON;
}

/* What may help if the file cannot be opened. */
static const char *
hint(const struct disk_file *f, int error)
{
	if (error == ENOENT && strchr(f->path, ','))
		return "; the words that may follow FILE are `,ro` and `,id=TEXT`";
	return !f->read_only && (error == EACCES || error == EROFS) ? "; `,ro` only reads it"
	                                                            : "";
}

static int
open_one(struct disk_file *f)
{
	int flags = (f->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int status;

	f->fd = open(f->path, flags);
	if (f->fd < 0)
		return fail(STATUS_HOST, "cannot open %s: %s%s", f->path, strerror(errno),
		        hint(f, errno));
	status = measure(f);
	if (status == STATUS_GO_ON)
		status = refuse_container(f);
	if (status == STATUS_GO_ON && !lock(f))
		return fail(STATUS_HOST,
		        "%s is used by another program, which writes to it or wants no writer beside it%s",
		        f->path,
		        f->read_only ? "" : "; two may use it if both only read (`,ro`)");
	return status;
}

int
disk_files_open(struct disk_files *d)
{
	int status = STATUS_GO_ON;

	for (uint32_t i = 0; i < d->count && status == STATUS_GO_ON; i++)
		status = open_one(&d->file[i]);
	return status;
}

uint64_t
disk_files_largest(const struct disk_files *d)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < d->count; i++)
		if (!d->file[i].read_only && d->file[i].sectors * DISK_SECTOR > most)
			most = d->file[i].sectors * DISK_SECTOR;
	return most;
}
