/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sources: Linux Documentation/filesystems/tmpfs.rst (huge=, size=), user_namespaces(7),
 * unix(7) for a descriptor that is sent.
 */
#include "memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The other process could end this one by SIGBUS if it could cut the file. */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static void (*guard_restore)(void);
static int guard_status;

/* A file without a name on a file system that is mounted nowhere, and goes with the file. */
static int
open_huge(void)
{
	int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	int mount = -1, file = -1;

	/* The guest's size bounds the file, not half of the host's memory. */
	if (fs >= 0 && fsconfig(fs, FSCONFIG_SET_STRING, "huge", "always", 0) == 0 &&
	        fsconfig(fs, FSCONFIG_SET_STRING, "size", "0", 0) == 0 &&
	        fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(fs, FSMOUNT_CLOEXEC,
		        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (mount >= 0) {
		file = openat(mount, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		close(mount);
	}
	if (fs >= 0)
		close(fs);
	return file;
}

static bool
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = (ssize_t)strlen(text);
	bool good = fd >= 0 && write(fd, text, (size_t)len) == len;

	if (fd >= 0)
		close(fd);
	return good;
}

/* This user alone, under the same number, who may mount in there. */
static bool
enter_namespace(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char users[32], groups[32];

	snprintf(users, sizeof(users), "%u %u 1", uid, uid);
	snprintf(groups, sizeof(groups), "%u %u 1", gid, gid);
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/uid_map", users) &&
	       write_text("/proc/self/gid_map", groups);
}

/* One byte with a descriptor beside it, to be sent or to be received. */
struct parcel {
	char byte;
	struct iovec part;
	struct msghdr message;
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} beside;
};

static void
parcel_make(struct parcel *p, int fd)
{
	memset(p, 0, sizeof(*p));
	p->part = (struct iovec){&p->byte, 1};
	p->message = (struct msghdr){.msg_iov = &p->part,
	        .msg_iovlen = 1,
	        .msg_control = &p->beside,
	        .msg_controllen = sizeof(p->beside)};
	p->beside.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
	        .cmsg_level = SOL_SOCKET,
	        .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&p->beside.head), &fd, sizeof(fd));
}

static _Noreturn void
open_and_send(int to)
{
	int file = open_huge();
	struct parcel p;

	if (file < 0 && enter_namespace())
		file = open_huge();

	parcel_make(&p, file);
	_exit(file >= 0 && sendmsg(to, &p.message, 0) == 1 ? 0 : 1);
}

static int
receive(int from)
{
	struct parcel p;
	const struct cmsghdr *beside;
	int fd = -1;

	parcel_make(&p, fd);
	if (recvmsg(from, &p.message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	beside = CMSG_FIRSTHDR(&p.message);
	if (beside && beside->cmsg_type == SCM_RIGHTS &&
	        beside->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(beside), sizeof(fd));
	return fd;
}

/*
 * A process that is not root may mount in a user namespace of its own, and one whose system
 * calls are filtered may be killed for trying: another one does it.
 */
static int
open_by_another(void)
{
	int pair[2], file;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		open_and_send(pair[1]);
	close(pair[1]);
	file = pid > 0 ? receive(pair[0]) : -1;
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return file;
}

int
memory_file_open(void)
{
	int file = open_by_another();

	if (file < 0)
		file = memfd_create("guest memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return file;
}

static bool
can_seal(int file)
{
	return !(fcntl(file, F_GET_SEALS) & F_SEAL_SEAL);
}

bool
memory_file_fit(int file, const struct layout *layout)
{
	off_t size = (off_t)range_end(layout->slot[layout->slots - 1]);
	off_t before = lseek(file, 0, SEEK_END);

	if (before < 0)
		return false;
	if (before) /* in the jail */
		return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, size) ==
		       0;
	return ftruncate(file, size) == 0 &&
	       (!can_seal(file) || fcntl(file, F_ADD_SEALS, SEALS) == 0);
}

static void
on_missing(int signal)
{
	static const char sentence[] =
	        "kshim run: a part of the guest's memory is gone: a daemon that shares it made its file shorter, or the host has no memory left\n";

	(void)signal;
	guard_restore();
	if (write(STDERR_FILENO, sentence, sizeof(sentence) - 1) < 0)
		_exit(guard_status);
	_exit(guard_status);
}

void
memory_file_guard(void (*restore)(void), int status)
{
	struct sigaction act = {.sa_handler = on_missing};

	guard_restore = restore;
	guard_status = status;
	sigaction(SIGBUS, &act, NULL);
}
