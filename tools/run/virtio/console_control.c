/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 5.3.6.2: control messages of 8 bytes: port, event, value; a size or a name behind them.
 *
 * What the driver is to be told is a bit for each event of each port, sent in the order in
 * which it makes sense: so nothing grows while the driver has no buffers.
 */
#include <string.h>

#include "tools/run/table.h"
#include "tools/run/virtio/console_ports.h"

#define HEADER 8

enum event {
	DEVICE_READY = 0, /* of the driver */
	DEVICE_ADD = 1,
	PORT_READY = 3, /* of the driver */
	CONSOLE_PORT = 4,
	RESIZE = 5,
	PORT_OPEN = 6, /* of either */
	PORT_NAME = 7,
};

static const uint8_t order[] = {DEVICE_ADD, CONSOLE_PORT, RESIZE, PORT_NAME, PORT_OPEN};

static uint8_t
bit(enum event event)
{
	return (uint8_t)(1u << event);
}

/* ---- to the driver ---- */

/* The bytes of a message; returns how many. */
static size_t
put_message(const struct console *c, const struct console_port *p, enum event event,
        uint8_t message[HEADER + CONSOLE_NAME])
{
	size_t name = event == PORT_NAME ? strlen(p->spec.name) : 0;

	table_put(message, (uint64_t)(p - c->port), 4);
	table_put(message + 4, event, 2);
	table_put(message + 6, event != PORT_OPEN || console_is_host_open(p), 2);
	if (event == RESIZE) {
		/* As the specification has it; Linux takes them the other way round. */
		table_put(message + HEADER, p->spec.cols, 2);
		table_put(message + HEADER + 2, p->spec.rows, 2);
		return HEADER + 4;
	}
	if (name)
		memcpy(message + HEADER, p->spec.name, name);
	return HEADER + name;
}

/* False if the driver has no buffer for it. */
static bool
send(struct console *c, const struct console_port *p, enum event event)
{
	struct virtqueue *q = &c->device.queue[CONSOLE_CONTROL_IN];
	uint8_t message[HEADER + CONSOLE_NAME];
	size_t len = put_message(c, p, event, message);

	if (!virtio_take(&c->device, CONSOLE_CONTROL_IN, &c->scratch))
		return false;
	if (c->scratch.out || c->scratch.in_len < len) {
		virtio_bad_request(
		        &c->device, CONSOLE_CONTROL_IN, "is no buffer for a control message");
		return false;
	}
	chain_write(&c->scratch, 0, message, len);
	queue_push(q, c->scratch.head, (uint32_t)len);
	queue_interrupt(q);
	return true;
}

void
console_control_send(struct console *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		for (size_t n = 0; n < sizeof(order); n++) {
			struct console_port *p = &c->port[i];

			if (!(p->owed & bit(order[n])))
				continue;
			if (!send(c, p, order[n]))
				return;
			p->owed &= (uint8_t)~bit(order[n]);
		}
}

static void
owe(struct console *c, struct console_port *p, enum event event)
{
	if (!p->ready)
		return; /* it will be told when it is */
	p->owed |= bit(event);
	console_control_send(c);
}

void
console_control_open(struct console *c, struct console_port *p)
{
	owe(c, p, PORT_OPEN);
}

void
console_control_resize(struct console *c, struct console_port *p)
{
	if (p->spec.is_console)
		owe(c, p, RESIZE);
}

/* ---- from the driver ---- */

static void
port_ready(struct console_port *p, bool good)
{
	p->ready = good;
	if (!good)
		return;
	if (p->spec.is_console)
		p->owed |= bit(CONSOLE_PORT) | (p->spec.cols ? bit(RESIZE) : 0);
	if (p->spec.name)
		p->owed |= bit(PORT_NAME);
	if (console_is_host_open(p))
		p->owed |= bit(PORT_OPEN);
}

static void
device_ready(struct console *c, bool good)
{
	for (uint32_t i = 0; good && i < c->count; i++)
		c->port[i].owed |= bit(DEVICE_ADD);
}

static void
handle(struct console *c, uint32_t id, uint32_t event, bool value)
{
	struct console_port *p = id < c->count ? &c->port[id] : NULL;

	if (event == DEVICE_READY) {
		device_ready(c, value); /* its port means nothing */
	} else if (event != PORT_READY && event != PORT_OPEN) {
		virtio_broken(&c->device, "control message %u is none of a driver's", event);
	} else if (!p) {
		virtio_broken(&c->device, "control message %u is for port %u, there are %u",
		        event, id, c->count);
	} else if (event == PORT_READY) {
		port_ready(p, value);
	} else {
		p->open = value;
		console_settle(c, p);
	}
}

void
console_control_read(struct console *c)
{
	struct virtio_device *d = &c->device;
	struct virtqueue *q = &d->queue[CONSOLE_CONTROL_OUT];
	uint8_t message[HEADER];

	for (int i = 0; i < CONSOLE_STEPS; i++) {
		if (!virtio_take(d, CONSOLE_CONTROL_OUT, &c->scratch))
			return;
		if (c->scratch.in || c->scratch.out_len < HEADER) {
			virtio_bad_request(d, CONSOLE_CONTROL_OUT, "is no control message");
			return;
		}
		chain_read(&c->scratch, 0, message, HEADER);
		queue_push(q, c->scratch.head, 0);
		queue_interrupt(q);
		handle(c, (uint32_t)table_get(message, 4), (uint32_t)table_get(message + 4, 2),
		        table_get(message + 6, 2) != 0);
		console_control_send(c);
	}
	queue_ring(&d->queue[CONSOLE_CONTROL_OUT]);
}
