/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device: ports, queues, its own thread for what may block.
 */
#include "console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/run/table.h"
#include "tools/run/virtio/console_ports.h"

#define QUEUE_SIZE 64
#define CONFIG_LEN 12    /* 5.3.4: columns, rows, ports, a byte in emergencies */
#define LAST_BYTES 65536 /* of a chain that are printed when the run has ended */
#define LAST_STEPS 1024  /* of a queue that are written before a reset */

static struct console *
console_of(struct virtio_device *d)
{
	return (struct console *)d;
}

bool
console_is_open(const struct console *c, const struct console_port *p)
{
	if (!virtio_runs(&c->device))
		return false;
	return virtio_has(&c->device, CONSOLE_MULTIPORT) ? p->open : p == c->port;
}

/* ---- the device thread ---- */

/* 5.3.2: the control queues stand between those of port 0 and of port 1. */
static struct console_port *
port_of(struct console *c, uint16_t queue)
{
	return queue < CONSOLE_CONTROL_IN ? c->port : &c->port[queue / 2 - 1];
}

static void
notify(struct virtio_device *d, uint16_t queue)
{
	struct console *c = console_of(d);
	struct console_port *p = port_of(c, queue);
	bool multiport = virtio_has(d, CONSOLE_MULTIPORT);

	if (queue >= CONSOLE_CONTROL_IN && !multiport)
		return;
	if (queue == CONSOLE_CONTROL_IN) {
		console_control_send(c);
		return;
	}
	if (queue == CONSOLE_CONTROL_OUT) {
		console_control_read(c);
		return;
	}
	if (queue == p->out && p->spec.print)
		pthread_cond_signal(&c->work);
	else if (queue == p->out)
		console_serve_out(c, p, CONSOLE_STEPS);
	else
		console_serve_in(c, p);
	console_settle(c, p);
}

/* A descriptor of a port is ready. */
static void
ready(void *context, short events)
{
	struct console_port *p = context;
	struct console *c = p->console;

	(void)events;
	pthread_mutex_lock(&c->device.lock);
	console_serve_in(c, p);
	if (p->held)
		console_serve_out(c, p, CONSOLE_STEPS);
	console_settle(c, p);
	pthread_mutex_unlock(&c->device.lock);
}

/* ---- the device's own thread, for ports that may block ---- */

static struct console_port *
next_to_print(struct console *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (c->port[i].spec.print && console_take_out(c, &c->port[i]))
			return &c->port[i];
	return NULL;
}

/* How much of its chain is to be printed; that changes while the lock is not held. */
static uint64_t
end_of_chain(const struct console *c, const struct console_port *p, uint32_t life)
{
	if (life != c->life)
		return 0; /* the guest has reset the device */
	if (atomic_load(&c->device.over) && p->chain.out_len > LAST_BYTES)
		return LAST_BYTES;
	return p->chain.out_len;
}

/* The lock is held before and after. */
static void
print_chain(struct console *c, struct console_port *p)
{
	const uint32_t life = c->life;
	uint8_t bytes[CONSOLE_PIECE];

	while (p->done < end_of_chain(c, p, life)) {
		size_t len = chain_read(&p->chain, p->done, bytes, sizeof(bytes));

		pthread_mutex_unlock(&c->device.lock);
		p->spec.print(p->spec.context, bytes, len);
		pthread_mutex_lock(&c->device.lock);
		p->done += len;
	}
	if (life == c->life && virtio_runs(&c->device) && p->done == p->chain.out_len)
		console_give_back(c, p);
}

/* All that is there; after some chains the device thread has the lock first. */
static void
print_chains(struct console *c)
{
	struct console_port *p = NULL;

	for (int i = 0; i < CONSOLE_STEPS; i++) {
		p = next_to_print(c);
		if (!p)
			return;
		print_chain(c, p);
	}
	queue_ring(&c->device.queue[p->out]);
}

static void
thread(struct virtio_device *d)
{
	struct console *c = console_of(d);

	pthread_mutex_lock(&d->lock);
	while (!atomic_load(&d->over)) {
		print_chains(c);
		if (!atomic_load(&d->over))
			pthread_cond_wait(&c->work, &d->lock);
	}
	pthread_mutex_unlock(&d->lock);
}

static void
wake(struct virtio_device *d)
{
	pthread_mutex_lock(&d->lock);
	pthread_cond_broadcast(&console_of(d)->work);
	pthread_mutex_unlock(&d->lock);
}

/* ---- life ---- */

/* Buffers may be there already, without a notification. */
static bool
start(struct virtio_device *d)
{
	for (uint16_t i = 0; i < d->queues; i++)
		if (d->queue[i].enabled)
			queue_ring(&d->queue[i]);
	return true;
}

/* What the guest has sent is written before, as far as that is possible at once. */
static void
stop(struct virtio_device *d)
{
	struct console *c = console_of(d);

	for (uint32_t i = 0; i < c->count; i++) {
		struct console_port *p = &c->port[i];

		if (!p->spec.print)
			console_serve_out(c, p, LAST_STEPS);
		p->held = p->blocked = p->ready = p->open = false;
		p->owed = 0;
		if (p->source_in)
			loop_want(p->source_in, 0);
		if (p->source_out)
			loop_want(p->source_out, 0);
	}
	c->life++;
}

