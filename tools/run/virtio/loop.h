/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptors that the device thread waits for, and who is called when one is ready.
 */
#ifndef RUN_VIRTIO_LOOP_H
#define RUN_VIRTIO_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/run/ending.h"

struct loop_source {
	struct loop *loop;
	struct loop_source *next;
	int fd;
	_Atomic short wanted; /* events of poll(2); 0: not now */
	bool always;          /* a file, which is always ready */
	void (*ready)(void *context, short events);
	void *context;
};

struct loop {
	int epoll;
	int wake; /* eventfd */
	atomic_bool over;
	pthread_mutex_t lock;
	struct loop_source *first;
	struct ending *ending;
};

/* False with errno if the host cannot; where it cannot later, that ends the run. */
bool loop_init(struct loop *l, struct ending *ending);
void loop_free(struct loop *l);

/*
 * Wait for `events` of a descriptor, from loop_run() on; before it only. NULL with errno if the
 * host cannot.
 */
struct loop_source *loop_add(struct loop *l, int fd, short events,
        void (*ready)(void *context, short events), void *context);

/* Wait for other events of it from now on, 0 for none; in any thread. */
void loop_want(struct loop_source *s, short events);

/* The device thread's body, until loop_end(). */
void loop_run(struct loop *l);
void loop_end(struct loop *l);

#endif
