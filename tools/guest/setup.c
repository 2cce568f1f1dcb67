/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems and modules, in the initramfs and then in CMD's root.
 *
 * Sources: Linux Documentation/filesystems/overlayfs.rst, virtiofs.rst and
 * ramfs-rootfs-initramfs.rst (an initramfs is not pivoted, its root is moved over).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/guest/init.h"

static bool
has_folder(const char *where)
{
	return mkdir(where, 0755) == 0 || errno == EEXIST;
}

static void
mount_at(const char *what, const char *where, const char *type, unsigned long flags,
        const char *data)
{
	if (!has_folder(where))
		die("a folder for", where);
	if (mount(what, where, type, flags, data) < 0 && errno != EBUSY)
		die(type ? type : "moving to", where);
}

/* Those that every program expects, below the root that init has now. */
static void
mount_kernels_own(void)
{
	mount_at("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_at("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_at("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=755");
}

/* Modules are made for the running kernel, and lie in the order of their dependencies. */
static void
load_modules(void)
{
	char path[32];
	int fd;

	for (int i = 0;; i++) {
		snprintf(path, sizeof(path), "/kshim/%d.ko", i);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
			die("module", path);
		close(fd);
	}
}

void
setup_first(void)
{
	mount_kernels_own();
	load_modules();
}

/* The root of an overlay is its upper folder's: it gets the owner and mode of the caller's. */
static bool
copy_owner(const char *from, const char *to)
{
	struct stat s;

	return stat(from, &s) == 0 && chown(to, s.st_uid, s.st_gid) == 0 &&
	       chmod(to, s.st_mode & 07777) == 0;
}

/* Memory above the caller's tree: what CMD writes is gone with the machine. */
static void
mount_overlay(void)
{
	mount_at("rw", "/rw", "tmpfs", 0, "mode=755");
	if (mkdir("/rw/upper", 0755) < 0 || mkdir("/rw/work", 0755) < 0 ||
	        !copy_owner("/ro", "/rw/upper"))
		die("folders for the overlay", NULL);
	mount_at("root", "/root", "overlay", 0,
	        "lowerdir=/ro,upperdir=/rw/upper,workdir=/rw/work");
}

static void
switch_root(void)
{
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	        chdir("/") < 0)
		die("the root", NULL);
}

/* A tree that nothing is written to need not have this folder. */
static void
mount_memory(const char *where, const char *data)
{
	if (has_folder(where))
		mount_at("tmpfs", where, "tmpfs", MS_NOSUID | MS_NODEV, data);
}

static void
mount_more(void)
{
	mount_kernels_own();
	mount_at("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	        "gid=5,mode=620,ptmxmode=666");
	mount_memory("/dev/shm", "mode=1777");
	mount_memory("/run", "mode=755");
	(void)!symlink("/proc/self/fd", "/dev/fd");
	(void)!symlink("/proc/self/fd/0", "/dev/stdin");
	(void)!symlink("/proc/self/fd/1", "/dev/stdout");
	(void)!symlink("/proc/self/fd/2", "/dev/stderr");
}

/* Below the file systems in memory, which hide what the tree has there, it is not there yet. */
static void
make_mount_point(char *where)
{
	for (char *end = where + 1; (end = strchr(end, '/')); end++) {
		*end = 0;
		has_folder(where);
		*end = '/';
	}
	has_folder(where);
}

static void
mount_shares(char *const *shares)
{
	char tag[24];

	for (unsigned i = 0; shares[i]; i++) {
		snprintf(tag, sizeof(tag), GUEST_TAG_RW, i);
		make_mount_point(shares[i]);
		if (mount(tag, shares[i], "virtiofs", MS_NOSUID | MS_NODEV, NULL) < 0)
			die("sharing", shares[i]);
	}
}

/*
 * Where modprobe(8), also the kernel's own call of it, looks for the kernel's modules. A tree
 * that nothing is written to need not have that folder.
 */
static void
mount_modules(const char *folder)
{
	char where[sizeof("/lib/modules/") + sizeof(((struct utsname *)0)->release)];
	struct utsname name;

	if (!*folder || uname(&name) < 0)
		return;
	snprintf(where, sizeof(where), "/lib/modules/%s", name.release);
	make_mount_point(where);
	(void)!mount(folder, where, NULL, MS_BIND, NULL);
}

/* The disks of this machine are files that the caller has opened already: CMD's user may, too.
 */
static void
give_disks(uint32_t uid)
{
	DIR *all = opendir("/sys/class/block");
	const struct dirent *e;
	char path[sizeof("/dev/") + sizeof(e->d_name)];

	while (all && (e = readdir(all))) {
		if (strncmp(e->d_name, "vd", 2) != 0 && strncmp(e->d_name, "sd", 2) != 0)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		if (chown(path, uid, (gid_t)-1) < 0)
			die("the disk", path);
	}
	if (all)
		closedir(all);
}

void
setup_root(const struct request *r)
{
	mount_at(GUEST_TAG, r->start.overlay ? "/ro" : "/root", "virtiofs", MS_RDONLY, NULL);
	if (r->start.overlay)
		mount_overlay();
	switch_root();
	mount_more();
	if (!r->start.overlay)
		mount_memory("/tmp", "mode=1777");
	give_disks(r->start.uid);
	mount_modules(r->modules);
	mount_shares(r->shares);
	if (sethostname(r->host, strlen(r->host)) < 0)
		die("the host's name", r->host);
	setup_network(r->start.cards);
}