static void
release(struct virtio_device *d)
{
	free(d);
}

static const struct virtio_ops ops = {.start = start,
        .stop = stop,
        .notify = notify,
        .thread = thread,
        .wake = wake,
        .release = release};

bool
console_watch(struct virtio_device *d)
{
	struct console *c = console_of(d);
	bool good = true;

	for (uint32_t i = 0; i < c->count && good; i++) {
		struct console_port *p = &c->port[i];
		int in = p->spec.in, out = p->spec.print ? -1 : p->spec.out;

		if (in >= 0)
			good = (p->source_in = loop_add(d->loop, in, 0, ready, p)) != NULL;
		if (good && out >= 0 && out != in)
			good = (p->source_out = loop_add(d->loop, out, 0, ready, p)) != NULL;
		else if (out >= 0)
			p->source_out = p->source_in;
	}
	return good;
}

/* ---- other threads ---- */

/* One chain's worth; 0 if there is none. */
static size_t
send_some(struct console *c, struct console_port *p, const uint8_t *bytes, size_t len)
{
	struct virtqueue *q = &c->device.queue[p->in];
	struct chain *s = &c->scratch;

	if (!console_take_in(c, p))
		return 0;
	len = chain_write(s, 0, bytes, len);
	queue_push(q, s->head, (uint32_t)len);
	queue_interrupt(q);
	return len;
}

bool
console_send(struct virtio_device *d, uint32_t port, const uint8_t *bytes, size_t len,
        size_t *ret_sent)
{
	struct console *c = console_of(d);
	struct console_port *p = &c->port[port];
	size_t sent = 0, n;
	bool open;

	pthread_mutex_lock(&d->lock);
	open = console_is_open(c, p);
	while (open && sent < len && (n = send_some(c, p, bytes + sent, len - sent)))
		sent += n;
	pthread_mutex_unlock(&d->lock);
	*ret_sent = sent;
	return open;
}

/* 5.3.4: port 0's size, which a driver without MULTIPORT reads. */
static void
put_size(struct virtio_device *d, const struct console_port *p)
{
	table_put(d->config, p->spec.cols, 2);
	table_put(d->config + 2, p->spec.rows, 2);
}

void
console_resize(struct virtio_device *d, uint32_t port, uint16_t cols, uint16_t rows)
{
	struct console *c = console_of(d);
	struct console_port *p = &c->port[port];

	pthread_mutex_lock(&d->lock);
	p->spec.cols = cols;
	p->spec.rows = rows;
	if (port == 0) {
		put_size(d, p);
		if (virtio_runs(d))
			virtio_config_changed(d);
	}
	console_control_resize(c, p);
	pthread_mutex_unlock(&d->lock);
}

/* ---- making one ---- */

static bool
good_ports(const struct console_port_spec *spec, uint32_t count)
{
	bool good = count && count <= CONSOLE_PORTS;

	for (uint32_t i = 0; good && i < count; i++)
		good = !spec[i].name || (*spec[i].name && strlen(spec[i].name) <= CONSOLE_NAME);
	return good;
}

static void
add_port(struct console *c, const struct console_port_spec *spec)
{
	struct console_port *p = &c->port[c->count];
	uint16_t pair = (uint16_t)(c->count ? 2 * c->count + 2 : 0);

	*p = (struct console_port){
	        .spec = *spec, .console = c, .in = pair, .out = (uint16_t)(pair + 1)};
	c->count++;
	if (spec->print)
		c->device.threads = 1;
}

static void
put_device(struct console *c)
{
	struct virtio_device *d = &c->device;
	const struct console_port *first = &c->port[0];
	bool multiport = c->count > 1 || first->spec.name;

	d->ops = &ops;
	d->name = "virtio-console";
	d->type = VIRTIO_CONSOLE;
	d->offered = VIRTIO_RING_FEATURES;
	d->offered |= multiport ? CONSOLE_MULTIPORT : 0;
	d->offered |= first->spec.cols ? CONSOLE_SIZE : 0;
	d->config_len = CONFIG_LEN;
	put_size(d, first);
	table_put(d->config + 4, c->count, 4);
	d->queues = (uint16_t)(multiport ? 2 * c->count + 2 : 2);
	for (uint16_t i = 0; i < d->queues; i++)
		d->queue[i].max = QUEUE_SIZE;
}

struct virtio_device *
console_make(const struct console_port_spec *spec, uint32_t count)
{
	struct console *c = good_ports(spec, count) ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		errno = good_ports(spec, count) ? ENOMEM : EINVAL;
		return NULL;
	}
	pthread_cond_init(&c->work, NULL);
	for (uint32_t i = 0; i < count; i++)
		add_port(c, &spec[i]);
	put_device(c);
	return &c->device;
}
