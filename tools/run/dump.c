/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot CPU's state is asked for, and what dump_state.c makes of it goes into a file.
 */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/run/status.h"

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* In place of what the file holds, an earlier dump too; a pipe or a device has nothing to
 * replace. */
static bool
write_file(int fd, json_object *o)
{
	const char *text =
	        json_text(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (lseek(fd, 0, SEEK_SET) == 0 && ftruncate(fd, 0) < 0 && errno != EINVAL)
		return false;
	return write_all(fd, text, strlen(text)) && write_all(fd, "\n", 1);
}

/*
 * json-c takes the seed of its tables at the first one, from the kernel or a device that the
 * jail would not let it open.
 */
static void
take_seed(void)
{
	json_object *o = json_new_object();

	json_add(o, "seed", NULL);
	json_object_put(o);
}

int
dump_open(const char *path, int *ret_fd)
{
	if (path)
		take_seed();
	*ret_fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (path && *ret_fd < 0)
		return fail(
		        STATUS_HOST, "cannot write the handoff: %s: %s", path, strerror(errno));
	return STATUS_GO_ON;
}

const char *
dump_handoff(struct machine *m)
{
	struct dump d = {.mem = &m->vm.mem, .ending = &m->ending, .entries = DUMP_ENTRIES};
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	json_object *o;
	bool good;

	if (ioctl(m->vm.cpu[0], KVM_GET_REGS, &regs) < 0)
		return "KVM_GET_REGS";
	if (ioctl(m->vm.cpu[0], KVM_GET_SREGS, &sregs) < 0)
		return "KVM_GET_SREGS";
	for (uint32_t i = 0; i < d.mem->slots; i++)
		d.bytes += d.mem->slot[i].range.len;
	o = dump_state(&d, m->direct, &regs, &sregs);
	good = !ending_over(&m->ending) && write_file(m->dump_fd, o);
	json_object_put(o);
	return good ? NULL : "writing the file of --dump-handoff";
}
