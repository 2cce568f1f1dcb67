/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll(7), not poll(2), which takes no more descriptors than the jail's RLIMIT_NOFILE says. A
 * descriptor that is not wanted is taken off: epoll would tell of its other end's close even
 * so.
 */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define AT_ONCE 16

static bool
control(struct loop *l, int op, int fd, short events, struct loop_source *s)
{
	struct epoll_event e = {.events = (uint32_t)events, .data.ptr = s};

	return epoll_ctl(l->epoll, op, fd, &e) == 0;
}

bool
loop_init(struct loop *l, struct ending *ending)
{
	l->first = NULL;
	l->ending = ending;
	atomic_init(&l->over, false);
	pthread_mutex_init(&l->lock, NULL);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return l->epoll >= 0 && l->wake >= 0 &&
	       control(l, EPOLL_CTL_ADD, l->wake, POLLIN, NULL);
}

void
loop_free(struct loop *l)
{
	while (l->first) {
		struct loop_source *s = l->first;

		l->first = s->next;
		free(s);
	}
	if (l->wake >= 0)
		close(l->wake);
	if (l->epoll >= 0)
		close(l->epoll);
	l->wake = l->epoll = -1;
}

/* EPERM: what has no end that could wait, which is a file. */
struct loop_source *
loop_add(struct loop *l, int fd, short events, void (*ready)(void *context, short events),
        void *context)
{
	struct loop_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct loop_source){.loop = l, .fd = fd, .ready = ready, .context = context};
	atomic_init(&s->wanted, events);
	if (!control(l, EPOLL_CTL_ADD, fd, events, s)) {
		s->always = errno == EPERM;
		if (!s->always) {
			free(s);
			return NULL;
		}
	}
	if (!events && !s->always)
		control(l, EPOLL_CTL_DEL, fd, 0, s);
	s->next = l->first;
	l->first = s;
	return s;
}

static void
wake(struct loop *l)
{
	eventfd_write(l->wake, 1);
}

/* A device whose descriptor is not heard of any more would stand still. */
static void
change(struct loop_source *s, short events, short before)
{
	int op = !events ? EPOLL_CTL_DEL : !before ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (!control(s->loop, op, s->fd, events, s) && events)
		ending_set(s->loop->ending, ENDING_HOST, (uint32_t)errno, 0,
		        "waiting for a device's host");
}

void
loop_want(struct loop_source *s, short events)
{
	struct loop *l = s->loop;
	short before;

	pthread_mutex_lock(&l->lock);
	before = atomic_exchange(&s->wanted, events);
	if (s->always && events && !before)
		wake(l);
	else if (!s->always && events != before)
		change(s, events, before);
	pthread_mutex_unlock(&l->lock);
}

void
loop_end(struct loop *l)
{
	atomic_store(&l->over, true);
	wake(l);
}

/* The files; true if one is wanted still. */
static bool
serve_files(struct loop *l)
{
	bool wanted = false;

	for (struct loop_source *s = l->first; s; s = s->next) {
		if (s->always && atomic_load(&s->wanted))
			s->ready(s->context, atomic_load(&s->wanted));
		wanted |= s->always && atomic_load(&s->wanted);
	}
	return wanted;
}

/* One wait; what is no longer wanted when it ends is not served. */
static void
turn(struct loop *l)
{
	struct epoll_event event[AT_ONCE];
	uint64_t count;
	int n = epoll_wait(l->epoll, event, AT_ONCE, serve_files(l) ? 0 : -1);

	for (int i = 0; i < n; i++) {
		struct loop_source *s = event[i].data.ptr;

		if (!s)
			(void)!read(l->wake, &count, sizeof(count));
		else if (atomic_load(&s->wanted))
			s->ready(s->context, (short)event[i].events);
	}
}

void
loop_run(struct loop *l)
{
	while (!atomic_load(&l->over))
		turn(l);
}
