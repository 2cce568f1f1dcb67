/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a virtio device (Virtual I/O Device 1.2, 3.1) and makes requests on one split queue.
 *
 * Requests are made one after the other: a chain always begins at descriptor 0. The device is
 * given up when it has not answered within PATIENCE: a guest that waits for good says nothing.
 */
#include "x86/disk/virtio.h"
#include "stub/base/bytes.h"
#include "x86/cpu/cpu.h"
#include "x86/disk/patience.h"

#define ACKNOWLEDGE 1
#define DRIVER      2
#define DRIVER_OK   4
#define FEATURES_OK 8

#define F_VERSION_1       32 /* bits of the features */
#define F_ACCESS_PLATFORM 33

#define DESC_NEXT  1
#define DESC_WRITE 2

_Static_assert(sizeof(struct virtq) <= 4096, "one page");
_Static_assert(offsetof(struct virtq, used) == VIRTQ_USED, "legacy layout");

static void
reset(struct virtio *v)
{
	uint64_t start = cpu_ticks();

	v->transport->set_status(v, 0);
	while (v->transport->get_status(v) && cpu_ticks() - start < PATIENCE)
		cpu_pause();
}

/* Take `wanted` of what the device offers, and how it wants to be driven. */
static bool
negotiate(struct virtio *v, uint64_t wanted)
{
	const struct virtio_transport *t = v->transport;
	uint64_t offered = t->get_features(v, 0);

	if (!v->legacy)
		offered |= (uint64_t)t->get_features(v, 1) << 32;
	v->features = offered & (wanted | 1ull << F_VERSION_1 | 1ull << F_ACCESS_PLATFORM);
	t->set_features(v, 0, (uint32_t)v->features);
	if (v->legacy)
		return true;
	t->set_features(v, 1, (uint32_t)(v->features >> 32));
	if (!(v->features >> F_VERSION_1 & 1))
		return false;
	t->set_status(v, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	return t->get_status(v) & FEATURES_OK;
}

bool
virtio_start(struct virtio *v, uint32_t index, uint64_t wanted, const char **ret_what)
{
	const struct virtio_transport *t = v->transport;

	reset(v);
	t->set_status(v, ACKNOWLEDGE);
	t->set_status(v, ACKNOWLEDGE | DRIVER);
	*ret_what = "agrees on no features";
	if (!negotiate(v, wanted))
		return false;
	memset(v->queue, 0, sizeof(*v->queue));
	v->index = index;
	*ret_what = "has no queue for requests";
	if (!t->start_queue(v, index))
		return false;
	t->set_status(v, ACKNOWLEDGE | DRIVER | (v->legacy ? 0 : FEATURES_OK) | DRIVER_OK);
	return true;
}

static void
describe(struct virtq *q, const struct virtio_buffer *buffer, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		q->desc[i] = (struct virtq_desc){.addr = (uintptr_t)buffer[i].at,
		        .len = buffer[i].len,
		        .flags = (uint16_t)((buffer[i].in ? DESC_WRITE : 0) |
		                            (i + 1 < count ? DESC_NEXT : 0)),
		        .next = (uint16_t)(i + 1)};
}

/* Has the device used as many chains as it was given? */
static bool
wait_used(const struct virtio *v)
{
	const volatile uint16_t *used = &v->queue->used.idx;
	uint64_t start = cpu_ticks();

	while (*used != v->queue->avail.idx) {
		if (cpu_ticks() - start > PATIENCE)
			return false;
		cpu_pause();
	}
	return true;
}

bool
virtio_request(struct virtio *v, const struct virtio_buffer *buffer, unsigned count)
{
	struct virtq *q = v->queue;

	if (v->silent)
		return false;
	describe(q, buffer, count);
	q->avail.ring[q->avail.idx % VIRTQ_SIZE] = 0;
	cpu_fence(); /* the chain before the index, the index before the notification */
	q->avail.idx++;
	cpu_fence();
	v->transport->notify(v, v->index);
	v->silent = !wait_used(v);
	if (v->silent)
		reset(v); /* or it would write to the buffers later, when they are something
		             else */
	return !v->silent;
}

void
virtio_stop(struct virtio *v)
{
	reset(v);
}

uint32_t
virtio_config32(const struct virtio *v, uint32_t off)
{
	return *(volatile uint32_t *)(v->config + off);
}
