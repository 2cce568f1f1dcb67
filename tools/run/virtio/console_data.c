/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes between a port's queues and its host's descriptors, in the device thread.
 */
#include <poll.h>
#include <unistd.h>

#include "tools/run/transient.h"
#include "tools/run/virtio/console_ports.h"

/* One of the host's descriptors has ended; with the first of them the port is closed. */
static void
end(struct console *c, struct console_port *p, bool *ended)
{
	bool was_open = console_is_host_open(p);

	*ended = true;
	if (was_open)
		console_control_open(c, p);
}

/* ---- to the guest ---- */

bool
console_take_in(struct console *c, struct console_port *p)
{
	if (!virtio_take(&c->device, p->in, &c->scratch))
		return false;
	if (c->scratch.out || !c->scratch.in) {
		virtio_bad_request(
		        &c->device, p->in, "must have buffers to fill, and no others");
		return false;
	}
	return true;
}

/* Fill one chain; false if there is none, or nothing to read now. */
static bool
in_step(struct console *c, struct console_port *p)
{
	struct virtqueue *q = &c->device.queue[p->in];
	struct chain *s = &c->scratch;
	uint8_t bytes[CONSOLE_PIECE];
	ssize_t n;

	if (!console_take_in(c, p))
		return false;
	n = read(p->spec.in, bytes, s->in_len < sizeof(bytes) ? s->in_len : sizeof(bytes));
	if (n <= 0) {
		queue_unpop(q);
		if (n == 0 || !is_transient())
			end(c, p, &p->in_ended);
		return false;
	}
	chain_write(s, 0, bytes, (size_t)n);
	queue_push(q, s->head, (uint32_t)n);
	queue_interrupt(q);
	return true;
}

void
console_serve_in(struct console *c, struct console_port *p)
{
	if (!p->source_in || p->in_ended || !console_is_open(c, p))
		return;
	for (int i = 0; i < CONSOLE_STEPS && in_step(c, p); i++)
		;
}

/* ---- from the guest ---- */

bool
console_take_out(struct console *c, struct console_port *p)
{
	if (!virtio_take(&c->device, p->out, &p->chain))
		return false;
	if (p->chain.in) {
		virtio_bad_request(
		        &c->device, p->out, "has buffers to fill where bytes are sent");
		return false;
	}
	p->done = 0;
	return true;
}

void
console_give_back(struct console *c, struct console_port *p)
{
	struct virtqueue *q = &c->device.queue[p->out];

	queue_push(q, p->chain.head, 0);
	queue_interrupt(q);
}

/* Write more of the chain; false if the descriptor takes nothing now. */
static bool
write_some(struct console *c, struct console_port *p)
{
	uint8_t bytes[CONSOLE_PIECE];
	size_t len = chain_read(&p->chain, p->done, bytes, sizeof(bytes));
	ssize_t n = p->source_out && !p->out_ended ? write(p->spec.out, bytes, len) : 0;

	if (n < 0 && is_transient())
		return false;
	if (n < 0)
		end(c, p, &p->out_ended);
	if (!p->source_out || p->out_ended)
		p->done = p->chain.out_len; /* there is no reader */
	else
		p->done += (uint64_t)n;
	return true;
}

/* False if there is nothing to write, or nothing can be written now. */
static bool
out_step(struct console *c, struct console_port *p)
{
	if (!p->held && !(p->held = console_take_out(c, p)))
		return false;
	if (p->done < p->chain.out_len && !write_some(c, p)) {
		p->blocked = true;
		return false;
	}
	if (p->done == p->chain.out_len) {
		console_give_back(c, p);
		p->held = false;
	}
	return true;
}

void
console_serve_out(struct console *c, struct console_port *p, unsigned steps)
{
	p->blocked = false;
	for (unsigned i = 0; i < steps; i++)
		if (!virtio_runs(&c->device) || !out_step(c, p))
			return;
	queue_ring(&c->device.queue[p->out]);
}

/* ---- when there is more to do ---- */

void
console_settle(struct console *c, struct console_port *p)
{
	struct virtqueue *q = &c->device.queue[p->in];
	bool runs = virtio_runs(&c->device);
	short in = 0, out = runs && p->blocked ? POLLOUT : 0;

	if (p->source_in && !p->in_ended && console_is_open(c, p) && q->enabled && queue_ask(q))
		in = POLLIN;
	if (p->source_in && p->source_in == p->source_out) {
		loop_want(p->source_in, in | out);
		return;
	}
	if (p->source_in)
		loop_want(p->source_in, in);
	if (p->source_out)
		loop_want(p->source_out, out);
}
