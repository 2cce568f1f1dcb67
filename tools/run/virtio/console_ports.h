/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of virtio-console share: console.c is the device, console_data.c moves bytes,
 * console_control.c has the control messages. All under the device's lock.
 */
#ifndef RUN_VIRTIO_CONSOLE_PORTS_H
#define RUN_VIRTIO_CONSOLE_PORTS_H

#include "tools/run/virtio/console.h"

#define CONSOLE_SIZE      (1ull << 0) /* 5.3.3: feature bits */
#define CONSOLE_MULTIPORT (1ull << 1)

#define CONSOLE_PIECE 4096 /* bytes that are moved at once */
#define CONSOLE_STEPS 64   /* of a queue, before the device thread looks at others */

/* 5.3.2 */
enum console_queue {
	CONSOLE_CONTROL_IN = 2, /* messages to the guest */
	CONSOLE_CONTROL_OUT = 3,
};

struct console_port {
	struct console_port_spec spec;
	struct console *console;
	uint16_t in, out;                           /* queues: to the guest, from it */
	struct loop_source *source_in, *source_out; /* one, if the descriptors are one */
	bool in_ended, out_ended;                   /* at the host's end */
	/* Of this life of the driver: */
	bool ready, open; /* the guest has said so */
	uint8_t owed;     /* control messages that wait for a buffer, a bit for each event */
	bool held;        /* a chain of the guest's, of which `done` bytes are written */
	bool blocked;     /* and the host's descriptor takes no more now */
	uint64_t done;
	struct chain chain;
};

struct console {
	struct virtio_device device;
	uint32_t life; /* counts resets */
	pthread_cond_t work;
	struct chain scratch;
	uint32_t count;
	struct console_port port[CONSOLE_PORTS];
};

static inline bool
console_is_host_open(const struct console_port *p)
{
	return !p->in_ended && !p->out_ended;
}

/* May bytes go to the guest? */
bool console_is_open(const struct console *c, const struct console_port *p);

/* console_data.c: move what can be moved now, in so many steps; and wait for what can later. */
void console_serve_in(struct console *c, struct console_port *p);
void console_serve_out(struct console *c, struct console_port *p, unsigned steps);
void console_settle(struct console *c, struct console_port *p);

/* Take a port's next chain of buffers, into `scratch`; false if there is none. */
bool console_take_in(struct console *c, struct console_port *p);

/* Take a port's next chain of bytes from the guest; false if there is none. */
bool console_take_out(struct console *c, struct console_port *p);
void console_give_back(struct console *c, struct console_port *p);

/* console_control.c: messages of the driver; those for it, as far as it has buffers. */
void console_control_read(struct console *c);
void console_control_send(struct console *c);

/* Tell the driver whether the host's end of a port is open, or what its size is. */
void console_control_open(struct console *c, struct console_port *p);
void console_control_resize(struct console *c, struct console_port *p);

#endif
