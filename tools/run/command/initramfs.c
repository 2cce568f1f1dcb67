/* SPDX-License-Identifier: BSD-2-Clause */
#include "initramfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/newc_write.h"
#include "tools/run/status.h"
#include "tools/unpack.h"

/* Inodes, which only have to differ: the kernel takes equal ones with links for one file. */
#define INODE_INIT   1u
#define INODE_FOLDER 2u
#define INODE_MODULE 3u /* and the next ones */

static int
write_module(struct outfile *out, const struct modules *m, uint32_t i)
{
	char path[PATH_MAX * 2], name[32];
	struct budget budget;
	struct file f;
	int status;

	snprintf(path, sizeof(path), "%s/%s", m->folder, m->path[i]);
	snprintf(name, sizeof(name), "kshim/%u.ko", i);
	budget = budget_of(path, BUDGET_LIMIT);
	status = file_read(path, &f);
	if (status != STATUS_OK)
		return status;
	status = unpack(&f, &budget);
	if (status == STATUS_OK)
		newc_write(out, &(struct newc_member){
		                        name, 0, NEWC_FILE, INODE_MODULE + i, f.data, f.size});
	file_free(&f);
	return status;
}

static int
write_all(struct outfile *out, struct span init, const struct modules *m)
{
	int status = STATUS_OK;

	newc_write(out, &(struct newc_member){
	                        "init", 0, NEWC_PROGRAM, INODE_INIT, init.base, init.size});
	newc_write(out, &(struct newc_member){"kshim", 0, NEWC_FOLDER, INODE_FOLDER, "", 0});
	for (uint32_t i = 0; i < m->count && status == STATUS_OK; i++)
		status = write_module(out, m, i);
	newc_write_trailer(out);
	return status;
}

static int
no_room(int error)
{
	return fail(STATUS_HOST, "no room for the command's initramfs: %s", strerror(error));
}

int
initramfs_make(struct span init, const struct modules *m, int *ret_fd)
{
	int fd = memfd_create("initramfs", MFD_CLOEXEC), copy, status;
	struct outfile out = {.path = "initramfs", .stream = fd < 0 ? NULL : fdopen(fd, "w")};

	if (!out.stream) {
		status = no_room(errno);
		if (fd >= 0)
			close(fd);
		return status;
	}
	status = write_all(&out, init, m);
	if (status == STATUS_OK && outfile_written(&out))
		status = no_room(out.failed);
	copy = dup(fd);
	if (status == STATUS_OK && copy < 0)
		status = no_room(errno);
	fclose(out.stream);
	if (status == STATUS_OK) {
		*ret_fd = copy;
		return STATUS_GO_ON;
	}
	if (copy >= 0)
		close(copy);
	return status;
}
