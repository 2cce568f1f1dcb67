/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The requests that all engines of the kernel have. Rings are told by this process's addresses;
 * what is behind them was checked by queue_check().
 */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool
vhost_kernel_ask(
        struct vhost_kernel *v, unsigned long request, void *argument, const char *what)
{
	v->what = what;
	return ioctl(v->fd, request, argument) == 0;
}

bool
vhost_kernel_open(struct vhost_kernel *v, const char *path)
{
	int error;

	*v = (struct vhost_kernel){.fd = open(path, O_RDWR | O_CLOEXEC), .what = path};
	if (v->fd < 0)
		return false;
	if (VHOST_KERNEL_ASK(v, VHOST_SET_OWNER, NULL) &&
	        VHOST_KERNEL_ASK(v, VHOST_GET_FEATURES, &v->features))
		return true;
	error = errno;
	close(v->fd);
	v->fd = -1;
	errno = error;
	return false;
}

static bool
tell_memory(struct vhost_kernel *v, const struct memory *mem)
{
	_Alignas(struct vhost_memory)
	        uint8_t room[sizeof(struct vhost_memory) +
	                     LAYOUT_SLOTS * sizeof(struct vhost_memory_region)] = {0};
	struct vhost_memory *m = (struct vhost_memory *)room;

	m->nregions = mem->slots;
	for (uint32_t i = 0; i < mem->slots; i++) {
		const struct memory_slot *s = &mem->slot[i];

		m->regions[i].guest_phys_addr = s->range.addr;
		m->regions[i].memory_size = s->range.len;
		m->regions[i].userspace_addr = (uintptr_t)s->host;
	}
	return VHOST_KERNEL_ASK(v, VHOST_SET_MEM_TABLE, m);
}

bool
vhost_kernel_begin(struct vhost_kernel *v, uint64_t accepted, const struct memory *mem)
{
	uint64_t features = accepted & v->features;

	return VHOST_KERNEL_ASK(v, VHOST_SET_FEATURES, &features) && tell_memory(v, mem);
}

bool
vhost_kernel_start(struct vhost_kernel *v, unsigned index, const struct virtqueue *q,
        const struct memory *mem, int wrong)
{
	struct vhost_vring_state num = {index, q->size}, base = {index, 0};
	struct vhost_vring_addr a = {.index = index,
	        .desc_user_addr = (uintptr_t)memory_at(mem, q->desc, 1),
	        .avail_user_addr = (uintptr_t)memory_at(mem, q->driver, 1),
	        .used_user_addr = (uintptr_t)memory_at(mem, q->device, 1)};
	struct vhost_vring_file kick = {index, q->kick}, call = {index, q->call},
	                        err = {index, wrong};

	return VHOST_KERNEL_ASK(v, VHOST_SET_VRING_NUM, &num) &&
	       VHOST_KERNEL_ASK(v, VHOST_SET_VRING_BASE, &base) &&
	       VHOST_KERNEL_ASK(v, VHOST_SET_VRING_ADDR, &a) &&
	       VHOST_KERNEL_ASK(v, VHOST_SET_VRING_ERR, &err) &&
	       VHOST_KERNEL_ASK(v, VHOST_SET_VRING_CALL, &call) &&
	       VHOST_KERNEL_ASK(v, VHOST_SET_VRING_KICK, &kick);
}
